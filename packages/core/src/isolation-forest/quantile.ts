/**
 * The value below which `share` of the numbers lie, between two neighbours by straight interpolation (type 7 of Hyndman
 * and Fan,
 * 1996). `ascending` is sorted, finite and not empty.
 */
export function quantile(ascending: Float64Array, share: number): number {
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const rest = place - below;
  const low = ascending[below]!;
  if (rest === 0) return low;
  const high = ascending[below + 1]!;
  const width = high - low;
  const between = Number.isFinite(width) ? low + width * rest : low * (1 - rest) + high * rest;
  return Math.min(Math.max(between, low), high);
}

/** The values of one feature in the rows that are kept, ascending, missing ones left out. */
export function sortedColumn(
  values: Float64Array,
  featureCount: number,
  feature: number,
  keeps: (row: number) => boolean,
): Float64Array {
  const rowCount = values.length / featureCount;
  const column = new Float64Array(rowCount);
  let count = 0;
  for (let row = 0; row < rowCount; row++) {
    const value = values[row * featureCount + feature]!;
    if (!Number.isNaN(value) && keeps(row)) column[count++] = value;
  }
  return column.subarray(0, count).sort();
}
