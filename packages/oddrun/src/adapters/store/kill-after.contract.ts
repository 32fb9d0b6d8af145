import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Runs a program on the store at `path` and kills it so long after its first word on standard output. It may not have complained
 * before that.
 */
export async function killAfter(program: string, path: string, delayMs: number): Promise<void> {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, STORE: path },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const closed = once(child, "close");
  await once(child.stdout.resume(), "data");
  await sleep(delayMs);
  child.kill("SIGKILL");
  await closed;
  assert.equal(complaints, "");
}
