import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./figure.ts";
import { ODDRUN } from "./run-process.ts";

const LIMIT_MS = 60_000;

/** `oddrun demo` in an empty folder until its page answers, beside the limit; then its second start. */
export const demo: Bench = {
  name: "demo",
  async run({ folder }) {
    const home = join(folder, "demo");
    mkdirSync(home);
    const first = await untilPageMs(home);
    const again = await untilPageMs(home);
    return [
      {
        name: "demo until the page answers",
        unit: "ms",
        peer: "limit of 60 s",
        ours: [first],
        theirs: [LIMIT_MS],
        target: { most: 1 },
        note: `second start ${Math.round(again)} ms`,
      },
    ];
  },
};

async function untilPageMs(home: string): Promise<number> {
  const startMs = performance.now();
  const server = spawn(process.execPath, [ODDRUN, "demo", "--port", "0"], {
    cwd: home,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const piece of server.stdout) {
    said += String(piece);
    const url = /http:\/\/[\d.]+:\d+/.exec(said)?.[0];
    if (url === undefined) continue;
    const answer = await fetch(url);
    await answer.text();
    if (!answer.ok) throw new Error(`The page answered ${answer.status}.`);
    break;
  }
  const tookMs = performance.now() - startMs;
  const ended = once(server, "exit");
  server.kill("SIGINT");
  await ended;
  if (!said.includes("http")) throw new Error(`The demo ended without a page: ${said}`);
  return tookMs;
}
