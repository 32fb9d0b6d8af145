import type { Kysely } from "kysely";

/**
 * The tables, as the queries see them. The SQL is a small subset that SQLite and PostgreSQL read alike: whole numbers for
 * instants and spans (milliseconds), text for JSON, 0 and 1 for yes and no, `on conflict do update`; no functions of dates
 * and no percentiles. The repository leads the key of every large table, so that tables can be spread by repository.
 */
export interface StoreTables {
  repositories: RepositoryRow;
  workflows: WorkflowRow;
  run_attempts: RunAttemptRow & LatestVerdictColumns & GoneColumn & WatchedColumn;
  jobs: JobRow;
  steps: StepRow;
  joined_metrics: JoinedMetricRow;
  verdicts: VerdictRow;
  evidence: EvidenceRow;
  repository_names: RepositoryNameRow;
  collected_ranges: CollectedRangeRow;
  collection_tasks: CollectionTaskRow;
  collection_states: CollectionStateRow;
  read_marks: ReadMarkRow;
  changes: ChangeRow;
  watches: WatchRow;
  watched_series: WatchedSeriesRow;
  incidents: IncidentRow;
  incident_events: IncidentEventRow;
  incident_changes: IncidentChangeRow;
  incident_marks: IncidentMarkRow;
  alert_threads: AlertThreadRow;
  alert_messages: AlertMessageRow;
  alert_deliveries: AlertDeliveryRow;
  alert_orders: AlertOrderRow;
  alert_marks: AlertMarkRow;
}

export type StoreDatabase = Kysely<StoreTables>;

export interface RepositoryRow {
  repository_id: number;
  full_name: string;
  /** The name in lower case: GitHub's names differ by more than case. */
  name_key: string;
  default_branch: string | null;
  visibility: string | null;
  /** The site of its pages, such as "https://github.com", which null stands for too. */
  web_url: string | null;
  /** The API it was collected from; null where it never was. */
  api_url: string | null;
}

export interface WorkflowRow {
  repository_id: number;
  workflow_id: number;
  name: string;
  path: string | null;
}

export interface RunAttemptRow {
  repository_id: number;
  run_id: number;
  run_attempt: number;
  workflow_id: number;
  run_number: number | null;
  branch: string | null;
  event: string | null;
  head_sha: string | null;
  title: string | null;
  created_at_ms: number | null;
  run_started_at_ms: number | null;
  completed_at_ms: number | null;
  /** Place in the order of completion: the end, else the start or creation of a concluded attempt; null while open. */
  finished_at_ms: number | null;
  conclusion: string | null;
  status: string | null;
  updated_at_ms: number | null;
  end_from: string | null;
  held_for: string | null;
  seen_held_at_ms: number | null;
  held_time_ms: number | null;
  held_time_unknown: string | null;
  duration_ms: number | null;
  duration_unknown: string | null;
  queue_time_ms: number | null;
  queue_time_unknown: string | null;
}

/**
 * Which revision of the attempt's verdict holds, and its kind: found again beside the completion, so that odd runs come in
 * order and are counted without a look at every verdict. Only `saveVerdicts` writes them.
 */
export interface LatestVerdictColumns {
  verdict_revision: number | null;
  verdict_kind: string | null;
}

export interface GoneColumn {
  /** 1 when GitHub has the run no more, so that an open one is not asked for again. Only a collection writes it. */
  is_gone: number | null;
}

export interface WatchedColumn {
  /** 1 when the states of what is watched for changes hold the attempt, 2 when it came too late for them; null until then. */
  watched: number | null;
}

export interface JobRow {
  repository_id: number;
  job_id: number;
  run_id: number;
  run_attempt: number;
  name: string;
  conclusion: string | null;
  created_at_ms: number | null;
  started_at_ms: number | null;
  completed_at_ms: number | null;
  duration_ms: number | null;
  duration_unknown: string | null;
  queue_time_ms: number | null;
  queue_time_unknown: string | null;
  runner_name: string | null;
  runner_group: string | null;
  runner_labels: string | null;
}

export interface StepRow {
  repository_id: number;
  job_id: number;
  step_number: number;
  name: string;
  conclusion: string | null;
  started_at_ms: number | null;
  completed_at_ms: number | null;
  duration_ms: number | null;
  duration_unknown: string | null;
}

export interface JoinedMetricRow {
  repository_id: number;
  run_id: number;
  run_attempt: number;
  name: string;
  value: number;
}

export interface VerdictRow {
  repository_id: number;
  run_id: number;
  run_attempt: number;
  revision: number;
  model_version: string;
  judged_at_ms: number;
  kind: string;
  /** The whole verdict as JSON. */
  verdict: string;
}

export interface EvidenceRow {
  repository_id: number;
  run_id: number;
  run_attempt: number;
  kind: string;
  /** The job that it is about; "" is the whole run. */
  subject: string;
  /** What was found, as JSON. */
  value: string;
  gathered_at_ms: number;
}

/** A name that a repository has or had. */
export interface RepositoryNameRow {
  repository_id: number;
  name_key: string;
  /** Where the runs of an id below 0 went when GitHub told the real id; null for a real id. */
  merged_into: number | null;
}

/** Whole seconds of creation whose runs are all listed, both ends belong to it. Ranges of one scope never touch. */
export interface CollectedRangeRow {
  repository_id: number;
  scope: string;
  from_s: number;
  to_s: number;
}

export interface CollectionTaskRow {
  repository_id: number;
  run_id: number;
  run_attempt: number;
  kind: string;
  created_at_ms: number;
  tries: number;
}

export interface CollectionStateRow {
  repository_id: number;
  scope: string;
  looked_back_at_ms: number | null;
  look_back_began_at_ms: number | null;
  completed_at_ms: number | null;
  problem: string | null;
}

export interface ReadMarkRow {
  token_id: string;
  url: string;
  etag: string;
  next_page: string | null;
  total: number | null;
  /** Grows with every save: tells which marks are old. */
  place: number;
}

export interface ChangeRow {
  repository_id: number;
  series_id: string;
  revision: number;
  /** Grows with every row, over all repositories. */
  place: number;
  word: number;
  is_correction: number;
  said_at_ms: number;
  /** The whole event as JSON. */
  event: string;
}

/** How far one repository is watched for changes. */
export interface WatchRow {
  repository_id: number;
  checkpoint_ms: number | null;
  engine: string;
  version: number;
  run_count: number;
  late_count: number;
}

export interface WatchedSeriesRow {
  repository_id: number;
  series_id: string;
  workflow_id: number;
  /** The detector's state as JSON. */
  state: string;
  word_count: number;
  is_open: number;
}

/** What never changes of an incident but for a word that comes late. */
export interface IncidentRow {
  incident_number: number;
  /** Where it was first seen. */
  repository_id: number;
  family: string;
  anchor_ms: number;
  slack_ms: number;
  opened_at_ms: number;
}

/** A line of an incident's history: appended, never rewritten. */
export interface IncidentEventRow {
  incident_number: number;
  place: number;
  what: string;
  at_ms: number;
  who: string;
  is_correction: number;
  note: string | null;
  /** With `change_number` the change that it is about. */
  series_id: string | null;
  change_number: number | null;
  until_ms: number | null;
  other_number: number | null;
}

/** Which incident a change belongs to, with the first and the latest word about it as JSON. */
export interface IncidentChangeRow {
  repository_id: number;
  series_id: string;
  change_number: number;
  incident_number: number;
  /** 0 for runners. */
  workflow_id: number;
  first: string;
  latest: string;
}

export interface IncidentMarkRow {
  name: string;
  place: number;
}

/** What is said of one incident goes under one key, wherever its number comes from. */
export interface AlertThreadRow {
  thread_key: string;
  repository_id: number;
  /** JSON. */
  identity: string;
  incident_number: number | null;
  receipt: string | null;
}

export interface AlertMessageRow {
  message_id: string;
  /** In the order in which they were planned. */
  place: number;
  thread_key: string;
  word: string;
  scope: string;
  inbox: string;
  reason: string | null;
  planned_at_ms: number;
  /** JSON. */
  incident_numbers: string;
  /** The whole message as JSON; null where only its traces are known. */
  message: string | null;
}

export interface AlertDeliveryRow {
  message_id: string;
  channel: string;
  state: string;
  tries: number;
  next_try_at_ms: number;
  at_ms: number;
  receipt: string | null;
  why: string | null;
  is_noted: number;
}

export interface AlertOrderRow {
  order_id: string;
  is_done: number;
  outcome: string;
  is_answered: number;
}

export interface AlertMarkRow {
  name: string;
  value: number;
}
