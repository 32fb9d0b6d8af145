import { DEFAULT_TAIL_LAW_OPTIONS, type TailLaw, tailLaw, type TailLawOptions } from "./tail-law.ts";

/** A run, or a job, that passed, and how long it took. */
export interface TimedValue {
  readonly atMs: number;
  /** Above 0. */
  readonly value: number;
}

export interface CompareInput {
  /** What is compared: runs of one branch or pull request, in time order. */
  readonly own: readonly TimedValue[];
  /** Runs of the default branch, in time order: of each run of `own` those before it are looked at. */
  readonly usual: readonly TimedValue[];
  /** Runs of other branches, with the event of `own`, in time order, by branch: what such runs take more than the default branch's. */
  readonly peers: readonly (readonly TimedValue[])[];
  /** Whether `own` came by the event of `usual`: else they may differ for that alone. */
  readonly isSameEvent: boolean;
}

export interface CompareOptions {
  /** Of unchanged runs this share may be called slower, and as many faster ... */
  readonly falseShare: number;
  /** ... less in proportion where fewer deviations than this tell what noise is. */
  readonly deviationsFull: number;
  /** Differences of less are never told, however sure: a ratio ... */
  readonly ratioMin: number;
  /** ... and one in the unit of the values. */
  readonly differenceMin: number;
  /** The level of the default branch is the middle of this many runs before. */
  readonly levelRuns: number;
  /** Fewer runs of the default branch are too little history. */
  readonly usualRunsMin: number;
  /** Older ones are not looked at. */
  readonly usualRunsMax: number;
  /** From so many deviations on the peers alone tell what is usual for such runs. */
  readonly peersMin: number;
  /** Of one branch at most so many runs are peers, the last ones. */
  readonly peerRunsMax: number;
  /** What another event alone may make of a difference, in ln, where no peers tell. */
  readonly eventMargin: number;
  readonly tail: TailLawOptions;
}

export const DEFAULT_COMPARE_OPTIONS: CompareOptions = {
  falseShare: 0.006,
  deviationsFull: 50,
  ratioMin: 1.05,
  differenceMin: 5000,
  levelRuns: 20,
  usualRunsMin: 15,
  usualRunsMax: 150,
  peersMin: 20,
  peerRunsMax: 5,
  eventMargin: 0.1,
  tail: DEFAULT_TAIL_LAW_OPTIONS,
};

export type RunComparison =
  | { readonly kind: "too-little-history"; readonly usualRunCount: number; readonly usualRunCountMin: number }
  | ComparedRuns;

/** What came of a comparison; values in the unit they were given in. */
export interface ComparedRuns {
  readonly kind: "within-noise" | "slower" | "faster";
  /** What the runs that are compared take, at the level of now: the middle one, of an even number the lower of the two. */
  readonly value: number;
  /** What is usual for such runs, and the range that nine of ten single ones lie in. */
  readonly usual: number;
  readonly usualLow: number;
  readonly usualHigh: number;
  /** `value` by `usual`. */
  readonly ratio: number;
  /** Chance, 0 to 1, that runs which nothing was done to lie as far off to that side. */
  readonly chance: number;
  /** From this ratio on so many runs with this history are called slower. */
  readonly ratioSeen: number;
  readonly ownRunCount: number;
  readonly usualRunCount: number;
  readonly peerRunCount: number;
}

const LEVEL_RUNS_MIN = 5;

/**
 * Whether runs take longer or less than those of the default branch beyond noise. Each run's deviation from the default branch's level
 * just before it is compared with the deviations of runs that nothing was done to: those of other branches where there are enough,
 * so that what pull requests always take more is not held against one of them; else the default branch's own. Of several runs in a row
 * the middle one counts, against the middle ones of as many in a row of the past: what lasts for some runs is no news to it.
 */
export function compareRuns(input: CompareInput, options: CompareOptions = DEFAULT_COMPARE_OPTIONS): RunComparison {
  const lastMs = input.own.at(-1)?.atMs ?? 0;
  const usual = input.usual
    .filter(({ atMs }) => atMs < lastMs)
    .slice(-options.usualRunsMax)
    .map(({ atMs, value }) => ({ atMs, ln: Math.log(value) }));
  if (usual.length < options.usualRunsMin) {
    return { kind: "too-little-history", usualRunCount: usual.length, usualRunCountMin: options.usualRunsMin };
  }
  const levelOf = (end: number): number =>
    medianOf(usual.slice(Math.max(0, end - options.levelRuns), end).map(({ ln }) => ln));
  const countBefore = (at: number): number => usual.findLastIndex(({ atMs }) => atMs < at) + 1;
  const ofUsual = usual.flatMap(({ ln }, at) => (at < LEVEL_RUNS_MIN ? [] : [ln - levelOf(at)]));
  const ofPeers = input.peers.map((runs) =>
    runs.slice(-options.peerRunsMax).flatMap(({ atMs, value }) => {
      const before = countBefore(atMs);
      return before < LEVEL_RUNS_MIN ? [] : [Math.log(value) - levelOf(before)];
    }),
  );
  const peerRunCount = ofPeers.reduce((sum, { length }) => sum + length, 0);
  const isByPeers = peerRunCount >= options.peersMin;
  const offset = isByPeers ? medianOf(ofPeers.flat()) : 0;
  const past = isByPeers ? ofPeers.map((deviations) => deviations.map((each) => each - offset)) : [ofUsual];
  const margin = isByPeers || input.isSameEvent ? 0 : options.eventMargin;

  const level = levelOf(usual.length) + offset;
  // an earlier run of the branch is held against the level of its own time
  const own = input.own.map(({ atMs, value }) => {
    const before = countBefore(atMs);
    return Math.log(value) - offset - levelOf(before < LEVEL_RUNS_MIN ? usual.length : before);
  });
  const deviation = middleOf(own);
  const single = past.flat();
  const rows = past.flatMap((run) => middlesInRow(run, own.length));
  // of too few rows the scatter of single runs is taken, which is wider
  const counted = rows.length >= LEVEL_RUNS_MIN * 2 ? rows : single;
  const sides = { up: lawOf(counted, 1, options), down: lawOf(counted, -1, options) };
  const isUp = deviation >= 0;
  const size = Math.abs(deviation);
  const chance = (isUp ? sides.up : sides.down).chanceAbove(Math.max(0, size - margin));
  const [usualValue, ownValue] = [Math.exp(level), Math.exp(level + deviation)];
  const isLarge = size >= Math.log(options.ratioMin) && Math.abs(ownValue - usualValue) >= options.differenceMin;
  const chanceMax = options.falseShare * Math.min(1, counted.length / options.deviationsFull);
  const kind = isLarge && chance <= chanceMax ? (isUp ? "slower" : "faster") : "within-noise";
  const seen = Math.max(
    Math.log(options.ratioMin),
    Math.log(1 + options.differenceMin / usualValue),
    sides.up.deviationAt(chanceMax) + margin,
  );
  return {
    kind,
    value: ownValue,
    usual: usualValue,
    usualLow: Math.exp(level + quantileOf(single, 0.05)),
    usualHigh: Math.exp(level + quantileOf(single, 0.95)),
    ratio: Math.exp(deviation),
    chance,
    ratioSeen: Math.exp(seen),
    ownRunCount: own.length,
    usualRunCount: usual.length,
    peerRunCount: isByPeers ? peerRunCount : 0,
  };
}

const lawOf = (deviations: readonly number[], side: 1 | -1, { tail }: CompareOptions): TailLaw =>
  tailLaw(side === 1 ? deviations : deviations.map((each) => -each), tail);

/** The middle of every `count` values in a row. */
function middlesInRow(values: readonly number[], count: number): readonly number[] {
  if (count === 1) return values;
  return values.slice(0, Math.max(0, values.length - count + 1)).map((_, at) => middleOf(values.slice(at, at + count)));
}

/** The middle value; of an even number the lower of the two in the middle. */
function middleOf(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[(values.length - 1) >> 1]!;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))]!;
}
