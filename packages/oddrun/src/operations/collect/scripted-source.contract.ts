import type { ReportedJob } from "@oddrun/core";
import { problem } from "../problems.ts";
import type { RunSource, RunsPage, SourceRepository, SourceRun } from "./run-source.ts";

/** A run as the scripted source knows it. */
export interface ScriptedRun {
  readonly runId: number;
  readonly createdS: number;
  /** Conclusion of each attempt, null while open. */
  readonly conclusions: readonly SourceRun["run"]["conclusion"][];
}

export interface ScriptedSource {
  readonly source: RunSource;
  readonly repository: SourceRepository;
  /** What may be changed while a collection goes on. */
  runs: ScriptedRun[];
  /** What the lists say of their length. */
  totalOf: (length: number) => RunsPage["total"];
  /** Called before each answer. */
  onRequest: (count: number) => void;
  requestsMax: number;
  /** What the headers of the answers say. */
  headers: { limit: number | null; clockAheadMs: number };
  sent: number;
  readonly asked: string[];
}

const PAGE_RUNS = 100;
const LISTED_RUNS_MAX = 1000;

/** A source with one repository whose runs are as told: newest first, 100 a page, at most 1,000 of a list. */
export function scriptedSource(runs: readonly ScriptedRun[], workflowName = "CI"): ScriptedSource {
  const repository = { id: 77, fullName: "octo/web", defaultBranch: "main", visibility: null };
  const request = (name: string): void => {
    if (scripted.sent >= scripted.requestsMax) throw problem("github-requests-used-up", scripted.requestsMax);
    scripted.sent += 1;
    scripted.asked.push(name);
    scripted.onRequest(scripted.sent);
  };
  const found = (runId: number) => scripted.runs.find((run) => run.runId === runId) ?? null;
  const source: RunSource = {
    async *repositoriesOf() {
      request("repositories");
      yield [repository];
    },
    async repository() {
      request("repository");
      return repository;
    },
    async runs(_, { fromS, toS }, page) {
      request(`list ${fromS}..${toS ?? ""} ${page ?? ""}`);
      const end = toS ?? Number.POSITIVE_INFINITY;
      const all = scripted.runs
        .filter(({ createdS }) => createdS >= fromS && createdS <= end)
        .sort((one, other) => other.createdS - one.createdS || other.runId - one.runId);
      const from = Number(page ?? 0);
      const shown = all.slice(from, Math.min(from + PAGE_RUNS, LISTED_RUNS_MAX));
      const next = from + PAGE_RUNS;
      return {
        runs: shown.map((run) => reported(run, run.conclusions.length, workflowName)),
        total: scripted.totalOf(all.length),
        nextPage: next < Math.min(all.length, LISTED_RUNS_MAX) ? String(next) : null,
        isUnchanged: false,
        unreadable: [],
        readMark: null,
      };
    },
    async run(_, runId) {
      request(`run ${runId}`);
      const run = found(runId);
      return run === null ? null : reported(run, run.conclusions.length, workflowName);
    },
    async attempt(_, runId, runAttempt) {
      request(`attempt ${runId}/${runAttempt}`);
      const run = found(runId);
      return run === null ? null : reported(run, runAttempt, workflowName);
    },
    async jobs(_, runId, runAttempt) {
      request(`jobs ${runId}/${runAttempt}`);
      const run = found(runId);
      return run === null ? null : { jobs: [job(run, runAttempt)], unreadable: [] };
    },
    budget: () => ({
      sent: scripted.sent,
      unchanged: 0,
      sentAgain: 0,
      remaining: null,
      renewedAtMs: null,
      ...scripted.headers,
    }),
  };
  const scripted: ScriptedSource = {
    source,
    repository,
    runs: [...runs],
    totalOf: (length) => length,
    onRequest: () => {},
    requestsMax: Number.POSITIVE_INFINITY,
    headers: { limit: null, clockAheadMs: 0 },
    sent: 0,
    asked: [],
  };
  return scripted;
}

function reported({ runId, createdS, conclusions }: ScriptedRun, runAttempt: number, workflowName: string): SourceRun {
  const startMs = createdS * 1000 + (runAttempt - 1) * 600_000;
  const conclusion = conclusions[runAttempt - 1] ?? null;
  return {
    workflow: { repositoryId: 77, id: 5, name: workflowName, path: ".github/workflows/ci.yml" },
    run: {
      repositoryId: 77,
      workflowId: 5,
      runId,
      runAttempt,
      runNumber: runId,
      branch: "main",
      event: "push",
      headSha: null,
      title: null,
      createdAtMs: createdS * 1000,
      runStartedAtMs: startMs,
      completedAtMs: conclusion === null ? null : startMs + 300_000,
      conclusion,
      status: conclusion === null ? "in_progress" : "completed",
      updatedAtMs: startMs + 300_000,
      heldFor: null,
      seenHeldAtMs: null,
      durationMs: null,
      readyAtMs: null,
    },
  };
}

function job({ runId, createdS, conclusions }: ScriptedRun, runAttempt: number): ReportedJob {
  const startMs = createdS * 1000 + (runAttempt - 1) * 600_000;
  return {
    repositoryId: 77,
    runId,
    runAttempt,
    jobId: runId * 100 + runAttempt,
    name: "build",
    conclusion: conclusions[runAttempt - 1] ?? null,
    createdAtMs: startMs,
    startedAtMs: startMs + 10_000,
    completedAtMs: startMs + 300_000,
    runnerName: "runner",
    runnerGroup: null,
    runnerLabels: null,
    readyAtMs: null,
    steps: [],
  };
}
