/**
 * Spearman's rank correlation, equal values sharing the mean of their ranks: 1 for the same order, -1 for the reverse, null where there
 * is no order to compare (fewer than two values, or all equal).
 */
export function rankCorrelation(one: ArrayLike<number>, other: ArrayLike<number>): number | null {
  if (one.length !== other.length) throw new RangeError(`There are ${one.length} values for ${other.length} others.`);
  const [ranks, otherRanks] = [meanRanks(one), meanRanks(other)];
  const middle = (one.length - 1) / 2;
  let product = 0;
  let square = 0;
  let otherSquare = 0;
  for (let place = 0; place < one.length; place++) {
    const distance = ranks[place]! - middle;
    const otherDistance = otherRanks[place]! - middle;
    product += distance * otherDistance;
    square += distance * distance;
    otherSquare += otherDistance * otherDistance;
  }
  return square === 0 || otherSquare === 0 ? null : product / Math.sqrt(square * otherSquare);
}

/** Ranks from 0 up. */
function meanRanks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, place) => place);
  order.sort((one, other) => values[one]! - values[other]!);
  const ranks = new Float64Array(values.length);
  let start = 0;
  while (start < order.length) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let place = start; place < end; place++) ranks[order[place]!] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}
