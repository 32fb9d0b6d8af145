import type { RollingWindow } from "../baselines/index.ts";
import type { LevelOptions } from "./level-options.ts";

/**
 * How runs scatter about their level, in ln: Student's t-law with three degrees of freedom, of what the correlation with the run
 * before leaves over.
 */
export interface NoiseLaw {
  /** Robust spread: 1.4826 times the median distance from the level. */
  readonly spread: number;
  /** Correlation with the run before, from 0 to 0.8. */
  readonly correlation: number;
  /** Square of the scale. */
  readonly scale2: number;
}

/** The same for all series: fitted per series, from so few runs, they cost more than they bring (docs/detection.md). */
export const DEGREES = 3;
const FAR_SPREADS = 3;
const CORRELATION_MAX = 0.8;
/** A correlation seen on few runs is taken to be smaller. */
const CORRELATION_PRIOR_RUNS = 10;
const SCALE_STEPS = 4;
const RUNS_MIN = 5;

const values = new Float64Array(1024);
const squares = new Float64Array(1024);

/** The law of the reference about `level`: its scale by maximum likelihood (Lange, Little, Taylor 1989, section 3), with a prior. */
export function fitNoiseLaw(reference: RollingWindow, level: number, options: LevelOptions): NoiseLaw {
  const count = reference.size;
  const rawSpread = 1.4826 * reference.medianDistance(level) + 1e-4;
  const far = FAR_SPREADS * rawSpread;
  reference.copyTo(values);
  let own = 0;
  let cross = 0;
  let before = clipped(values[0]! - level, far);
  for (let i = 1; i < count; i++) {
    const now = clipped(values[i]! - level, far);
    own += now * now;
    cross += now * before;
    before = now;
  }
  const seen = own > 0 ? Math.max(0, Math.min(CORRELATION_MAX, cross / own)) : 0;
  const correlation = (seen * count) / (count + CORRELATION_PRIOR_RUNS);
  for (let i = 1; i < count; i++) {
    const left = values[i]! - level - correlation * clipped(values[i - 1]! - level, far);
    squares[i - 1] = left * left;
  }
  let scale2 = rawSpread * rawSpread;
  for (let step = 0; step < SCALE_STEPS; step++) {
    let sum = 0;
    for (let i = 0; i < count - 1; i++) sum += (squares[i]! * (DEGREES + 1)) / (DEGREES + squares[i]! / scale2);
    scale2 = sum / (count - 1) + 1e-10;
  }
  const { scaleMin, scalePrior, scalePriorRuns } = options;
  const widened = (scale2 * (count - 1) + scalePriorRuns * scalePrior * scalePrior) / (count - 1 + scalePriorRuns);
  return {
    spread: Math.max(rawSpread, scaleMin),
    correlation,
    scale2: Math.max(widened, scaleMin * scaleMin),
  };
}

/** Scale of a run about the level, squared, widened by what is not known about the level after `runCount` correlated runs. */
export function widenedScale2({ scale2, correlation }: NoiseLaw, runCount: number, factor: number): number {
  return scale2 + (factor * scale2) / ((1 - correlation) ** 2 * Math.max(RUNS_MIN, runCount));
}

/** What a run leads one to expect of the next one. An outlier says nothing about it. */
export function carriedOn({ correlation, spread }: NoiseLaw, deviation: number): number {
  const far = FAR_SPREADS * spread;
  return deviation > far || deviation < -far ? 0 : correlation * deviation;
}

export function clipped(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value;
}
