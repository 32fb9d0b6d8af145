import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openAtomicFile, writeFileAtomically } from "./atomic-file.ts";

const folder = await mkdtemp(join(tmpdir(), "oddrun-atomic-file-"));
after(() => rm(folder, { recursive: true, force: true }));

async function newFolder(): Promise<string> {
  return mkdtemp(join(folder, "case-"));
}

test("a file shows up only when it is complete, and nothing is left beside it", async () => {
  const place = await newFolder();
  const path = join(place, "out.csv");
  const file = await openAtomicFile(path);
  await file.write("one,");
  await file.write(Buffer.from("two"));
  assert.equal((await readdir(place)).includes("out.csv"), false);
  await file.commit();
  await file.abort();
  assert.deepEqual(await readdir(place), ["out.csv"]);
  assert.equal(await readFile(path, "utf8"), "one,two");
});

test("a file that is there is refused at once, and also when it came meanwhile", async () => {
  const path = join(await newFolder(), "out.csv");
  const file = await openAtomicFile(path);
  await file.write("mine");
  await writeFile(path, "theirs");
  await assert.rejects(file.commit(), { code: "output-exists" });
  await assert.rejects(openAtomicFile(path), { code: "output-exists" });
  assert.equal(await readFile(path, "utf8"), "theirs");
});

test("with force the old file is there until the new one is complete", async () => {
  const path = join(await newFolder(), "out.csv");
  await writeFileAtomically(path, "old");
  const file = await openAtomicFile(path, { force: true });
  await file.write("new");
  assert.equal(await readFile(path, "utf8"), "old");
  await file.commit();
  assert.equal(await readFile(path, "utf8"), "new");
});

test("a folder, a device and a place that does not exist are told with the reason", async () => {
  const place = await newFolder();
  await assert.rejects(openAtomicFile(place, { force: true }), {
    code: "output-unwritable",
    message: /it is a folder/,
  });
  await assert.rejects(openAtomicFile("/dev/null", { force: true }), { message: /not a regular file/ });
  await assert.rejects(openAtomicFile(join(place, "none", "x")), { message: /the folder .*none does not exist/ });
  await writeFile(join(place, "file"), "");
  await assert.rejects(openAtomicFile(join(place, "file", "x")), { message: /is not a folder/ });
});

test("a link that is replaced leaves the file behind it alone", async () => {
  const place = await newFolder();
  await writeFile(join(place, "target"), "kept");
  await symlink(join(place, "target"), join(place, "link"));
  await assert.rejects(writeFileAtomically(join(place, "link"), "new"), { code: "output-exists" });
  await writeFileAtomically(join(place, "link"), "new", { force: true });
  assert.equal(await readFile(join(place, "target"), "utf8"), "kept");
});

test("what a killed process left is removed; what another machine writes is not", async () => {
  const place = await newFolder();
  const host = hostname().replaceAll(/[^A-Za-z0-9]/g, "") || "host";
  const dead = `.oddrun-${host}-4194300-0123456789ab.tmp`;
  const foreign = `.oddrun-other${host}-4194300-0123456789ab.tmp`;
  await mkdir(join(place, "sub"));
  await writeFile(join(place, dead), "");
  await writeFile(join(place, foreign), "");
  await writeFileAtomically(join(place, "out"), "");
  assert.deepEqual((await readdir(place)).sort(), [foreign, "out", "sub"]);
});
