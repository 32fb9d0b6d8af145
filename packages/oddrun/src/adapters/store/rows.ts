import type {
  Conclusion,
  HeldFor,
  Job,
  JoinedMetric,
  Repository,
  RunAttempt,
  RunStatus,
  Span,
  Step,
  UnknownTime,
  Workflow,
} from "@oddrun/core";
import type {
  EvidenceRow,
  JobRow,
  JoinedMetricRow,
  RepositoryRow,
  RunAttemptRow,
  StepRow,
  StoreTables,
  VerdictRow,
  WorkflowRow,
} from "./schema.ts";
import type { SourceRepository, StoredVerdict } from "../../operations/ports.ts";
import { mergeRunRows } from "./merge-run-rows.ts";

/** Text that every database takes: whole characters, no NUL. What does not fit becomes U+FFFD. */
export function safeText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes("\0") ? whole.replaceAll("\0", "\u{FFFD}") : whole;
}

const optionalText = (text: string | null): string | null => (text === null ? null : safeText(text));
const wholeMs = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));

export const nameKey = (fullName: string): string => safeText(fullName).toLowerCase();

export function repositoryRow(repository: Repository | SourceRepository): RepositoryRow {
  const { webUrl = null, apiUrl = null }: Partial<SourceRepository> = repository;
  return {
    repository_id: repository.id,
    full_name: safeText(repository.fullName),
    name_key: nameKey(repository.fullName),
    default_branch: optionalText(repository.defaultBranch),
    visibility: repository.visibility,
    web_url: optionalText(webUrl),
    api_url: optionalText(apiUrl),
  };
}

export function repository(row: RepositoryRow): Repository {
  return {
    id: row.repository_id,
    fullName: row.full_name,
    defaultBranch: row.default_branch,
    visibility: row.visibility as Repository["visibility"],
  };
}

export function workflowRow(workflow: Workflow): WorkflowRow {
  return {
    repository_id: workflow.repositoryId,
    workflow_id: workflow.id,
    name: safeText(workflow.name),
    path: optionalText(workflow.path),
  };
}

export function runAttemptRow(run: RunAttempt): RunAttemptRow {
  return {
    repository_id: run.repositoryId,
    run_id: run.runId,
    run_attempt: run.runAttempt,
    workflow_id: run.workflowId,
    run_number: run.runNumber,
    branch: optionalText(run.branch),
    event: optionalText(run.event),
    head_sha: optionalText(run.headSha),
    title: optionalText(run.title),
    created_at_ms: wholeMs(run.createdAtMs),
    run_started_at_ms: wholeMs(run.runStartedAtMs),
    completed_at_ms: wholeMs(run.completedAtMs),
    finished_at_ms:
      run.conclusion === null ? null : wholeMs(run.completedAtMs ?? run.runStartedAtMs ?? run.createdAtMs ?? 0),
    conclusion: run.conclusion,
    status: run.status,
    updated_at_ms: wholeMs(run.updatedAtMs),
    end_from: run.endFrom,
    held_for: run.heldFor,
    seen_held_at_ms: wholeMs(run.seenHeldAtMs),
    held_time_ms: wholeMs(run.heldTime.ms),
    held_time_unknown: run.heldTime.unknown,
    duration_ms: wholeMs(run.duration.ms),
    duration_unknown: run.duration.unknown,
    queue_time_ms: wholeMs(run.queueTime.ms),
    queue_time_unknown: run.queueTime.unknown,
  };
}

export function jobRow(job: Job): JobRow {
  return {
    repository_id: job.repositoryId,
    job_id: job.jobId,
    run_id: job.runId,
    run_attempt: job.runAttempt,
    name: safeText(job.name),
    conclusion: job.conclusion,
    created_at_ms: wholeMs(job.createdAtMs),
    started_at_ms: wholeMs(job.startedAtMs),
    completed_at_ms: wholeMs(job.completedAtMs),
    duration_ms: wholeMs(job.duration.ms),
    duration_unknown: job.duration.unknown,
    queue_time_ms: wholeMs(job.queueTime.ms),
    queue_time_unknown: job.queueTime.unknown,
    runner_name: optionalText(job.runnerName),
    runner_group: optionalText(job.runnerGroup),
    runner_labels: optionalText(job.runnerLabels),
  };
}

export function stepRow(step: Step): StepRow {
  return {
    repository_id: step.repositoryId,
    job_id: step.jobId,
    step_number: step.stepNumber,
    name: safeText(step.name),
    conclusion: step.conclusion,
    started_at_ms: wholeMs(step.startedAtMs),
    completed_at_ms: wholeMs(step.completedAtMs),
    duration_ms: wholeMs(step.duration.ms),
    duration_unknown: step.duration.unknown,
  };
}

export function joinedMetricRow(metric: JoinedMetric): JoinedMetricRow {
  return {
    repository_id: metric.repositoryId,
    run_id: metric.runId,
    run_attempt: metric.runAttempt,
    name: safeText(metric.name),
    value: metric.value,
  };
}

export function storedVerdict(row: VerdictRow): StoredVerdict {
  return {
    repositoryId: row.repository_id,
    runId: row.run_id,
    runAttempt: row.run_attempt,
    revision: row.revision,
    modelVersion: row.model_version,
    judgedAtMs: row.judged_at_ms,
    verdict: JSON.parse(row.verdict) as StoredVerdict["verdict"],
  };
}

export function runAttempt(row: RunAttemptRow): RunAttempt {
  return {
    repositoryId: row.repository_id,
    workflowId: row.workflow_id,
    runId: row.run_id,
    runAttempt: row.run_attempt,
    runNumber: row.run_number,
    branch: row.branch,
    event: row.event,
    headSha: row.head_sha,
    title: row.title,
    createdAtMs: row.created_at_ms,
    runStartedAtMs: row.run_started_at_ms,
    completedAtMs: row.completed_at_ms,
    conclusion: row.conclusion as Conclusion | null,
    status: row.status as RunStatus | null,
    updatedAtMs: row.updated_at_ms,
    endFrom: row.end_from as RunAttempt["endFrom"],
    heldFor: row.held_for as HeldFor | null,
    seenHeldAtMs: row.seen_held_at_ms,
    heldTime: span(row.held_time_ms, row.held_time_unknown),
    duration: span(row.duration_ms, row.duration_unknown),
    queueTime: span(row.queue_time_ms, row.queue_time_unknown),
  };
}

export function span(ms: number | null, unknown: string | null): Span {
  return ms === null ? { ms: null, unknown: (unknown ?? "not-recorded") as UnknownTime } : { ms, unknown: null };
}

/** How each table is keyed, and which columns keep what is known when a later save knows nothing. */
export interface TableShape<Row> {
  readonly table: keyof StoreTables;
  /** The repository first. */
  readonly key: readonly (keyof Row & string)[];
  readonly columns: readonly (keyof Row & string)[];
  readonly kept: ReadonlySet<keyof Row & string>;
  /** When the rest was last seen to be so: a row that differs in this alone is written, and counts as unchanged. */
  readonly whenSeen?: keyof Row & string;
  /** Whether the row knows less than another one of the same key, and must not replace it. */
  readonly isWeaker?: (row: Row, other: Row) => boolean;
  /** What both together say, where that is more than the later row alone. */
  readonly merge?: (row: Row, other: Row) => Row;
}

const shape = <Row>(
  table: keyof StoreTables,
  key: readonly (keyof Row & string)[],
  columns: readonly (keyof Row & string)[],
  kept: readonly (keyof Row & string)[] = [],
): TableShape<Row> => ({ table, key, columns: [...key, ...columns], kept: new Set(kept) });

export const REPOSITORIES = shape<RepositoryRow>(
  "repositories",
  ["repository_id"],
  ["full_name", "name_key", "default_branch", "visibility", "web_url", "api_url"],
  ["default_branch", "visibility", "web_url", "api_url"],
);

export const WORKFLOWS = shape<WorkflowRow>("workflows", ["repository_id", "workflow_id"], ["name", "path"], ["path"]);

const RUN_SHAPE = shape<RunAttemptRow>(
  "run_attempts",
  ["repository_id", "run_id", "run_attempt"],
  [
    "workflow_id",
    "run_number",
    "branch",
    "event",
    "head_sha",
    "title",
    "created_at_ms",
    "run_started_at_ms",
    "completed_at_ms",
    "finished_at_ms",
    "conclusion",
    "status",
    "updated_at_ms",
    "end_from",
    "held_for",
    "seen_held_at_ms",
    "held_time_ms",
    "held_time_unknown",
    "duration_ms",
    "duration_unknown",
    "queue_time_ms",
    "queue_time_unknown",
  ],
);

export const RUN_ATTEMPTS: TableShape<RunAttemptRow> = {
  ...RUN_SHAPE,
  whenSeen: "seen_held_at_ms",
  merge: mergeRunRows,
};

export const JOBS: TableShape<JobRow> = {
  ...shape<JobRow>(
    "jobs",
    ["repository_id", "job_id"],
    [
      "run_id",
      "run_attempt",
      "name",
      "conclusion",
      "created_at_ms",
      "started_at_ms",
      "completed_at_ms",
      "duration_ms",
      "duration_unknown",
      "queue_time_ms",
      "queue_time_unknown",
      "runner_name",
      "runner_group",
      "runner_labels",
    ],
    ["created_at_ms", "runner_name", "runner_group", "runner_labels"],
  ),
  // A re-run lists the jobs that it did not repeat: the job belongs to the attempt where it ran.
  isWeaker: (row, other) => isInherited(row) && !isInherited(other),
};

const isInherited = (row: JobRow): boolean => row.duration_unknown === "inherited-from-earlier-attempt";

export const STEPS = shape<StepRow>(
  "steps",
  ["repository_id", "job_id", "step_number"],
  ["name", "conclusion", "started_at_ms", "completed_at_ms", "duration_ms", "duration_unknown"],
);

export const JOINED_METRICS = shape<JoinedMetricRow>(
  "joined_metrics",
  ["repository_id", "run_id", "run_attempt", "name"],
  ["value"],
);

export const EVIDENCE = shape<EvidenceRow>(
  "evidence",
  ["repository_id", "run_id", "run_attempt", "kind", "subject"],
  ["value", "gathered_at_ms"],
);
