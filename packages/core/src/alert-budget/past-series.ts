import {
  type ChangeEvent,
  levelDetector,
  rateDetector,
  type RunMark,
  type Series,
  seriesOf,
  silenceDetector,
} from "../change-points/index.ts";
import type { InjectableValue } from "./injected-delay.ts";
import type { HindsightRun } from "./hindsight.ts";
import type { SeriesLoad } from "./series-bars.ts";

/** What one run says of one series. */
export interface PastReading {
  readonly seriesId: string;
  readonly mark: RunMark;
  readonly startedAtMs: number;
  /** What was measured, above 0, in the unit of the series; of failures and schedules how long the run took in ms. */
  readonly value: number;
  /** Of failures: whether the run failed; false for all other measures. */
  readonly hasFailed: boolean;
}

/** One series of the past with what a detector said of it, run by run. */
export interface PastSeries {
  readonly seriesId: string;
  readonly series: Series;
  readonly events: readonly ChangeEvent[];
  readonly runCount: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** The readings as they came. */
  readonly runs: readonly HindsightRun[];
  /** The values of a level series, to inject something into. */
  injectable(): readonly InjectableValue[];
  /** The place of the first run that ended at this instant or later. */
  placeOf(atMs: number): number;
  /** When the run at this place ended; null where there is none. */
  endOf(place: number): number | null;
  /** What it costs a week, by its runs from `fromMs` until before `untilMs`; null where there are none. */
  load(fromMs: number, untilMs: number): SeriesLoad | null;
}

export interface PastHistory {
  /** Takes the next reading, in order of completion, and has the detector look at it. */
  add(reading: PastReading): void;
  /** What another one said of a series, in a history that has no detectors of its own. */
  say(seriesId: string, events: readonly ChangeEvent[]): void;
  /** The series by id, after the last reading: schedules are looked at once more at `untilMs`. */
  finish(untilMs: number): ReadonlyMap<string, PastSeries>;
}

const WEEK_MS = 7 * 24 * 3_600_000;
const MINUTE_MS = 60_000;

type Observe = (reading: PastReading) => readonly ChangeEvent[];
type Check = (nowMs: number) => readonly ChangeEvent[];

/** What looks at a series, by its measure. */
function watch({ measure }: Series): { readonly observe: Observe; readonly check: Check } {
  if (measure === "failure") {
    const rate = rateDetector();
    return { observe: ({ hasFailed, mark }) => rate.observe({ hasFailed, mark }), check: () => [] };
  }
  if (measure === "schedule") {
    const silence = silenceDetector();
    return {
      observe: ({ startedAtMs, mark }) => silence.observe({ startedAtMs, mark }),
      check: (nowMs) => silence.check(nowMs),
    };
  }
  const level = levelDetector();
  return { observe: ({ value, mark }) => level.observe({ value, mark }), check: () => [] };
}

/** For a history of which others say what is to be said. */
const UNWATCHED: ReturnType<typeof watch> = { observe: () => [], check: () => [] };

/** Collects a history in memory, four numbers a reading, and what would have been said of it. */
export function pastHistory({ watched = true }: { readonly watched?: boolean } = {}): PastHistory {
  const all = new Map<string, Collected>();
  const seriesOfId = (id: string): Collected => {
    const known = all.get(id) ?? collected(id, watched);
    all.set(id, known);
    return known;
  };
  return {
    say(id, events) {
      seriesOfId(id).events.push(...events);
    },
    add(reading) {
      const own = seriesOfId(reading.seriesId);
      own.events.push(...own.watch.observe(reading));
      own.values.push(reading.hasFailed ? -reading.value : reading.value);
      own.endsMs.push(reading.mark.atMs);
      own.startsMs.push(reading.startedAtMs);
      own.runIds.push(reading.mark.runId);
    },
    finish(untilMs) {
      for (const { events, watch } of all.values()) events.push(...watch.check(untilMs));
      return new Map([...all].map(([id, one]) => [id, asPastSeries(id, one)]));
    },
  };
}

interface Collected {
  readonly series: Series;
  readonly watch: ReturnType<typeof watch>;
  readonly events: ChangeEvent[];
  /** Below 0 where the run failed. */
  readonly values: number[];
  readonly endsMs: number[];
  readonly startsMs: number[];
  readonly runIds: number[];
}

function collected(seriesId: string, watched: boolean): Collected {
  const series = seriesOf(seriesId);
  return {
    series,
    watch: watched ? watch(series) : UNWATCHED,
    events: [],
    values: [],
    endsMs: [],
    startsMs: [],
    runIds: [],
  };
}

function asPastSeries(seriesId: string, { series, events, values, endsMs, startsMs, runIds }: Collected): PastSeries {
  const placeOf = (atMs: number): number => {
    let low = 0;
    let high = endsMs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (endsMs[middle]! < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    seriesId,
    series,
    events,
    runCount: values.length,
    firstAtMs: endsMs[0] ?? 0,
    lastAtMs: endsMs.at(-1) ?? 0,
    get runs() {
      return values.map((value) => ({ durationMs: Math.abs(value), hasFailed: value < 0 }));
    },
    injectable: () =>
      values.map((value, at) => ({
        value: Math.abs(value),
        mark: { runId: runIds[at]!, runAttempt: 1, atMs: endsMs[at]! },
        startedAtMs: startsMs[at]!,
      })),
    placeOf,
    endOf: (place) => endsMs[place] ?? null,
    load(fromMs, untilMs) {
      const from = placeOf(fromMs);
      const until = placeOf(untilMs);
      if (until <= from) return null;
      const weeks = Math.max(1, (untilMs - Math.max(fromMs, endsMs[0]!)) / WEEK_MS);
      let minutes = 0;
      for (let at = from; at < until; at++) minutes += Math.abs(values[at]!) / MINUTE_MS;
      // money and joined numbers are no minutes
      if (series.measure === "cost" || series.measure === "metric") minutes = 0;
      return { seriesId, minutesAWeek: minutes / weeks, runsAWeek: (until - from) / weeks };
    },
  };
}
