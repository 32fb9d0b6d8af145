import { quantile } from "../isolation-forest/index.ts";
import { seededRandom } from "../random/index.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Resamples the records with replacement, `resampleCount` times, and gives the interval that holds `level` of what `statistics` becomes, for
 * each of them. Paired: both models are looked at on the same records each time, so that what is hard for both cancels out.
 */
export function pairedBootstrap(
  recordCount: number,
  statistics: (weights: Uint32Array) => readonly number[],
  { seed, resampleCount, level }: { readonly seed: number; readonly resampleCount: number; readonly level: number },
): readonly Interval[] {
  const random = seededRandom(seed);
  const weights = new Uint32Array(recordCount);
  const draws: (readonly number[])[] = [];
  for (let resample = 0; resample < resampleCount; resample++) {
    weights.fill(0);
    for (let drawn = 0; drawn < recordCount; drawn++) weights[random.integer(recordCount)]!++;
    draws.push(statistics(weights));
  }
  const tail = (1 - level) / 2;
  return (draws[0] ?? []).map((_, place) => {
    const values = Float64Array.from(draws, (drawn) => drawn[place]!).sort();
    return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
  });
}
