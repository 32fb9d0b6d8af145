/** How many pushes are to be expected, as a range that the true number lies in 9 times of 10. */
export interface PushForecast {
  readonly meanAWeek: number;
  readonly lowAWeek: number;
  readonly highAWeek: number;
  /** The weeks ahead that the range is about: a longer time is a narrower range. */
  readonly weeksAhead: number;
  /** The weeks it is learnt from. */
  readonly weeksSeen: number;
}

export interface ForecastOptions {
  /** Of the range, 0.9: it may miss on either side once in twenty. */
  readonly confidence: number;
  /** Pushes seen before any were: half of one, Jeffreys' choice for a rate. */
  readonly priorPushes: number;
  /** Counts of weeks are at least this many times as scattered as if pushes came singly and by chance. */
  readonly dispersionMin: number;
}

export const DEFAULT_FORECAST_OPTIONS: ForecastOptions = { confidence: 0.9, priorPushes: 0.5, dispersionMin: 1 };

/** Troubles come in spells: the scatter is looked at over weeks, and over stretches of this many. */
const STRETCHES_WEEKS = [1, 2, 4] as const;

/**
 * The range for the next weeks from the counts of past weeks, oldest first. Pushes come in spells, so their number is taken as a
 * gamma-Poisson (negative binomial) one, as scattered as the past was, with the doubt about the rate itself on top. No week can
 * hold more than `mostAWeek`, which the budget sees to.
 *
 * @throws RangeError when there are no past weeks.
 */
export function forecastPushes(
  weeklyCounts: readonly number[],
  { weeksAhead, mostAWeek }: { readonly weeksAhead: number; readonly mostAWeek: number },
  options: ForecastOptions = DEFAULT_FORECAST_OPTIONS,
): PushForecast {
  const weeksSeen = weeklyCounts.length;
  if (weeksSeen === 0) throw new RangeError("A forecast needs at least one past week.");
  const seen = weeklyCounts.reduce((sum, count) => sum + count, 0);
  const rate = (seen + options.priorPushes) / weeksSeen;
  const dispersion = Math.max(options.dispersionMin, ...STRETCHES_WEEKS.map((weeks) => scatter(weeklyCounts, weeks)));
  const mean = rate * weeksAhead;
  // chance of the coming weeks, and the doubt about the rate, which as much past leaves
  const variance = dispersion * mean * (1 + weeksAhead / weeksSeen);
  const tail = (1 - options.confidence) / 2;
  const { low, high } = rangeOf(mean, variance, tail);
  const most = Math.ceil(mostAWeek * weeksAhead);
  return {
    meanAWeek: Math.min(mostAWeek, seen / weeksSeen),
    lowAWeek: Math.min(low, most) / weeksAhead,
    highAWeek: Math.min(high, most) / weeksAhead,
    weeksAhead,
    weeksSeen,
  };
}

/** Variance over mean of the counts of stretches of so many weeks; 1 where there are fewer than four stretches. */
function scatter(weeklyCounts: readonly number[], weeks: number): number {
  const counts: number[] = [];
  for (let at = 0; at + weeks <= weeklyCounts.length; at += weeks) {
    counts.push(weeklyCounts.slice(at, at + weeks).reduce((sum, count) => sum + count, 0));
  }
  if (counts.length < 4) return 1;
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  if (mean === 0) return 1;
  const squares = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0);
  return squares / (counts.length - 1) / mean;
}

/** The counts of a negative binomial law of this mean and variance that at most `tail` lie below, and above. */
function rangeOf(mean: number, variance: number, tail: number): { readonly low: number; readonly high: number } {
  const spread = Math.max(variance, mean * (1 + 1e-9));
  const size = (mean * mean) / (spread - mean);
  const success = mean / spread;
  let chance = Math.exp(size * Math.log(success));
  // so many are expected that their law is a normal one: the chance of none has no digits left
  if (chance < 1e-280) {
    const reach = 1.645 * Math.sqrt(variance);
    return { low: Math.max(0, Math.floor(mean - reach)), high: Math.ceil(mean + reach) };
  }
  let upTo = chance;
  let low = 0;
  let count = 0;
  while (upTo < 1 - tail) {
    if (upTo <= tail) low = count + 1;
    chance *= ((size + count) / (count + 1)) * (1 - success);
    count++;
    upTo += chance;
  }
  return { low, high: count };
}
