import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { HistoryRun } from "@oddrun/core";
import { sharedPath } from "../shared-data.ts";

/** Finished runs of one source, in order of completion. */
export interface StoredHistory {
  readonly name: string;
  readonly runs: readonly HistoryRun[];
}

type Cells = Readonly<Record<string, string>>;

const TRAVIS_PROJECTS = 24;
const TRAVIS_RUNS_MAX = 1500;
const TRAVIS_METRICS = ["tests_run", "log_test_s", "log_setup_s", "src_churn"];
const PHASES = ["docker_build_s", "configure_s", "build_s", "unit_test_s", "functional_test_s"];

/** Whatever of the shared data is there; what isn't is said on stderr. */
export function storedHistories(): readonly StoredHistory[] {
  const what = "evidence for the forest";
  const pulumiFile = sharedPath("data/gha-pulumi/runs.csv.gz", what);
  const bitcoinFile = sharedPath("data/gha-bitcoin-core/jobs.csv.gz", what);
  const projects = sharedPath("data/travis/projects", what);
  return [
    ...(pulumiFile === null ? [] : [pulumi(table(pulumiFile))]),
    ...(bitcoinFile === null ? [] : bitcoinCore(table(bitcoinFile))),
    ...(projects === null ? [] : [travis(projects)]),
  ];
}

export function table(path: string): readonly Cells[] {
  const [head, ...lines] = gunzipSync(readFileSync(path)).toString().trim().split("\n");
  const names = head!.split(",");
  return lines.map((line) => {
    // A job's name may hold commas, and is quoted then.
    const values = line.includes('"') ? unquoted(line) : line.split(",");
    return Object.fromEntries(names.map((name, column) => [name, values[column] ?? ""]));
  });
}

function unquoted(line: string): readonly string[] {
  return line
    .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell));
}

const NOTHING_KNOWN = { ms: null, unknown: "not-recorded" } as const;

interface KnownRun {
  readonly workflowId: number;
  readonly runId: number;
  readonly runAttempt: number;
  readonly branch: string;
  readonly event: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly queueTimeMs: number | null;
  readonly conclusion: "success" | "failure";
  readonly jobCount: number | null;
  readonly metrics: ReadonlyMap<string, number>;
}

function asRun({ startedAtMs, durationMs, queueTimeMs, ...known }: KnownRun): HistoryRun {
  return {
    ...known,
    repositoryId: 1,
    runNumber: null,
    headSha: null,
    title: null,
    createdAtMs: null,
    runStartedAtMs: startedAtMs,
    completedAtMs: startedAtMs + durationMs,
    duration: { ms: durationMs, unknown: null },
    status: null,
    updatedAtMs: null,
    endFrom: "run",
    heldFor: null,
    seenHeldAtMs: null,
    heldTime: NOTHING_KNOWN,
    queueTime: queueTimeMs === null ? NOTHING_KNOWN : { ms: queueTimeMs, unknown: null },
    defaultBranch: null,
  };
}

const inOrder = (name: string, runs: readonly KnownRun[]): StoredHistory => ({
  name,
  runs: runs.map(asRun).sort((one, other) => one.completedAtMs! - other.completedAtMs! || one.runId - other.runId),
});

function pulumi(rows: readonly Cells[]): StoredHistory {
  const runs = rows.flatMap((row): KnownRun[] => {
    const { conclusion } = row;
    const durationMs = Number(row["duration_s"]) * 1000;
    if ((conclusion !== "success" && conclusion !== "failure") || !(durationMs > 0)) return [];
    const isMerge = row["workflow"] === "on-merge";
    return [
      {
        workflowId: isMerge ? 1 : 2,
        runId: Number(row["run_id"]),
        runAttempt: Number(row["run_attempt"]),
        branch: isMerge ? "gh-readonly-queue/master/pr" : "topic",
        event: isMerge ? "merge_group" : "pull_request",
        startedAtMs: Date.parse(row["run_started_at"]!),
        durationMs,
        queueTimeMs: null,
        conclusion,
        jobCount: null,
        metrics: new Map(),
      },
    ];
  });
  return inOrder("pulumi, runs", runs);
}

function bitcoinCore(rows: readonly Cells[]): readonly StoredHistory[] {
  const jobNames = [...new Set(rows.map((row) => row["job"]!))].sort();
  const at = (row: Cells, name: string): number => Number(row[name]) * 1000;
  const common = (row: Cells) => ({
    runAttempt: 1,
    branch: row["branch"]!,
    event: row["branch"] === "master" ? "push" : "pull_request",
  });
  const jobs = rows.flatMap((row): KnownRun[] => {
    const conclusion = row["status"] === "COMPLETED" ? "success" : row["status"] === "FAILED" ? "failure" : null;
    const durationMs = at(row, "duration_s");
    if (conclusion === null || !(durationMs > 0)) return [];
    const phases = PHASES.filter((phase) => Number(row[phase]) > 0).map(
      (phase) => [phase, Number(row[phase])] as const,
    );
    return [
      {
        ...common(row),
        workflowId: jobNames.indexOf(row["job"]!) + 1,
        runId: Number(row["job_id"]),
        startedAtMs: at(row, "executing_ts"),
        durationMs,
        queueTimeMs: Math.max(0, at(row, "executing_ts") - at(row, "created_ts")),
        conclusion,
        jobCount: null,
        metrics: new Map(phases),
      },
    ];
  });
  const runs = [...Map.groupBy(rows, (row) => row["run_id"]!)].flatMap(([runId, own]): KnownRun[] => {
    const statuses = new Set(own.map((row) => row["status"]));
    const startedAtMs = Math.min(...own.map((row) => at(row, "executing_ts")).filter((ms) => ms > 0));
    const durationMs = Math.max(...own.map((row) => at(row, "final_ts"))) - startedAtMs;
    if (statuses.has("ABORTED") || !(durationMs > 0)) return [];
    return [
      {
        ...common(own[0]!),
        workflowId: 1,
        runId: Number(runId),
        startedAtMs,
        durationMs,
        queueTimeMs: Math.max(0, startedAtMs - Math.min(...own.map((row) => at(row, "created_ts")))),
        conclusion: statuses.has("FAILED") ? "failure" : "success",
        jobCount: own.length,
        metrics: new Map(),
      },
    ];
  });
  return [inOrder("bitcoin-core, runs", runs), inOrder("bitcoin-core, jobs with their phases", jobs)];
}

/** The first projects by name that have every number wanted. */
function travis(folder: string): StoredHistory {
  const runs: KnownRun[] = [];
  let projects = 0;
  for (const file of readdirSync(folder).sort()) {
    if (projects >= TRAVIS_PROJECTS) break;
    const rows = table(join(folder, file));
    if (!TRAVIS_METRICS.every((name) => name in rows[0]!)) continue;
    projects++;
    for (const row of rows.slice(-TRAVIS_RUNS_MAX)) {
      const conclusion = row["status"] === "passed" ? "success" : row["status"] === "canceled" ? null : "failure";
      const durationMs = Number(row["duration_s"]) * 1000;
      if (conclusion === null || !(durationMs > 0)) continue;
      const known = TRAVIS_METRICS.filter((name) => row[name] !== "").map((name) => [name, Number(row[name])] as const);
      const isPullRequest = row["is_pr"] === "1";
      runs.push({
        workflowId: projects,
        runId: Number(row["build_id"]),
        runAttempt: 1,
        branch: isPullRequest ? "topic" : row["branch"]!,
        event: isPullRequest ? "pull_request" : "push",
        startedAtMs: Date.parse(`${row["started_at"]!.replace(" ", "T")}Z`),
        durationMs,
        queueTimeMs: null,
        conclusion,
        jobCount: Number(row["jobs"]) || null,
        metrics: new Map(known),
      });
    }
  }
  return inOrder(`Travis, ${projects} projects with tests and churn`, runs);
}
