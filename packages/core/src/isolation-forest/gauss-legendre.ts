/** Points in [0, 1] and their weights: the weighted sum of a function's values there is its integral from 0 to 1. */
export interface Quadrature {
  readonly points: readonly number[];
  readonly weights: readonly number[];
}

/** The lower half of the points, each with its weight; the upper half mirrors it. */
const HALVES: readonly (readonly (readonly [point: number, weight: number])[])[] = [
  [[0.2113248654051871, 0.5]],
  [
    [0.06943184420297371, 0.17392742256872692],
    [0.33000947820757187, 0.32607257743127305],
  ],
  [
    [0.019855071751231884, 0.05061426814518813],
    [0.10166676129318664, 0.11119051722668724],
    [0.2372337950418355, 0.15685332293894363],
    [0.4082826787521751, 0.181341891689181],
  ],
];

const RULES: readonly Quadrature[] = [
  { points: [0.5], weights: [1] },
  ...HALVES.map((half) => ({
    points: [...half.map(([point]) => point), ...half.toReversed().map(([point]) => 1 - point)],
    weights: [...half.map(([, weight]) => weight), ...half.toReversed().map(([, weight]) => weight)],
  })),
];

/**
 * The Gauss-Legendre rule with the fewest points, of 1, 2, 4 and 8, that integrates every polynomial of this degree
 * without error: n points do so up to degree 2n - 1 (Abramowitz and Stegun, 25.4.29). A tree of at most 65,536 samples
 * needs no more than degree 15.
 *
 * @throws RangeError beyond degree 15.
 */
export function gaussLegendre(degree: number): Quadrature {
  const rule = RULES.find(({ points }) => degree < 2 * points.length);
  if (rule === undefined) throw new RangeError(`There is no rule for polynomials of degree ${degree}, only up to 15.`);
  return rule;
}
