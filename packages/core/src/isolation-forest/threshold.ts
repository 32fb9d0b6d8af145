import { scoreFromGrid, scoreToGrid } from "./path-length.ts";

/** @throws RangeError when contamination is not in (0, 0.5]. */
export function checkContamination(contamination: number): void {
  if (!(contamination > 0 && contamination <= 0.5)) {
    throw new RangeError(
      `contamination is the share of anomalies expected, more than 0 and at most 0.5; it is ${contamination}.`,
    );
  }
}

/**
 * The score from which a row is an anomaly, so that at most floor(contamination * rows) of the given scores are. It
 * lies midway between the lowest flagged and the highest other score (on the grid of 12 decimals, rounded upwards).
 * Equal scores are never split: where a tie would exceed the share, none of it is flagged; where none can be, the
 * threshold is above the maximum.
 *
 * @throws RangeError when contamination is not in (0, 0.5] or there are no scores.
 */
export function thresholdFor(scores: Float64Array, contamination: number): number {
  checkContamination(contamination);
  if (scores.length === 0) throw new RangeError("There is no threshold for 0 scores.");
  // The small addend undoes the rounding of products such as 0.29 * 100 = 28.999999999999996.
  const allowed = Math.floor(contamination * scores.length + 1e-9);
  const ascending = scores.slice().sort();
  let flagged = Math.min(allowed, scores.length);
  const highest = (rank: number): number => ascending[scores.length - rank]!;
  while (flagged > 0 && flagged < scores.length && highest(flagged) === highest(flagged + 1)) flagged--;
  if (flagged === 0) return scoreFromGrid(scoreToGrid(highest(1)) + 1);
  const lowestFlagged = highest(flagged);
  const highestOther = highest(flagged + 1);
  const below = scoreToGrid(highestOther);
  const middle = scoreFromGrid(below + Math.ceil((scoreToGrid(lowestFlagged) - below) / 2));
  return middle > highestOther && middle <= lowestFlagged ? middle : lowestFlagged;
}
