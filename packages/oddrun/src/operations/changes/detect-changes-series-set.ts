import {
  type ChangeEvent,
  contextOf,
  type Job,
  type Reading,
  type RaisedBar,
  readingsOf,
  runnersOf,
  type Series,
  type SeriesContext,
  seriesId,
  seriesOf,
  siblings as newSiblings,
  waitsOf,
} from "@oddrun/core";
import type { WatchedSeries } from "./change-store.ts";
import {
  type BarSince,
  NO_BARS,
  type SeriesRun,
  type SeriesState,
  type SeriesWatch,
  watchSeries,
} from "./detect-changes-series.ts";
import type { StoredRun } from "../ports.ts";

/** What people said of changes: it is heeded by the runs that end later. */
export interface ChangeFeedback {
  /** Factors on the thresholds of series, by id; 1 where none is named. */
  readonly bars: ReadonlyMap<string, RaisedBar>;
  /** Changes whose new level is the usual one since then. */
  readonly accepted: readonly {
    readonly seriesId: string;
    readonly changeNumber: number;
    readonly acceptedAtMs: number;
  }[];
}

/** A series that is being looked at. */
export interface LiveSeries {
  readonly id: string;
  readonly workflowId: number;
  readonly watch: SeriesWatch;
  /** Words of the detector up to the last checkpoint. */
  wordCount: number;
  /** Words since. */
  words: ChangeEvent[];
  /** Whether the state differs from the one that was saved. */
  isTouched: boolean;
  isOpen: boolean;
}

export interface SeriesSetDeps {
  readonly repositoryId: number;
  readonly feedback: ChangeFeedback;
  readonly nowMs: number;
  /** The saved series of a workflow (0: of the runners). */
  readonly load: (workflowId: number) => Promise<readonly WatchedSeries[]>;
}

/** The series of one repository that runs have touched, with the states they were saved with. */
export interface SeriesSet {
  /** Shows a run to all of its series; they are loaded when the first run of their workflow comes. */
  observe(run: StoredRun, jobs: readonly Job[], microUsd: number | null, atMs: number): Promise<void>;
  /** Loads the series of a workflow, if they are not yet. */
  open(workflowId: number): Promise<void>;
  all(): Iterable<LiveSeries>;
  /** Saved states as they were, with a bar that people have changed since: it must be known from when on it holds. */
  rebarred(): readonly WatchedSeries[];
  get(id: string): LiveSeries | undefined;
}

/** More often than this nobody changes a bar within the window. */
const BARS_KEPT = 8;

export function seriesSet({ repositoryId, feedback, nowMs, load }: SeriesSetDeps): SeriesSet {
  const live = new Map<string, LiveSeries>();
  const contexts = new Map<string, Map<string, LiveSeries>>();
  const opened = new Set<number>();
  const rebarred: WatchedSeries[] = [];
  const siblings = newSiblings();
  const accepted = Map.groupBy(feedback.accepted, (one) => one.seriesId);
  const runners = runnersOf(repositoryId);

  const start = (
    series: Series,
    id: string,
    saved: { state: SeriesState; wordCount: number; isOpen: boolean } | null,
  ) => {
    const bars = barsWith(feedback.bars.get(id), saved?.state.bars ?? null, nowMs);
    if (saved !== null && bars !== saved.state.bars) {
      const { workflowId } = series;
      rebarred.push({ ...saved, seriesId: id, workflowId, state: JSON.stringify({ ...saved.state, bars }) });
    }
    const options = { series, id, siblings, feedback: { bars, accepted: accepted.get(id) ?? [] } };
    const one: LiveSeries = {
      id,
      workflowId: series.workflowId,
      watch: watchSeries(options, saved?.state ?? null),
      wordCount: saved?.wordCount ?? 0,
      words: [],
      isTouched: false,
      isOpen: saved?.isOpen ?? false,
    };
    live.set(id, one);
    ofContext(series).set(placeOf(series), one);
    return one;
  };
  const ofContext = ({ workflowId, branches, event }: SeriesContext): Map<string, LiveSeries> => {
    const key = `${workflowId}/${branches}/${event}`;
    const known = contexts.get(key) ?? new Map<string, LiveSeries>();
    if (known.size === 0) contexts.set(key, known);
    return known;
  };

  const open = async (workflowId: number): Promise<void> => {
    if (opened.has(workflowId)) return;
    opened.add(workflowId);
    for (const { seriesId: id, state: text, wordCount, isOpen } of await load(workflowId)) {
      const series = seriesOf(id);
      const state = JSON.parse(text) as SeriesState;
      start(series, id, { state, wordCount, isOpen });
      if (state.kind === "level" && state.noted !== null) {
        siblings.note(series, id, state.noted.spread, state.noted.runCount);
      }
    }
  };

  const show = (context: SeriesContext, readings: readonly Reading[], run: SeriesRun): void => {
    const known = ofContext(context);
    for (const reading of readings) {
      const place = placeOf(reading);
      const series = known.get(place) ?? begin(context, reading);
      series.isTouched = true;
      const said = series.watch.observe(reading, run);
      if (said.length > 0) series.words.push(...said);
    }
  };
  const begin = (context: SeriesContext, { scope, measure, job, part }: Reading): LiveSeries => {
    const series = { ...context, scope, measure, job, part };
    return start(series, seriesId(series), null);
  };

  return {
    open,
    all: () => live.values(),
    rebarred: () => rebarred,
    get: (id) => live.get(id),
    async observe(run, jobs, microUsd, atMs) {
      await open(run.workflowId);
      const mark = { runId: run.runId, runAttempt: run.runAttempt, atMs };
      const seen = { mark, headSha: run.headSha };
      show(contextOf(run), readingsOf(run, jobs, microUsd), seen);
      const waits = waitsOf(jobs);
      if (waits.length === 0) return;
      await open(runners.workflowId);
      show(runners, waits, seen);
    },
  };
}

const placeOf = ({ scope, measure, job, part }: Pick<Series, "scope" | "measure" | "job" | "part">): string =>
  `${scope}/${measure}/${part}/${job}`;

/**
 * A bar that differs from the latest one holds from now on; earlier ones go on holding for the runs before. In a history that is
 * read anew it holds since people raised it, lest what it kept quiet is told then.
 */
function barsWith(
  raised: RaisedBar | undefined,
  saved: readonly BarSince[] | null,
  nowMs: number,
): readonly BarSince[] {
  if (saved === null) return raised === undefined ? NO_BARS : [...NO_BARS, { bar: raised.bar, fromMs: raised.sinceMs }];
  const bar = raised?.bar ?? 1;
  return bar === saved.at(-1)!.bar ? saved : [...saved, { bar, fromMs: nowMs }].slice(-BARS_KEPT);
}
