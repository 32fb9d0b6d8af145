import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AttemptTruth, RepositoryTruth, Truth } from "../github-stand-in/index.ts";

/** A row as SQLite gives it. */
type Row = Readonly<Record<string, string | number | null>>;

export function query(dataDir: string, sql: string, ...values: readonly (string | number)[]): readonly Row[] {
  const database = new DatabaseSync(join(dataDir, "oddrun.db"), { readOnly: true });
  try {
    return database.prepare(sql).all(...values) as unknown as Row[];
  } finally {
    database.close();
  }
}

/** The one number that a query answers with. */
export function countOf(dataDir: string, sql: string): number {
  return Number(Object.values(query(dataDir, sql)[0] ?? {})[0] ?? 0);
}

export function isStoreThere(dataDir: string): boolean {
  return existsSync(join(dataDir, "oddrun.db"));
}

/** GitHub's words that mean something; every other one is kept as "other". */
const CONCLUSIONS = new Set(
  "success failure cancelled skipped neutral timed_out action_required stale startup_failure".split(" "),
);
const WITHOUT_JOBS = new Set(["skipped", "startup_failure", "action_required"]);
const SHOWN_MAX = 10;

export interface Compared {
  readonly attemptCount: number;
  readonly jobCount: number;
  /** Attempts of which the truth knows the exact duration. */
  readonly timedCount: number;
  /** What the store lacks, has too much, or has otherwise than the truth; the first few in words. */
  readonly differences: readonly string[];
}

export interface CompareScope {
  /** All repositories of the truth when not given; those that are gone are left out. */
  readonly owner?: string;
  readonly sinceMs?: number;
}

/**
 * Holds the store against what the stand-in knows: every attempt and every job of the completed ones, once each, with their
 * conclusions, steps and times, and nothing else but what was deleted upstream.
 */
export function compareWithTruth(dataDir: string, truth: Truth, scope: CompareScope = {}): Compared {
  const differences: string[] = [];
  const counts = { attemptCount: 0, jobCount: 0, timedCount: 0 };
  for (const repository of truth.repositories) {
    const isMeant = scope.owner === undefined || repository.fullName.startsWith(`${scope.owner}/`);
    if (!isMeant || repository.isGone) continue;
    compareRepository(dataDir, repository, truth.deletedRunIds, scope.sinceMs, counts, differences);
  }
  for (const [what, sql] of [
    ["attempts stored twice", "select 1 from run_attempts group by run_id, run_attempt having count(*) > 1"],
    ["jobs stored twice", "select 1 from jobs group by job_id having count(*) > 1"],
    ["jobs without their attempt", ORPHANS],
    ["negative or endless times", IMPOSSIBLE_TIMES],
    ["times unknown without a reason", WITHOUT_REASON],
    ["questions left", questionsLeft(truth)],
  ] as const) {
    const found = query(dataDir, sql).length;
    if (found > 0) differences.push(`${found} ${what}`);
  }
  return { ...counts, differences: [...differences.slice(0, SHOWN_MAX), ...more(differences.length)] };
}

function questionsLeft({ repositories }: Truth): string {
  const gone = repositories.filter(({ isGone }) => isGone).map(({ id }) => id);
  return `select 1 from collection_tasks where tries = 0 and repository_id not in (${gone.join(",")})`;
}

const ORPHANS = `select 1 from jobs where not exists (select 1 from run_attempts of where of.repository_id = jobs.repository_id
  and of.run_id = jobs.run_id and of.run_attempt = jobs.run_attempt)`;
const LONGEST_MS = 35 * 86_400_000;
const impossible = (table: string, column: string): string =>
  `select 1 from ${table} where ${column} < 0 or ${column} > ${LONGEST_MS}`;
const unexplained = (table: string, column: string): string =>
  `select 1 from ${table} where ${column}_ms is null and ${column}_unknown is null`;
const SPANS = [
  ["run_attempts", "duration"],
  ["run_attempts", "queue_time"],
  ["jobs", "duration"],
  ["jobs", "queue_time"],
  ["steps", "duration"],
] as const;
const IMPOSSIBLE_TIMES = SPANS.map(([table, column]) => impossible(table, `${column}_ms`)).join(" union all ");
const WITHOUT_REASON = SPANS.map(([table, column]) => unexplained(table, column)).join(" union all ");

function more(count: number): readonly string[] {
  return count > SHOWN_MAX ? [`and ${count - SHOWN_MAX} further differences`] : [];
}

function compareRepository(
  dataDir: string,
  repository: RepositoryTruth,
  deletedRunIds: ReadonlySet<number>,
  sinceMs: number | undefined,
  counts: { attemptCount: number; jobCount: number; timedCount: number },
  differences: string[],
): void {
  const stored = new Map(
    query(
      dataDir,
      "select run_id, run_attempt, conclusion, duration_ms from run_attempts where repository_id = ?",
      repository.id,
    ).map((row) => [`${row["run_id"]}/${row["run_attempt"]}`, row]),
  );
  const jobs = new Map(
    query(
      dataDir,
      `select job_id, run_id, (select count(*) from steps where steps.repository_id = jobs.repository_id
        and steps.job_id = jobs.job_id) as step_count from jobs where repository_id = ?`,
      repository.id,
    ).map((row) => [Number(row["job_id"]), row]),
  );
  const tell = (what: string): void => void differences.push(`${repository.fullName}: ${what}`);
  for (const run of repository.runs(sinceMs)) {
    for (const attempt of run.attempts) {
      const row = stored.get(attempt.key);
      stored.delete(attempt.key);
      counts.attemptCount++;
      if (row === undefined) {
        tell(`attempt ${attempt.key} is missing`);
        continue;
      }
      const wanted = conclusionOf(attempt);
      if (row["conclusion"] !== wanted) tell(`attempt ${attempt.key} ended as ${row["conclusion"]}, not as ${wanted}`);
      const hasJobs = attempt.status === "completed" && !WITHOUT_JOBS.has(attempt.conclusion ?? "");
      if (hasJobs) {
        compareJobs(attempt, run.runId, jobs, tell);
        counts.jobCount += attempt.jobCount;
      }
      const durationMs = attempt.durationMs();
      if (durationMs === null) continue;
      counts.timedCount++;
      if (row["duration_ms"] !== durationMs)
        tell(`attempt ${attempt.key} took ${row["duration_ms"]} ms, not ${durationMs} ms`);
    }
  }
  for (const [key, row] of stored) if (!deletedRunIds.has(Number(row["run_id"]))) tell(`attempt ${key} is made up`);
  for (const [id, row] of jobs) if (!deletedRunIds.has(Number(row["run_id"]))) tell(`job ${id} is made up`);
}

/** Takes each job that is as it should be out of `jobs`. */
function compareJobs(attempt: AttemptTruth, runId: number, jobs: Map<number, Row>, tell: (what: string) => void): void {
  for (const job of attempt.jobs()) {
    const row = jobs.get(job.id);
    jobs.delete(job.id);
    if (row === undefined) tell(`job ${job.id} of attempt ${attempt.key} is missing`);
    else if (row["run_id"] !== runId) tell(`job ${job.id} is stored with run ${row["run_id"]}, not ${runId}`);
    else if (row["step_count"] !== job.steps.length)
      tell(`job ${job.id} has ${row["step_count"]} steps, not ${job.steps.length}`);
  }
}

function conclusionOf({ status, conclusion }: AttemptTruth): string | null {
  if (status !== "completed") return null;
  return conclusion !== null && CONCLUSIONS.has(conclusion) ? conclusion : "other";
}
