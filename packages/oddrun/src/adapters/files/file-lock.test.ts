import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { withFileLock } from "./file-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-lock-"));
after(() => rmSync(folder, { recursive: true }));
const PATIENT = { waitMs: 10_000, staleMs: 10_000 };
/** No process has a number beyond what Linux gives. */
const GONE = String(2 ** 22 + 1);

test("of many that ask at once one works at a time, also over a lock whose holder is gone, and nothing is left", async () => {
  const path = join(folder, "many");
  for (const left of [null, GONE, String(process.pid)]) {
    if (left !== null) writeFileSync(path, left);
    let inside = 0;
    let done = 0;
    const work = async (): Promise<void> => {
      inside++;
      assert.equal(inside, 1);
      await sleep(1);
      inside--;
      done++;
    };
    await Promise.all(Array.from({ length: 12 }, () => withFileLock(path, PATIENT, work)));
    assert.equal(done, 12);
  }
  assert.deepEqual(readdirSync(folder), []);
});

test("a lock held by a living process is waited for and then given up", async () => {
  const path = join(folder, "held");
  writeFileSync(path, String(process.ppid));
  assert.equal(await withFileLock(path, { waitMs: 50, staleMs: 10_000 }, async () => 1), null);
  const long = new Date(Date.now() - 20_000);
  utimesSync(path, long, long);
  assert.deepEqual(await withFileLock(path, { waitMs: 50, staleMs: 10_000 }, async () => 1), { result: 1 });
  assert.ok(!existsSync(path));
});

test("the lock is free again when the work fails", async () => {
  const path = join(folder, "fails");
  const failing = withFileLock(path, PATIENT, () => Promise.reject(new Error("no")));
  await assert.rejects(failing, /no/);
  assert.deepEqual(await withFileLock(path, PATIENT, async () => 2), { result: 2 });
});
