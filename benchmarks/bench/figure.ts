/** One thing measured beside a peer or a floor, in turn, in the same run. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly ours: readonly number[];
  readonly peer: string;
  readonly theirs: readonly number[];
  /** What the median of ours / theirs is held to. */
  readonly target?: { readonly most?: number; readonly least?: number };
  readonly note?: string;
}

export interface Bench {
  readonly name: string;
  /** An empty list: there was nothing to compare with, which has been said. */
  run(options: BenchOptions): Promise<readonly Figure[]>;
}

export interface BenchOptions {
  /** A folder of its own, removed afterwards. */
  readonly folder: string;
  /** Also what takes minutes. */
  readonly isFull: boolean;
  readonly say: (line: string) => void;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median of ours / theirs, pair by pair: what slows the machine down slows both of a pair down. */
export function ratioOf(figure: Figure): number {
  return median(figure.ours.map((value, pair) => value / figure.theirs[pair]!));
}

/** Runs the two in turn, `pairCount` times each. */
export async function inTurn<Ours, Theirs>(
  pairCount: number,
  ours: () => Promise<Ours> | Ours,
  theirs: () => Promise<Theirs> | Theirs,
): Promise<{ readonly ours: readonly Ours[]; readonly theirs: readonly Theirs[] }> {
  const all = { ours: [] as Ours[], theirs: [] as Theirs[] };
  for (let pair = 0; pair < pairCount; pair += 1) {
    all.ours.push(await ours());
    all.theirs.push(await theirs());
  }
  return all;
}
