import { naturalLog, negativePowerOfTwo } from "./plain-arithmetic.ts";

const EULER_GAMMA = 0.5772156649015329;
const TWO_32 = 0x1_0000_0000;
const SCORE_GRID = 1e12;

/**
 * Splits needed, on average, to isolate one of `sampleCount` samples by chance: c(n) of Liu, Ting and Zhou, "Isolation
 * Forest" (ICDM 2008), equation 1. Dividing by this makes scores from different subsample sizes comparable.
 */
export function expectedPathLength(sampleCount: number): number {
  if (sampleCount <= 1) return 0;
  if (sampleCount === 2) return 1;
  const harmonic = naturalLog(sampleCount - 1) + EULER_GAMMA;
  return 2 * harmonic - (2 * (sampleCount - 1)) / sampleCount;
}

/**
 * c(n) rounded to a multiple of 2^-32. Path lengths made of it add up exactly in a double, up to 10,000 trees, so that
 * the sum over trees is the same in any order, block layout and thread split.
 */
export function roundedPathLength(sampleCount: number): number {
  return Math.round(expectedPathLength(sampleCount) * TWO_32) / TWO_32;
}

/**
 * 2^(-E[h] / c(psi)), equation 2 of the paper, rounded to 12 decimals (halves upwards): 0 to 1, higher is more
 * anomalous. A forest grown from single samples cannot tell anything apart: 0.5 for all.
 */
export function scoreOfPathLengths(sum: number, treeCount: number, subsampleSize: number): number {
  const usual = treeCount * roundedPathLength(subsampleSize);
  return usual === 0 ? 0.5 : roundScore(negativePowerOfTwo(sum / usual));
}

/** Scores lie on a grid of 12 decimals. */
export function roundScore(score: number): number {
  return Math.round(score * SCORE_GRID) / SCORE_GRID;
}

/** The score in units of the grid; whole. */
export function scoreToGrid(score: number): number {
  return Math.round(score * SCORE_GRID);
}

export function scoreFromGrid(units: number): number {
  return units / SCORE_GRID;
}
