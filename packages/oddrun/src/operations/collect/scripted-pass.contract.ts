import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { openStore } from "../../adapters/store/index.ts";
import { collectRuns, type CollectRequest, type CollectSummary } from "./collect-runs.ts";
import { EVERYTHING } from "./collect-scope.ts";
import type { ScriptedRun, ScriptedSource } from "./scripted-source.contract.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-collect-runs-"));
after(() => rmSync(folder, { recursive: true }));
let places = 0;
export const newStore = () => openStore(join(folder, `${places++}.db`));
export type Store = Awaited<ReturnType<typeof newStore>>;

export const NOW_MS = Date.UTC(2026, 10, 22, 13);
export const NOW_S = NOW_MS / 1000;
export const DAY_S = 86_400;
export const HOUR_MS = 3_600_000;
const QUIET = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** One pass over "octo/web", at `nowMs`, as the command makes it. */
export async function pass(
  store: Store,
  scripted: ScriptedSource,
  {
    nowMs = NOW_MS,
    signal = { aborted: false },
    ...request
  }: Partial<CollectRequest> & { readonly nowMs?: number; readonly signal?: { aborted: boolean } } = {},
): Promise<CollectSummary> {
  const deps = { source: scripted.source, store, log: QUIET, now: () => nowMs, signal, onProgress: () => {} };
  return await collectRuns(deps, {
    targets: ["octo/web"],
    sinceMs: nowMs - 60 * DAY_S * 1000,
    patterns: EVERYTHING,
    requestsMax: null,
    concurrency: 4,
    ...request,
  });
}

/** "run/attempt conclusion jobs" of every finished attempt. */
export async function storedKeys(store: Store): Promise<string[]> {
  const keys: string[] = [];
  for await (const { runId, runAttempt, conclusion, jobCount } of store.finishedRuns()) {
    keys.push(`${runId}/${runAttempt} ${conclusion} ${jobCount ?? 0}`);
  }
  return keys.sort();
}

export const wantedKeys = (runs: readonly ScriptedRun[]): string[] =>
  runs
    .flatMap(({ runId, conclusions }) =>
      conclusions.map((conclusion, at) => `${runId}/${at + 1} ${conclusion} ${conclusion === "skipped" ? 0 : 1}`),
    )
    .sort();
