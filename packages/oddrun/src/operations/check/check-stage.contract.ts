import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { Job, RunAttempt, Step } from "@oddrun/core";
import { openStore, type Store } from "../../adapters/store/index.ts";
import { aBatch, aJob, aRun, aStep, START } from "../../adapters/store/run-fixtures.contract.ts";

const HOUR_MS = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), "oddrun-check-"));
after(() => rmSync(folder, { recursive: true }));
let places = 0;

type Shape = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** One run that a test makes: what differs from a passing push to main of six minutes. */
export interface MadeRun {
  readonly runId: number;
  /** Hours after the first run of the history. */
  readonly hour: number;
  readonly branch?: string;
  readonly event?: string;
  readonly headSha?: string;
  readonly conclusion?: RunAttempt["conclusion"];
  readonly queueMs?: number;
  /** Steps of each job, in ms; the jobs begin together but for those that wait. */
  readonly jobs?: Shape;
  /** A job that begins after all others have ended, and how long it then waits. */
  readonly last?: { readonly job: string; readonly waitMs: number };
  readonly failedStep?: string;
}

export const USUAL_JOBS: Shape & Readonly<Record<"build" | "test", Readonly<Record<string, number>>>> = {
  build: { "Set up job": 5000, "npm ci": 40_000, "npm run build": 75_000 },
  test: { "Set up job": 5000, "npm ci": 40_000, "npm test": 300_000 },
};

/** A scatter of a few per cent that is the same each time. */
export const scatter = (seed: number): number => 1 + (((seed * 7919) % 101) - 50) / 1500;

/** The store with these runs of one workflow of "octo/shop". */
export async function checkStore(
  made: readonly MadeRun[],
  { workflow = "CI", path = join(folder, `${places++}.db`) } = {},
): Promise<Store> {
  const store = await openStore(path);
  const parts = made.map(partsOf);
  await store.save(
    aBatch({
      repositories: [{ id: 7, fullName: "octo/shop", defaultBranch: "main", visibility: "public" }],
      workflows: [{ repositoryId: 7, id: 70, name: workflow, path: ".github/workflows/ci.yml" }],
      runs: parts.map(({ run }) => run),
      jobs: parts.flatMap(({ jobs }) => jobs),
      steps: parts.flatMap(({ steps }) => steps),
    }),
  );
  return store;
}

/** Pushes to main, an hour apart. */
export const pushes = (count: number, change: Partial<MadeRun> = {}): readonly MadeRun[] =>
  Array.from({ length: count }, (_, at) => ({ runId: 100 + at, hour: at, ...change }));

function partsOf(made: MadeRun): { run: RunAttempt; jobs: readonly Job[]; steps: readonly Step[] } {
  const { runId, hour, queueMs = 4000, jobs: shape = USUAL_JOBS, last, failedStep, conclusion = "success" } = made;
  const startMs = START + hour * HOUR_MS;
  const jobs: Job[] = [];
  const steps: Step[] = [];
  const names = Object.keys(shape).toSorted((one, other) => Number(one === last?.job) - Number(other === last?.job));
  let endMs = startMs + queueMs;
  for (const [place, name] of names.entries()) {
    const isLast = name === last?.job;
    const createdAtMs = isLast ? endMs : startMs;
    const startedAtMs = createdAtMs + (isLast ? last.waitMs : queueMs);
    const jobId = runId * 100 + place;
    let atMs = startedAtMs;
    let hasFailed = false;
    for (const [index, [step, usualMs]] of Object.entries(shape[name]!).entries()) {
      const ms = Math.round(usualMs * scatter(runId * 31 + index * 7 + place));
      const isFailed = step === failedStep;
      hasFailed ||= isFailed;
      steps.push(
        aStep({
          jobId,
          stepNumber: index + 1,
          name: step,
          conclusion: isFailed ? "failure" : "success",
          startedAtMs: atMs,
          completedAtMs: atMs + ms,
          duration: { ms, unknown: null },
        }),
      );
      atMs += ms;
    }
    jobs.push(
      aJob({
        runId,
        jobId,
        name,
        conclusion: hasFailed ? "failure" : "success",
        createdAtMs,
        startedAtMs,
        completedAtMs: atMs,
        duration: { ms: atMs - startedAtMs, unknown: null },
        queueTime: { ms: startedAtMs - createdAtMs, unknown: null },
      }),
    );
    endMs = Math.max(endMs, atMs);
  }
  const run = aRun({
    runId,
    branch: made.branch ?? "main",
    event: made.event ?? "push",
    ...(made.headSha === undefined ? {} : { headSha: made.headSha }),
    conclusion: failedStep === undefined ? conclusion : "failure",
    createdAtMs: startMs,
    runStartedAtMs: startMs,
    completedAtMs: endMs,
    endFrom: "jobs",
    duration: { ms: endMs - startMs, unknown: null },
    queueTime: { ms: queueMs, unknown: null },
  });
  return { run, jobs, steps };
}
