import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ODDRUN } from "./run-process.ts";
import type { StandInProcess, StandInTally } from "./stand-in-process.ts";
import { type MemorySample, type WatchedProcess, watchNode } from "./watched-process.ts";

/** What of the summary of `oddrun collect --json` is looked at here. */
export interface CollectSummary {
  readonly attempts: { readonly added: number; readonly changed: number };
  readonly jobs: { readonly added: number };
  readonly steps: number;
  readonly requests: Readonly<Record<string, number>> & { readonly sent: number; readonly not_modified: number };
  readonly missing: readonly unknown[];
  readonly stopped: { readonly reason: string } | null;
}

export interface Collected {
  readonly process: WatchedProcess;
  readonly summary: CollectSummary;
  readonly asked: StandInTally;
}

/** Waits are a thousandth of what they would be: what is measured is the program, not GitHub's pace. */
const WAIT_SCALE = "0.001";

/** One `oddrun collect` into the data folder of `place`. */
export async function collect(
  standIn: StandInProcess,
  place: string,
  args: readonly string[],
  options: { readonly delayMs?: number; readonly onSample?: (sample: MemorySample) => void } = {},
): Promise<Collected> {
  mkdirSync(place, { recursive: true });
  await standIn.begin(options.delayMs ?? 0);
  const command = [ODDRUN, "collect", ...args, "--api-url", standIn.url, "--json"];
  const watched = await watchNode(command, {
    cwd: place,
    env: { GITHUB_TOKEN: standIn.token, ODDRUN_WAIT_SCALE: WAIT_SCALE },
    ...(options.onSample === undefined ? {} : { onSample: options.onSample }),
  });
  if (watched.code !== 0) throw new Error(`oddrun collect ended with ${watched.code}: ${watched.stderr.slice(-2000)}`);
  return {
    process: watched,
    summary: JSON.parse(watched.stdout) as CollectSummary,
    asked: await standIn.tally(),
  };
}

export const storeOf = (place: string): string => join(place, ".oddrun", "oddrun.db");
