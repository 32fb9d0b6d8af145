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
  /** No bar begins below this: a push must be surer than what is shown ... */
  readonly barMin: { readonly level: number; readonly failure: number };
  /** ... and none is above this: what is large beyond doubt is told of any series. */
  readonly barMax: number;
}

/**
 * Measured on quiet real histories without injected changes (benchmarks/results/budget.md): there false alarms come 0.5 in 1000
 * runs, and their scores exceed 1 by 0.6 (levels) and 0.3 (failures) in the mean. What is far beyond are real bursts and wandering
 * levels, which no bar keeps out: the same runs in shuffled order bring no change of level at all. On whole histories changes
 * above `barMin` are real in nine cases of ten.
 */
export const DEFAULT_BAR_OPTIONS: BarOptions = {
  falseShare: 0.1,
  falseAlarmsARun: 0.0005,
  scoreTail: { level: 1.7, failure: 3 },
  barMin: { level: 1.1, failure: 1.25 },
  barMax: 3,
};

/** A series of which no minute is known gets this share, not nothing. */
const SHARE_MIN = 1e-6;

/**
 * The score from which each of these series may push to one inbox. Each may be falsely alarmed by in proportion to its
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
  const { falseShare, falseAlarmsARun, scoreTail, barMin, barMax } = options;
  const total = loads.reduce((sum, { minutesAWeek }) => sum + minutesAWeek, 0);
  return new Map(
    loads.map(({ seriesId, minutesAWeek, runsAWeek }) => {
      const share = Math.max(SHARE_MIN, total > 0 ? minutesAWeek / total : 1 / loads.length);
      const expected = runsAWeek * falseAlarmsARun;
      const kind = seriesOf(seriesId).measure === "failure" ? "failure" : "level";
      const excess = Math.log(1 / share) + Math.log(expected / (pushesAWeek * falseShare));
      // no runs, no false alarms: the logarithm is minus infinity there
      const bar = Math.max(barMin[kind], 1 + excess / scoreTail[kind]);
      return [seriesId, Math.min(barMax, Math.max(barMin[kind], bar + raise))];
    }),
  );
}
