/**
 * How far apart from the usual runs lie that nothing was done to: the upper tail of deviations, in ln of the value. Two estimates, of
 * which the more careful one holds everywhere: Student's t-law with three degrees of freedom, its scale by maximum likelihood (Lange,
 * Little, Taylor 1989, section 3), and the tail as it was seen, from its few largest values on by the power law of the same degrees
 * (Hill 1975). Histories have a tail of slow runners and cold caches that a law fitted to their middle does not know of.
 */
export interface TailLaw {
  /** Chance that a run, or so many in a row, lies as far above the usual as this. */
  chanceAbove(deviation: number): number;
  /** The deviation that has this chance. */
  deviationAt(chance: number): number;
  /** Deviations it was learnt from. */
  readonly count: number;
}

export interface TailLawOptions {
  /** The scale that is expected before it is seen, in ln, and how many runs this expectation is worth. */
  readonly scalePrior: number;
  readonly scalePriorRuns: number;
  /** Degrees of freedom of the law of the middle. */
  readonly degrees: 3 | 5;
  /** How fast the tail as seen falls: chances go by this power of the distance. */
  readonly tailIndex: number;
  /** The tail as seen begins at the largest value of this rank: fewer are chance. */
  readonly tailRank: number;
}

export const DEFAULT_TAIL_LAW_OPTIONS: TailLawOptions = {
  scalePrior: 0.06,
  scalePriorRuns: 10,
  degrees: 5,
  tailIndex: 3,
  tailRank: 3,
};

const SCALE_STEPS = 20;
const HALVINGS = 60;
/** No deviation beyond is told apart: 20,000 times as long. */
const DEVIATION_MAX = 10;

/** @throws RangeError when there are fewer deviations than `tailRank`. */
export function tailLaw(
  deviations: readonly number[],
  { scalePrior, scalePriorRuns, degrees, tailIndex, tailRank }: TailLawOptions = DEFAULT_TAIL_LAW_OPTIONS,
): TailLaw {
  const count = deviations.length;
  if (count < tailRank) throw new RangeError(`A tail needs at least ${tailRank} deviations.`);
  const scale = scaleOf(deviations, degrees, scalePrior, scalePriorRuns);
  const seen = deviations.toSorted((one, other) => other - one)[tailRank - 1]!;
  const seenChance = tailRank / (count + 1);
  const asSeen = (deviation: number): number => {
    if (seen <= 0 || deviation <= seen) return 0;
    return seenChance * (seen / deviation) ** tailIndex;
  };
  const chanceAbove = (deviation: number): number => {
    // below the tail more of them were seen than this: there the law alone speaks, and nothing is decided there
    const floor = deviation <= seen ? Math.min(seenChance, 0.5) : asSeen(deviation);
    return Math.max(1 - studentBelow(deviation / scale, degrees), floor);
  };
  return {
    count,
    chanceAbove,
    deviationAt(chance) {
      let [low, high] = [-DEVIATION_MAX, DEVIATION_MAX];
      for (let step = 0; step < HALVINGS; step++) {
        const middle = (low + high) / 2;
        if (chanceAbove(middle) > chance) low = middle;
        else high = middle;
      }
      return high;
    },
  };
}

function scaleOf(deviations: readonly number[], degrees: number, scalePrior: number, priorRuns: number): number {
  const squares = deviations.map((deviation) => deviation * deviation);
  let scale2 = scalePrior * scalePrior;
  for (let step = 0; step < SCALE_STEPS; step++) {
    const sum = squares.reduce((total, square) => total + (square * (degrees + 1)) / (degrees + square / scale2), 0);
    scale2 = (sum + priorRuns * scalePrior * scalePrior) / (squares.length + priorRuns);
  }
  return Math.sqrt(scale2);
}

/** Share of Student's t-law that lies below, in closed form (Shaw 2006, section 3, for odd degrees of freedom). */
export function studentBelow(value: number, degrees: 3 | 5): number {
  const x = value / Math.sqrt(degrees);
  const one = x / (1 + x * x);
  const terms = degrees === 3 ? one : one * (1 + 2 / (3 * (1 + x * x)));
  return 0.5 + (terms + Math.atan(x)) / Math.PI;
}
