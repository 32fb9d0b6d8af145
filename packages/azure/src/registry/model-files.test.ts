import assert from "node:assert/strict";
import { test } from "node:test";
import type { Blobs } from "./blobs.ts";
import { fetchFiles, hashesOf, hashesText, readHashes, storeFiles } from "./model-files.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const FILES = [
  { name: "model.json", bytes: bytes("{}") },
  { name: "isolation_forest.bin", bytes: bytes("forest") },
];
const HASHES = hashesOf(FILES);
const IDENTITY = HASHES.get("model.json")!;

function inMemory(before: Readonly<Record<string, string>> = {}) {
  const kept = new Map(Object.entries(before).map(([path, text]) => [path, bytes(text)] as const));
  const written: string[] = [];
  const blobs: Blobs = {
    read: async (path) => kept.get(path) ?? null,
    async writeNew(path, content) {
      if (kept.has(path)) return false;
      kept.set(path, Uint8Array.from(content));
      written.push(path);
      return true;
    },
  };
  return { kept, written, blobs };
}

test("only what is not there is written, and what another left there under that name is never overwritten", async () => {
  const half = inMemory({ "f/model.json": "{}" });
  await storeFiles(half.blobs, "f", FILES, HASHES);
  assert.deepEqual(half.written, ["f/isolation_forest.bin"]);
  const foreign = inMemory({ "f/isolation_forest.bin": "another's" });
  await assert.rejects(storeFiles(foreign.blobs, "f", FILES, HASHES), { code: "azure-file-foreign" });
  assert.equal(new TextDecoder().decode(foreign.kept.get("f/isolation_forest.bin")), "another's");
});

test("a file that does not arrive as it was sent stops the registration", async () => {
  const { blobs } = inMemory();
  const spoilt: Blobs = { ...blobs, writeNew: (path, _, sha256) => blobs.writeNew(path, bytes("spoilt"), sha256) };
  await assert.rejects(storeFiles(spoilt, "f", FILES, HASHES), { code: "azure-file-foreign" });
});

test("files are given only when all of them are the registered ones", async () => {
  const { blobs, kept } = inMemory({ "f/model.json": "{}", "f/isolation_forest.bin": "forest" });
  assert.deepEqual(
    (await fetchFiles(blobs, "f", HASHES, "v")).map(({ name }) => name),
    ["model.json", "isolation_forest.bin"],
  );
  kept.set("f/isolation_forest.bin", bytes("forged"));
  await assert.rejects(fetchFiles(blobs, "f", HASHES, "v"), /isolation_forest\.bin is not the one that was registered/);
  kept.delete("f/isolation_forest.bin");
  await assert.rejects(fetchFiles(blobs, "f", HASHES, "v"), /is gone/);
});

test("hashes are read back as they were written; a version of others, and names that lead elsewhere, are refused", () => {
  assert.deepEqual(readHashes(hashesText(HASHES), IDENTITY, "v"), HASHES);
  const hostile: readonly (readonly [string | undefined, string | undefined])[] = [
    [undefined, IDENTITY],
    [hashesText(HASHES), undefined],
    ["not JSON", IDENTITY],
    ['["a"]', IDENTITY],
    [JSON.stringify({ "model.json": IDENTITY, "../x": IDENTITY }), IDENTITY],
    [JSON.stringify({ "model.json": "short" }), "short"],
    [JSON.stringify({ "model.json": IDENTITY }), IDENTITY.replace(/^./, "0")],
    [JSON.stringify(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, IDENTITY]))), IDENTITY],
  ];
  for (const [files, identity] of hostile) {
    assert.throws(() => readHashes(files, identity, "v"), { code: "cloud-model-refused" }, files);
  }
});
