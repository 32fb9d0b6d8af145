import { levelDetector, type LevelState } from "../change-points/index.ts";
import { quantile } from "../isolation-forest/index.ts";
import { seededRandom } from "../random/index.ts";
import { injectedDelays } from "./injected-delay.ts";
import type { PastSeries } from "./past-series.ts";
import type { PushPlan } from "./push-plan.ts";

/** How long slowdowns of one size would have gone unnoticed in these very series. */
export interface AlertDelays {
  readonly factor: number;
  /** Injected so often: several seeded places in each series. */
  readonly triedCount: number;
  readonly seriesCount: number;
  /** Share of them that was told within 60 passing runs. */
  readonly foundShare: number;
  /** Of those found: passing runs of the series, and days, from the first slow run on; null when none was. */
  readonly runsMedian: number | null;
  readonly daysMedian: number | null;
  readonly daysP90: number | null;
}

export const INJECTED_FACTORS = [1.2, 1.5, 2] as const;
const PLACES_A_SERIES = 4;
const RUNS_MAX = 60;
/** Before it there must be runs enough to have a usual level, after it enough to be told. */
const RUNS_BEFORE_MIN = 30;
const RUNS_AFTER_MIN = 20;
/** The dearest series; the others are like them, and would take long. */
const SERIES_MAX = 300;

/** Slows the runs of each dear enough series down at seeded places of the newest part, and waits. */
export function delaysIn(
  all: readonly PastSeries[],
  {
    plan,
    checkFromMs,
    untilMs,
    seed,
  }: { readonly plan: PushPlan; readonly checkFromMs: number; readonly untilMs: number; readonly seed: number },
): readonly AlertDelays[] {
  const random = seededRandom(seed);
  const dear = all
    .filter(({ series }) => series.scope === "run" && series.measure === "duration")
    .flatMap((one) => {
      const load = one.load(checkFromMs, untilMs);
      return load === null ? [] : [{ one, minutes: load.minutesAWeek }];
    })
    .sort((a, b) => b.minutes - a.minutes || (a.one.seriesId < b.one.seriesId ? -1 : 1))
    .slice(0, SERIES_MAX);
  let seriesCount = 0;
  const found = dear.flatMap(({ one }) => {
    const first = Math.max(RUNS_BEFORE_MIN, one.placeOf(checkFromMs));
    const last = one.placeOf(untilMs) - RUNS_AFTER_MIN;
    if (last < first) return [];
    seriesCount++;
    const places = Array.from({ length: PLACES_A_SERIES }, () => first + random.integer(last - first + 1));
    const inbox = plan.inboxesOf(one.series.repositoryId)[0];
    const bar = inbox?.bars.get(one.seriesId) ?? inbox?.barOfOthers ?? 1;
    const until = Math.min(one.runCount, last + RUNS_MAX);
    const values = one.injectable().slice(0, until);
    return injectedDelays<LevelState>(values, [...new Set(places)], {
      factors: INJECTED_FACTORS,
      bar,
      runsMax: RUNS_MAX,
      start: (state) => levelDetector(state === undefined ? {} : { state }),
    });
  });
  return INJECTED_FACTORS.map((factor) => {
    const own = found.filter((one) => one.factor === factor);
    const runs = own.flatMap((one) => one.runs ?? []);
    const days = own.flatMap((one) => one.days ?? []);
    return {
      factor,
      triedCount: own.length,
      seriesCount,
      foundShare: own.length === 0 ? 0 : runs.length / own.length,
      runsMedian: quantileOf(runs, 0.5),
      daysMedian: quantileOf(days, 0.5),
      daysP90: quantileOf(days, 0.9),
    };
  });
}

const quantileOf = (values: readonly number[], share: number): number | null =>
  values.length === 0 ? null : quantile(Float64Array.from(values).sort(), share);
