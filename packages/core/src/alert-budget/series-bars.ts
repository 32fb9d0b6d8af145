import { seriesOf } from "../change-points/index.ts";

/** What one series costs, from its own past. */
export interface SeriesLoad {
  readonly seriesId: string;
  /** Minutes of work a week: its share of the budget goes by them. */
  readonly minutesAWeek: number;
  readonly runsAWeek: number;
}

export interface BarOptions {
  /** The share of the budget that false alarms may use up. */
  readonly falseShare: number;
  /** False alarms a run of a series whose bar is 1: what the detectors are set to on quiet histories. */
  readonly falseAlarmsARun: number;
  /** How fast false alarms get rarer with the score: their number falls by e for each 1 / this. */
  readonly scoreTail: { readonly level: number; readonly failure: number };
  /** No bar is above this: what is large beyond doubt is told of any series. */
  readonly barMax: number;
}

/**
 * Measured on quiet real histories without injected changes (benchmarks/results/budget.md): there false alarms come 0.5 in 1000
 * runs. Of changes of level most have a score just above 1 and few are above 1.25; what is far beyond are real bursts and wandering
 * levels, which no bar keeps out: the same runs in shuffled order bring none at all. Failures gain score more slowly.
 */
export const DEFAULT_BAR_OPTIONS: BarOptions = {
  falseShare: 0.1,
  falseAlarmsARun: 0.0005,
  scoreTail: { level: 6, failure: 2.7 },
  barMax: 2,
};

/** A series of which no minute is known gets this share, not nothing. */
const SHARE_MIN = 1e-6;

/**
 * The score from which each of these series may push to one inbox, 1 or more. Each may be falsely alarmed by in proportion to its
 * minutes: with r runs a week, a share s of the minutes, B pushes a week and false alarms falling as exp(-k score),
 *
 *     bar = 1 + (ln(1 / s) + ln(r x falseAlarmsARun / (B x falseShare))) / k
 *
 * so that the false alarms of all series together stay within B x falseShare. `raise` is added to each, as tuned on the past; it may be below 0.
 */
export function seriesBars(
  loads: readonly SeriesLoad[],
  pushesAWeek: number,
  { raise = 0, options = DEFAULT_BAR_OPTIONS }: { readonly raise?: number; readonly options?: BarOptions } = {},
): ReadonlyMap<string, number> {
  const { falseShare, falseAlarmsARun, scoreTail, barMax } = options;
  const total = loads.reduce((sum, { minutesAWeek }) => sum + minutesAWeek, 0);
  return new Map(
    loads.map(({ seriesId, minutesAWeek, runsAWeek }) => {
      const share = Math.max(SHARE_MIN, total > 0 ? minutesAWeek / total : 1 / loads.length);
      const expected = runsAWeek * falseAlarmsARun;
      const tail = seriesOf(seriesId).measure === "failure" ? scoreTail.failure : scoreTail.level;
      const excess = Math.log(1 / share) + Math.log(expected / (pushesAWeek * falseShare));
      // no runs, no false alarms: the logarithm is minus infinity there
      return [seriesId, Math.min(barMax, Math.max(1, Math.max(1, 1 + excess / tail) + raise))];
    }),
  );
}
