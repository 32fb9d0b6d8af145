import assert from "node:assert/strict";
import { test } from "node:test";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { packState, type StateArchive, unpackState } from "./state-archive.ts";

const archive: StateArchive = {
  about: "id 7",
  savedAtMs: 1_700_000_000_000,
  files: new Map([
    ["oddrun.db", Buffer.from("store\nwith lines")],
    ["models/history-3/model.json", Buffer.from("{}")],
    ["models/history-3/empty", Buffer.alloc(0)],
  ]),
};

test("a state comes back as it was packed", async () => {
  const back = await unpackState(await packState(archive));
  assert.ok(!("damage" in back));
  assert.equal(back.about, archive.about);
  assert.equal(back.savedAtMs, archive.savedAtMs);
  assert.deepEqual(
    [...back.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]),
    [...archive.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]),
  );
});

test("whatever is cut off or changed, it is told that it is damaged, never half a state", async () => {
  const packed = await packState(archive);
  for (let end = 0; end < packed.length; end += 7) assert.ok("damage" in (await unpackState(packed.subarray(0, end))));
  const plain = zstdDecompressSync(packed);
  for (let at = plain.indexOf(10) + 1; at < plain.length; at++) {
    const changed = Buffer.from(plain);
    changed[at]! ^= 1;
    assert.ok("damage" in (await unpackState(zstdCompressSync(changed))), `byte ${at}`);
  }
  for (const more of ["", "more"]) {
    const longer = Buffer.concat([plain, Buffer.from(more)]);
    assert.equal("damage" in (await unpackState(zstdCompressSync(longer))), more !== "");
  }
});

test("a file that is no part of a state is never taken", async () => {
  for (const path of [
    "../oddrun.db",
    "/etc/passwd",
    "models/../../x",
    "models/history-1/../../x",
    "oddrun.db-wal",
    "x",
  ]) {
    const packed = await packState({ ...archive, files: new Map([[path, Buffer.from("x")]]) });
    assert.deepEqual(await unpackState(packed), { damage: "it holds a file that is no part of a state" });
  }
});

test("something else, and another format, are no state", async () => {
  for (const bytes of [
    Buffer.from("no archive"),
    zstdCompressSync(Buffer.from("no heading")),
    zstdCompressSync(Buffer.from('{"format":2,"files":[]}\n')),
  ]) {
    assert.ok("damage" in (await unpackState(bytes)));
  }
});
