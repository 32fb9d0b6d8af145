import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { type GitHubStandIn, type StandInOptions, startGitHubStandIn } from "../github-stand-in/index.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-collect-suite-"));
const open: GitHubStandIn[] = [];
after(async () => {
  for (const standIn of open) await standIn.close();
  rmSync(folder, { recursive: true, force: true });
});

let places = 0;
/** A data folder that is not there yet. */
export const newDataDir = (): string => join(folder, `data-${places++}`);

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The stand-in's present: now, but never so close to midnight that the day ends during a test. */
export const NOW_MS = ((): number => {
  const nowMs = Math.floor(Date.now() / 1000) * 1000;
  return DAY_MS - (nowMs % DAY_MS) < HOUR_MS ? nowMs - HOUR_MS : nowMs;
})();

/** A stand-in that is closed when the file's tests are over. */
export async function startStandIn(options: StandInOptions): Promise<GitHubStandIn> {
  const standIn = await startGitHubStandIn({ nowMs: NOW_MS, ...options });
  open.push(standIn);
  return standIn;
}

/** How often something is tried: fewer times in every test run than in `npm run soak`. */
export function roundsOf(name: "ODDRUN_KILL_ROUNDS" | "ODDRUN_CORPORA", usual: number): number {
  return Number(process.env[name] ?? usual);
}

/** Does `work` for each, two at a time: a client and its stand-in keep one core busy. */
export async function inPairs<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const loop = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all([loop(), loop()]);
}
