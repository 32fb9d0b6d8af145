import { METRIC_PREFIX } from "../../operations/history/export-runs.ts";
import { isMetricName } from "../../operations/history/join-metric.ts";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";

const RUN_COLUMNS = [
  "repository",
  "workflow",
  "run_id",
  "run_attempt",
  "run_number",
  "branch",
  "default_branch",
  "event",
  "title",
  "head_sha",
  "status",
  "created_at",
  "run_started_at",
  "completed_at",
  "duration_s",
  "duration_unknown",
  "queue_time_s",
  "queue_time_unknown",
  "held_time_s",
  "held_time_unknown",
  "held_for",
  "seen_held_at",
  "updated_at",
  "end_from",
  "conclusion",
] as const;
const JOB_COLUMNS = [
  "job_id",
  "job_name",
  "job_conclusion",
  "job_created_at",
  "job_started_at",
  "job_completed_at",
  "job_duration_s",
  "job_duration_unknown",
  "job_queue_time_s",
  "job_queue_time_unknown",
  "runner_name",
  "runner_group",
  "runner_labels",
] as const;

/** The columns of a run history by our names. */
export const HISTORY_COLUMNS = [...RUN_COLUMNS, ...JOB_COLUMNS] as const;
export type HistoryColumn = (typeof HISTORY_COLUMNS)[number];

const known = new Set<string>(HISTORY_COLUMNS);
export const isHistoryColumn = (name: string): name is HistoryColumn => known.has(name);

/** How the file's columns and words become ours. */
export interface HistoryMapping {
  /** Our column -> the file's. */
  readonly columns: ReadonlyMap<HistoryColumn, string>;
  /** Our column -> one value for every row. */
  readonly constants: ReadonlyMap<HistoryColumn, string>;
  /** Our column -> the file's word in lower case -> ours. */
  readonly words: ReadonlyMap<HistoryColumn, ReadonlyMap<string, string>>;
  /** Metric -> the file's column. */
  readonly metrics: ReadonlyMap<string, string>;
}

/** Gives the text of one of our columns in a row: the file's cell, the constant, or "". */
export type CellText = (cells: readonly string[]) => string;

export interface HistoryLayout {
  readonly text: Readonly<Record<HistoryColumn, CellText>>;
  /** A row is a job. */
  readonly isOfJobs: boolean;
  /** Whose length duration_s tells: in a history of jobs the job's, unless that has a column of its own. */
  readonly hasJobDuration: boolean;
  /**
   * The reasons for unknown times stand beside the times, as `oddrun export` writes them: the times are clean. Only then are
   * held_time_s to end_from read.
   */
  readonly isClean: { readonly run: boolean; readonly job: boolean };
  readonly metrics: readonly { readonly name: string; readonly place: number }[];
  /** Columns of the file that nothing is read from. */
  readonly ignored: readonly string[];
}

/** Finds our columns in the file's header, in any letter case. Problem: input-columns. */
export function historyLayout(shownName: string, header: readonly string[], mapping: HistoryMapping): HistoryLayout {
  const places = new Map(header.map((name, place) => [name.toLowerCase(), place]));
  const placeOf = (theirs: string, option: string): number => {
    const place = places.get(theirs.toLowerCase());
    if (place !== undefined) return place;
    const what = `there is no column "${printable(theirs)}", which ${option} names. Its columns: ${listed(header)}.`;
    throw problem("input-columns", shownName, what);
  };
  const mapped = new Map<HistoryColumn, number>();
  for (const [ours, theirs] of mapping.columns) mapped.set(ours, placeOf(theirs, `--map ${ours}=...`));
  const metrics = [...mapping.metrics].map(([name, theirs]) => ({ name, place: placeOf(theirs, `--metric ${name}`) }));
  metrics.push(...exportedMetrics(header, mapping.metrics));
  // A column that was given another meaning keeps only that one.
  const taken = new Set(mapped.values());
  for (const name of HISTORY_COLUMNS) {
    const place = places.get(name);
    if (place !== undefined && !mapped.has(name) && !taken.has(place)) mapped.set(name, place);
  }

  const isThere = (name: HistoryColumn): boolean => mapped.has(name) || mapping.constants.has(name);
  const isOfJobs = isThere("job_id");
  refuseMissing(shownName, header, isThere, isOfJobs);
  const text = Object.fromEntries(
    HISTORY_COLUMNS.map((name) => [
      name,
      cellText(mapped.get(name), mapping.constants.get(name), mapping.words.get(name)),
    ]),
  ) as Record<HistoryColumn, CellText>;
  const read = new Set([...mapped.values(), ...metrics.map(({ place }) => place)]);
  const hasJobDuration = isThere("job_duration_s");
  const isClean = {
    run: isThere("duration_unknown") && isThere("queue_time_unknown"),
    job: isThere("job_duration_unknown") && isThere("job_queue_time_unknown"),
  };
  return { text, isOfJobs, hasJobDuration, isClean, metrics, ignored: header.filter((_, place) => !read.has(place)) };
}

/** The columns in which `oddrun export` wrote joined metrics, but for those that were given another meaning. */
function exportedMetrics(header: readonly string[], mapped: HistoryMapping["metrics"]) {
  return header.flatMap((column, place) => {
    const name = column.startsWith(METRIC_PREFIX) ? column.slice(METRIC_PREFIX.length) : "";
    return isMetricName(name) && !mapped.has(name) ? [{ name, place }] : [];
  });
}

function cellText(
  place: number | undefined,
  constant: string | undefined,
  words: ReadonlyMap<string, string> | undefined,
): CellText {
  const found: CellText =
    place === undefined
      ? () => constant ?? ""
      : (cells) => (cells[place] === "" ? (constant ?? "") : (cells[place] ?? ""));
  if (words === undefined) return found;
  return (cells) => {
    const text = found(cells);
    return words.get(text.trim().toLowerCase()) ?? text;
  };
}

function refuseMissing(
  shownName: string,
  header: readonly string[],
  isThere: (name: HistoryColumn) => boolean,
  isOfJobs: boolean,
): void {
  const needed: readonly (readonly HistoryColumn[])[] = isOfJobs
    ? [
        ["repository"],
        ["workflow"],
        ["run_id"],
        ["job_name"],
        ["job_conclusion"],
        ["job_started_at"],
        ["job_completed_at", "job_duration_s", "duration_s"],
      ]
    : [
        ["repository"],
        ["workflow"],
        ["run_id"],
        ["created_at", "run_started_at"],
        ["completed_at", "duration_s"],
        ["conclusion"],
      ];
  const missing = needed.filter((either) => !either.some(isThere)).map((either) => either.join(" or "));
  if (missing.length === 0) return;
  const first = missing[0]?.split(" ")[0];
  const of = isOfJobs ? "history of jobs" : "run history";
  throw problem(
    "input-columns",
    shownName,
    `a ${of} needs ${missing.join(", ")}: there is no such column. Its columns: ${listed(header)}. ` +
      `Name another one with --map ${first}=COLUMN, or give one value for all rows with --set ${first}=VALUE.`,
  );
}

function listed(header: readonly string[]): string {
  const shown = header.slice(0, 30).map((name) => printable(name, 40));
  return header.length > 30 ? `${shown.join(", ")} and ${header.length - 30} more` : shown.join(", ");
}
