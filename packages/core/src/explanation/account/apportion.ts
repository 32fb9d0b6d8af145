/**
 * Whole numbers near `values` that add up to `total`, which lies within rounding of their sum: rounded down first, what is then
 * missing goes to the largest fractions.
 */
export function apportionWhole(values: readonly number[], total: number): readonly number[] {
  const floors = values.map(Math.floor);
  let missing = total - floors.reduce((sum, value) => sum + value, 0);
  const order = values
    .map((value, place) => ({ place, fraction: value - Math.floor(value) }))
    .sort((a, b) => b.fraction - a.fraction || a.place - b.place);
  for (const { place } of order) {
    if (missing <= 0) break;
    floors[place]! += 1;
    missing -= 1;
  }
  // rounding noise beyond one a value: the largest carries it
  if (missing !== 0 && floors.length > 0) {
    const largest = floors.reduce((at, value, place) => (Math.abs(value) > Math.abs(floors[at]!) ? place : at), 0);
    floors[largest]! += missing;
  }
  return floors.map((value) => value + 0);
}
