import type { LevelOptions } from "./level-options.ts";
import type { RollingWindow } from "../baselines/index.ts";
import { fitStudentLaw } from "./student-law.ts";

/** How runs scatter about their level, in ln: a heavy-tailed law of what the correlation with the run before leaves over. */
export interface NoiseLaw {
  /** Robust spread: 1.4826 times the median distance from the level. */
  readonly spread: number;
  /** Correlation with the run before, from 0 to 0.8. */
  readonly correlation: number;
  readonly degrees: number;
  readonly scale2: number;
  /** Runs that it was learnt from. */
  readonly runCount: number;
}

/** A run further out than this many spreads counts as that far where correlation is concerned. */
export const CLIP_SPREADS = 3;
const CORRELATION_MAX = 0.8;
/** A correlation seen on few runs is taken to be smaller. */
const CORRELATION_PRIOR_RUNS = 10;

const values = new Float64Array(1024);
const residuals = new Float64Array(1024);

export function fitNoiseLaw(reference: RollingWindow, level: number, options: LevelOptions): NoiseLaw {
  const count = reference.size;
  const rawSpread = 1.4826 * reference.medianDistance(level) + 1e-4;
  const clip = CLIP_SPREADS * rawSpread;
  reference.copyTo(values);
  let squares = 0;
  let products = 0;
  let before = clipped(values[0]! - level, clip);
  for (let i = 1; i < count; i++) {
    const now = clipped(values[i]! - level, clip);
    squares += now * now;
    products += now * before;
    before = now;
  }
  const seen = squares > 0 ? Math.max(0, Math.min(CORRELATION_MAX, products / squares)) : 0;
  const correlation = (seen * count) / (count + CORRELATION_PRIOR_RUNS);
  for (let i = 1; i < count; i++) {
    residuals[i - 1] = values[i]! - level - correlation * clipped(values[i - 1]! - level, clip);
  }
  const { degrees, scale2 } = fitStudentLaw(residuals, count - 1, rawSpread);
  const { scaleMin, scalePrior, scalePriorRuns } = options;
  const widened = (scale2 * (count - 1) + scalePriorRuns * scalePrior * scalePrior) / (count - 1 + scalePriorRuns);
  return {
    spread: Math.max(rawSpread, scaleMin),
    correlation,
    degrees,
    scale2: Math.max(widened, scaleMin * scaleMin),
    runCount: count,
  };
}

/** Variance of the median of `runCount` correlated runs as an estimate of their level. */
export function levelVariance({ scale2, correlation }: NoiseLaw, runCount: number): number {
  const variance = scale2 / (1 - correlation * correlation);
  return ((Math.PI / 2) * variance * (1 + correlation)) / (1 - correlation) / Math.max(5, runCount);
}

export function clipped(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value;
}
