import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { withFileLock } from "./file-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-lock-"));
after(() => rmSync(folder, { recursive: true }));
const PATIENT = { waitMs: 10_000 };

test("of many that ask at once one works at a time", async () => {
  const path = join(folder, "many");
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
  assert.equal(statSync(path).size, 0);
});

test("a lock that another process holds is waited for and then given up; killed, that process holds it no more", async () => {
  const path = join(folder, "held");
  const script = `
    import { withFileLock } from ${JSON.stringify(new URL("./file-lock.ts", import.meta.url).href)};
    await withFileLock(process.argv[1], { waitMs: 0 }, async () => {
      process.stdout.write("held\\n");
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  assert.equal(await withFileLock(path, { waitMs: 50 }, async () => 1), null);
  child.kill("SIGKILL");
  await once(child, "close");
  assert.deepEqual(await withFileLock(path, { waitMs: 0 }, async () => 1), { result: 1 });
});

test("the lock is free again when the work fails", async () => {
  const path = join(folder, "fails");
  const failing = withFileLock(path, PATIENT, () => Promise.reject(new Error("no")));
  await assert.rejects(failing, /no/);
  assert.deepEqual(await withFileLock(path, PATIENT, async () => 2), { result: 2 });
});
