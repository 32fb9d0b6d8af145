/** Dirichlet's prior weight of each value (Jeffreys). */
const PRIOR = 0.5;

/** ln of the chance of these counts in one given order, when the shares of the values are not known beforehand. */
function logEvidence(counts: Iterable<number>, valueCount: number): number {
  let total = 0;
  let sum = 0;
  for (const count of counts) {
    for (let at = 0; at < count; at++) sum += Math.log((PRIOR + at) / (valueCount * PRIOR + total + at));
    total += count;
  }
  return sum;
}

/** How well the values fall apart at each place between two runs. */
export interface Separation {
  /**
   * ln of how many times better the values are explained by other shares from a place on than by the same shares throughout; item
   * `at` is the split before run `at`. 0 where one side has no known value.
   */
  readonly logFactors: readonly number[];
}

/** Looks at each split of `values`, in the order of the runs; null is not known. A run is known once: 200 are looked at, not more. */
export function separation(values: readonly (string | null)[]): Separation {
  const all = tally(values);
  const valueCount = Math.max(2, all.size);
  const together = logEvidence(all.values(), valueCount);
  const before = new Map<string, number>();
  const after = new Map(all);
  let isBefore = false;
  let left = [...all.values()].reduce((sum, count) => sum + count, 0);
  const logFactors = values.map((value) => {
    const factor =
      isBefore && left > 0
        ? logEvidence(before.values(), valueCount) + logEvidence(after.values(), valueCount) - together
        : 0;
    if (value !== null) {
      before.set(value, (before.get(value) ?? 0) + 1);
      after.set(value, after.get(value)! - 1);
      isBefore = true;
      left -= 1;
    }
    return factor;
  });
  return { logFactors };
}

export function tally(values: Iterable<string | null>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
