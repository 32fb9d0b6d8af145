import type { SampleMatrix } from "./samples.ts";

/** The standard scaler: a feature becomes (value - mean) / scale; scale is the population standard deviation. */
export interface Scaler {
  readonly mean: readonly number[];
  /** Above 0; 1 for a constant feature. */
  readonly scale: readonly number[];
}

// Squares of values beyond these would overflow or vanish; multiplying by a power of two changes no digit.
const LARGE = 2 ** 480;
const SMALL = 2 ** -480;
const SHRINK = 2 ** -600;
const STRETCH = 2 ** 600;

/**
 * Mean and population standard deviation per feature, missing values left out, added up in row order. A feature that is
 * constant, or has no values at all, gets scale 1; one without values gets the mean given in `neutral`.
 *
 * @throws RangeError for an infinite value, naming its row and feature.
 */
export function fitScaler(samples: SampleMatrix, neutral: readonly number[]): Scaler {
  const mean: number[] = [];
  const scale: number[] = [];
  for (let feature = 0; feature < samples.featureCount; feature++) {
    const fitted = fitFeature(samples, feature);
    // `+ 0` makes 0 of -0, which JSON doesn't keep.
    mean.push((fitted?.mean ?? neutral[feature]!) + 0);
    scale.push(fitted?.scale ?? 1);
  }
  return { mean, scale };
}

function fitFeature(samples: SampleMatrix, feature: number): { mean: number; scale: number } | null {
  const { values, featureCount } = samples;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (let index = feature; index < values.length; index += featureCount) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    if (!Number.isFinite(value)) throw infiniteValue(index, featureCount, value);
    if (value < least) least = value;
    if (value > greatest) greatest = value;
    count++;
  }
  if (count === 0) return null;
  if (least === greatest) return { mean: least, scale: 1 };

  const size = Math.max(-least, greatest);
  const factor = size > LARGE ? SHRINK : size < SMALL ? STRETCH : 1;
  let sum = 0;
  for (let index = feature; index < values.length; index += featureCount) {
    const value = values[index]!;
    if (!Number.isNaN(value)) sum += value * factor;
  }
  const mean = sum / count;
  let squares = 0;
  for (let index = feature; index < values.length; index += featureCount) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    const distance = value * factor - mean;
    squares += distance * distance;
  }
  const scale = Math.sqrt(squares / count) / factor;
  return { mean: mean / factor, scale: scale > 0 ? scale : 1 };
}

export function infiniteValue(index: number, featureCount: number, value: number): RangeError {
  const row = Math.floor(index / featureCount);
  return new RangeError(
    `Row ${row}, feature ${index % featureCount} is ${value}; only finite numbers, or NaN for a missing one, can be used.`,
  );
}

/** (value - mean) / scale, held within the finite numbers. */
export function scaled(value: number, mean: number, scale: number): number {
  const distance = value - mean;
  const result = Number.isFinite(distance) ? distance / scale : (value * 0.5 - mean * 0.5) / (scale * 0.5);
  return Math.min(Math.max(result, -Number.MAX_VALUE), Number.MAX_VALUE);
}
