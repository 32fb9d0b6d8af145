import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Problem } from "../../operations/problems.ts";
import { loadModelFolder, publishModelFolder } from "./index.ts";
import { sha256 } from "./model-folder.ts";
import { smallModel } from "./small-model.contract.ts";

const KILLS = Number(process.env["ODDRUN_KILL_ROUNDS"] ?? 12);
const root = mkdtempSync(join(tmpdir(), "oddrun-model-"));
after(() => rmSync(root, { recursive: true, force: true }));
const folderOf = (name: string) => join(root, name);
/** Without the lock file, which stays. */
const visibleFiles = (folder: string) =>
  readdirSync(folder)
    .filter((name) => !name.startsWith("."))
    .sort();

async function refusal(folder: string): Promise<Problem> {
  const error = await loadModelFolder(folder).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Problem, `${folder} was accepted, or failed with ${String(error)}`);
  return error;
}

test("a published model loads, and publishing it again gives the same bytes", async () => {
  const folder = folderOf("published");
  const first = await publishModelFolder(folder, smallModel(1));
  const forest = readFileSync(join(folder, "isolation_forest.bin"));
  assert.equal(await publishModelFolder(folder, smallModel(1)), first);
  assert.deepEqual(readFileSync(join(folder, "isolation_forest.bin")), forest);
  assert.equal((await loadModelFolder(folder)).sha256, first);
  assert.deepEqual(visibleFiles(folder), ["isolation_forest.bin", "model.json"]);
});

test("a publisher killed between its two renames leaves a model that loads, and the next one tidies up", async () => {
  const folder = folderOf("between");
  await publishModelFolder(folder, smallModel(1));
  const old = readFileSync(join(folder, "isolation_forest.bin"));
  const next = await publishModelFolder(folder, smallModel(2));
  // as it lies there after the rename of model.json: the forest still waits under its hash
  const forest = readFileSync(join(folder, "isolation_forest.bin"));
  renameSync(join(folder, "isolation_forest.bin"), join(folder, `isolation_forest.bin.${sha256(forest)}`));
  writeFileSync(join(folder, "isolation_forest.bin"), old);
  assert.equal((await loadModelFolder(folder)).sha256, next);
  await publishModelFolder(folder, smallModel(3));
  assert.deepEqual(visibleFiles(folder), ["isolation_forest.bin", "model.json"]);
});

test("publishers killed at any moment, with readers beside them, never leave a model that does not load", {
  timeout: 600_000,
}, async () => {
  const folder = folderOf("killed");
  await publishModelFolder(folder, smallModel(1));
  const script = `
    import { publishModelFolder } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
    import { smallModel } from ${JSON.stringify(new URL("./small-model.contract.ts", import.meta.url).href)};
    const models = [1, 2, 3, 4].map(smallModel);
    process.stdout.write("ready\\n");
    for (let turn = 0; ; turn += 1) await publishModelFolder(process.argv[1], models[turn % 4]);
  `;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    const reads = 1 + (kill % 4);
    for (let read = 0; read < reads; read += 1) await loadModelFolder(folder);
    child.kill("SIGKILL");
    await once(child, "close");
    await loadModelFolder(folder);
  }
  await publishModelFolder(folder, smallModel(9));
  assert.deepEqual(visibleFiles(folder), ["isolation_forest.bin", "model.json"]);
});

test("two trainings may publish into one folder at once", async () => {
  const folder = folderOf("two");
  const hashes = await Promise.all([1, 2, 3, 4].map((seed) => publishModelFolder(folder, smallModel(seed))));
  assert.ok(hashes.includes((await loadModelFolder(folder)).sha256));
});

test("what is not a model of Oddrun is refused in words", async () => {
  const good = folderOf("good");
  await publishModelFolder(good, smallModel(1));
  const cases: readonly [string, (folder: string) => void, RegExp][] = [
    ["empty", () => {}, /No trained model/],
    ["no-forest", (folder) => rmSync(join(folder, "isolation_forest.bin")), /isolation_forest\.bin/],
    ["flipped", (folder) => flip(join(folder, "isolation_forest.bin"), 200), /isolation_forest\.bin/],
    ["truncated", (folder) => truncate(join(folder, "isolation_forest.bin")), /isolation_forest\.bin/],
    ["pickle", (folder) => writeFileSync(join(folder, "model.json"), Buffer.from([0x80, 0x04, 0x95, 0, 0])), /pickle/i],
    [
      "zip",
      (folder) => writeFileSync(join(folder, "isolation_forest.bin"), Buffer.from("PK\u0003\u0004")),
      /isolation_forest\.bin/,
    ],
    ["folder", (folder) => replaceByFolder(join(folder, "model.json")), /folder/],
  ];
  for (const [name, spoil, words] of cases) {
    const folder = folderOf(`bad-${name}`);
    if (name === "empty") mkdirSync(folder);
    else cpSync(good, folder, { recursive: true });
    spoil(folder);
    const error = await refusal(folder);
    assert.match(error.message, words, name);
    assert.equal(error.exitCode, 3, name);
  }
  assert.match((await refusal(join(good, "model.json"))).message, /it is a file/);
});

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

function truncate(path: string): void {
  writeFileSync(path, readFileSync(path).subarray(0, -7));
}

function replaceByFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}
