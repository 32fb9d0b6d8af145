import { type HistoryFeature, INPUT_MAX, onGrid } from "../features/index.ts";
import { seededRandom } from "../random/index.ts";

/** Share of reference rows that stray in one feature each. */
const STRAY_SHARE = 0.06;
/** Share that stirs a little beyond its usual range: a range of 5 to 95 % leaves one value in ten outside. */
const STIR_SHARE = 0.1;
const STIR_MEAN = 0.08;
const STRAY_MIN = 0.3;
const STRAY_MAX = INPUT_MAX;
/** Always the same sample: it is part of the method, not of the chance that the user's seed stands for. */
const SEED = 20_081_215;

/**
 * Rows of made-up runs that join the real ones whenever a history model is fitted. A forest grown from a history in
 * which nothing ever went wrong has no branch for what is wrong: it could not tell three times as long from ten per
 * cent longer, nor see a wait in a feature that never stirred. The rows are a stated prior, as the pseudo-counts of a
 * rate are: 84 % as usual in every feature, 10 % a little beyond (exponential, mean 0.08, in one feature), 6 % astray
 * (0.3 to 1.5, evenly, in one feature each).
 */
export function referenceRows(features: readonly HistoryFeature[], rowCount: number): Float64Array {
  const values = new Float64Array(rowCount * features.length);
  const random = seededRandom(SEED);
  for (let row = 0; row < rowCount; row++) {
    const kind = random.next();
    const feature = random.integer(features.length);
    const place = random.next();
    const size =
      kind < STRAY_SHARE
        ? STRAY_MIN + place * (STRAY_MAX - STRAY_MIN)
        : kind < STRAY_SHARE + STIR_SHARE
          ? Math.min(STRAY_MIN, -Math.log(1 - place) * STIR_MEAN)
          : 0;
    values[row * features.length + feature] = onGrid(size);
  }
  return values;
}
