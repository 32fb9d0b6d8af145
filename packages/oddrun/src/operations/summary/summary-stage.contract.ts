import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import assert from "node:assert/strict";
import { after } from "node:test";
import { GITHUB_PRICES } from "@oddrun/core";
import { aWord, say } from "../../adapters/store/incident-store.contract.ts";
import { openStore, type Store } from "../../adapters/store/index.ts";
import { aBatch, aJob, aRun, aStep, START } from "../../adapters/store/run-fixtures.contract.ts";
import { readWatchReport, type WatchPass, type WatchReport } from "./watch-report.ts";

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const NOW_MS = START + 51 * DAY_MS;
const ONSET = 120;
const RUNS = 200;
const folder = mkdtempSync(join(tmpdir(), "oddrun-summary-"));
after(() => rmSync(folder, { recursive: true }));
let places = 0;

/**
 * Two workflows that run four times a day for 50 days; from day 30 on installing takes the first one three minutes longer, and two of
 * its steps a little. The names are those that `renamed` replaces.
 */
export async function summaryStore({ incidents = 3 } = {}): Promise<Store> {
  const store = await openStore(join(folder, `${places++}.db`));
  const runs = Array.from({ length: RUNS }, (_, index) => {
    // a scatter that no two runs in a row share
    const ms = (index < ONSET ? 300_000 : 480_000) + ((index * 7919) % 41) * 1000 - 20_000;
    const startMs = START + index * 6 * HOUR_MS;
    const times = { createdAtMs: startMs, runStartedAtMs: startMs, completedAtMs: startMs + ms };
    return aRun({
      runId: 1000 + index,
      ...times,
      duration: { ms, unknown: null },
      queueTime: { ms: 4000, unknown: null },
      conclusion: index % 25 === 24 ? "failure" : "success",
    });
  });
  const docs = runs.map((run) => ({ ...run, runId: run.runId + 5000, workflowId: 71 }));
  const jobs = runs.map((run) => {
    const startedAtMs = run.runStartedAtMs! + 4000;
    const duration = { ms: run.duration.ms! - 4000, unknown: null } as const;
    return aJob({
      runId: run.runId,
      jobId: run.runId,
      name: "JOB",
      startedAtMs,
      completedAtMs: run.completedAtMs,
      duration,
    });
  });
  const steps = jobs.flatMap((job, index) => {
    const shares = index < ONSET ? [10_000, 60_000] : [40_000, 200_000];
    const rest = job.duration.ms! - shares[0]! - shares[1]!;
    let atMs = job.startedAtMs!;
    return [...shares, rest].map((ms, place) => {
      const startedAtMs = atMs;
      atMs += ms;
      const name = ["Set up job", "npm ci STEP", "STEP"][place]!;
      return aStep({
        jobId: job.jobId,
        stepNumber: place + 1,
        name,
        startedAtMs,
        completedAtMs: atMs,
        duration: { ms, unknown: null },
      });
    });
  });
  await store.save(
    aBatch({
      repositories: [{ id: 7, fullName: "octo/shop", defaultBranch: "main", visibility: "private" }],
      workflows: [
        { repositoryId: 7, id: 70, name: "FLOW", path: null },
        { repositoryId: 7, id: 71, name: "Docs", path: null },
      ],
      runs: [...runs, ...docs],
      jobs,
      steps,
    }),
  );
  const onset = (run: (typeof runs)[number]) => ({ runId: run.runId, runAttempt: 1, atMs: run.completedAtMs! });
  const words = [
    aWord({}, { day: 33, usual: 300_000, level: 480_000, score: 1.6, runCount: 12, onset: onset(runs[ONSET]!) }),
    aWord(
      { workflowId: 71 },
      { day: 45, usual: 300_000, level: 390_000, score: 1.1, runCount: 14, onset: onset(docs[170]!) },
    ),
    aWord(
      { job: "JOB" },
      { day: 12, usual: 100_000, level: 110_000, score: 1.2, runCount: 20, onset: onset(runs[40]!) },
    ),
  ];
  if (incidents > 0) await say(store, words.slice(0, incidents));
  return store;
}

export const summaryPass = (change: Partial<WatchPass> = {}): WatchPass => ({
  repository: "octo/shop",
  nowMs: NOW_MS,
  isFirst: false,
  issueUrls: new Map(),
  said: [],
  collected: null,
  requestsMax: 1000,
  passEveryMs: 6 * HOUR_MS,
  budget: { repositoryAWeek: 1, organisationAWeek: 5 },
  prices: GITHUB_PRICES,
  otherwiseVisibility: null,
  ...change,
});

export const readReport = (store: Store, pass: WatchPass): Promise<WatchReport> =>
  readWatchReport({ store, signal: { aborted: false }, progress: () => {} }, pass);

/** The same with every one of these texts in it as another: as if GitHub had told that name. */
export function renamed<Value>(value: Value, texts: ReadonlyMap<string, string>): Value {
  const of = (each: unknown): unknown => {
    if (typeof each === "string") {
      let text = each;
      for (const [from, to] of texts) text = text.replaceAll(from, () => to);
      return text;
    }
    if (typeof each === "function") return (...given: readonly unknown[]) => of(Reflect.apply(each, null, [...given]));
    if (Array.isArray(each)) return each.map(of);
    if (each instanceof Map) return new Map([...each].map(([key, inner]) => [key, of(inner)]));
    if (typeof each !== "object" || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, of(inner)]));
  };
  return of(value) as Value;
}

const GOLDEN = resolve(import.meta.dirname, "../../../../../fixtures/summaries");
/** Compares with fixtures/summaries/NAME; `ODDRUN_REWRITE_SUMMARIES=1 node --test FILE` writes it anew. */
export function assertGolden(name: string, text: string): void {
  const path = join(GOLDEN, name);
  if (process.env["ODDRUN_REWRITE_SUMMARIES"] === "1") writeFileSync(path, text);
  assert.equal(text, readFileSync(path, "utf8"));
}
