import type { IsolationForest } from "./forest.ts";

/**
 * Shapley values of the path length, summed over all trees, by TreeSHAP (arXiv:1802.03888, algorithm 2).
 *
 * While a tree is walked, a table keeps one line for each feature split on so far: which share of the samples goes this way when the
 * feature is not known (`zero`), whether the row itself does when it is (`one`), and `weight`: the Shapley-weighted share of feature subsets
 * of each size that lead here. Each level of the tree has its own copy of the table, one behind the other in flat arrays.
 */
export function treeShapley(forest: IsolationForest, values: Float64Array): Float64Array {
  const totals = new Float64Array(forest.featureCount);
  const lines = ((forest.depthMax + 2) * (forest.depthMax + 3)) / 2;
  const table: PathTable = {
    feature: new Int32Array(lines),
    zero: new Float64Array(lines),
    one: new Float64Array(lines),
    weight: new Float64Array(lines),
  };
  for (let tree = 0; tree < forest.treeCount; tree++) {
    walk(forest, values, totals, table, forest.roots[tree]!, 0, 0, 1, 1, -1);
  }
  return totals;
}

interface PathTable {
  readonly feature: Int32Array;
  readonly zero: Float64Array;
  readonly one: Float64Array;
  readonly weight: Float64Array;
}

/** `base` is where this level's lines begin, `length` how many there are before the one for `feature` is added. */
function walk(
  forest: IsolationForest,
  values: Float64Array,
  totals: Float64Array,
  table: PathTable,
  node: number,
  base: number,
  length: number,
  zero: number,
  one: number,
  feature: number,
): void {
  extend(table, base, length, zero, one, feature);
  const split = forest.feature[node]!;
  if (split < 0) {
    for (let line = 1; line <= length; line++) {
      const share = unwoundSum(table, base, length, line) * (table.one[base + line]! - table.zero[base + line]!);
      totals[table.feature[base + line]!]! += share * forest.pathLength[node]!;
    }
    return;
  }

  const left = node + 1;
  const right = forest.right[node]!;
  const goesLeft = values[split]! <= forest.threshold[node]!;
  const leftShare = forest.sampleCount[left]! / forest.sampleCount[node]!;
  const rightShare = forest.sampleCount[right]! / forest.sampleCount[node]!;

  // A feature that was split on before counts once: its old line is taken out and multiplied into the new one.
  let oldZero = 1;
  let oldOne = 1;
  let lines = length + 1;
  for (let line = 1; line <= length; line++) {
    if (table.feature[base + line] !== split) continue;
    oldZero = table.zero[base + line]!;
    oldOne = table.one[base + line]!;
    unwind(table, base, length, line);
    lines = length;
    break;
  }

  const next = base + lines;
  copyLines(table, base, next, lines);
  walk(forest, values, totals, table, left, next, lines, oldZero * leftShare, goesLeft ? oldOne : 0, split);
  copyLines(table, base, next, lines);
  walk(forest, values, totals, table, right, next, lines, oldZero * rightShare, goesLeft ? 0 : oldOne, split);
}

function copyLines(table: PathTable, from: number, to: number, count: number): void {
  for (let line = 0; line < count; line++) {
    table.feature[to + line] = table.feature[from + line]!;
    table.zero[to + line] = table.zero[from + line]!;
    table.one[to + line] = table.one[from + line]!;
    table.weight[to + line] = table.weight[from + line]!;
  }
}

/** EXTEND of the paper: adds line `length`. */
function extend(table: PathTable, base: number, length: number, zero: number, one: number, feature: number): void {
  const { weight } = table;
  table.feature[base + length] = feature;
  table.zero[base + length] = zero;
  table.one[base + length] = one;
  weight[base + length] = length === 0 ? 1 : 0;
  for (let line = length - 1; line >= 0; line--) {
    weight[base + line + 1]! += (one * weight[base + line]! * (line + 1)) / (length + 1);
    weight[base + line] = (zero * weight[base + line]! * (length - line)) / (length + 1);
  }
}

/** UNWIND of the paper: takes out line `removed`, the last line being `length`. */
function unwind(table: PathTable, base: number, length: number, removed: number): void {
  const { weight } = table;
  const zero = table.zero[base + removed]!;
  const one = table.one[base + removed]!;
  let carried = weight[base + length]!;
  for (let line = length - 1; line >= 0; line--) {
    if (one === 0) {
      weight[base + line] = (weight[base + line]! * (length + 1)) / (zero * (length - line));
    } else {
      const kept = weight[base + line]!;
      weight[base + line] = (carried * (length + 1)) / ((line + 1) * one);
      carried = kept - (weight[base + line]! * zero * (length - line)) / (length + 1);
    }
  }
  for (let line = removed; line < length; line++) {
    table.feature[base + line] = table.feature[base + line + 1]!;
    table.zero[base + line] = table.zero[base + line + 1]!;
    table.one[base + line] = table.one[base + line + 1]!;
  }
}

/** Sum of the weights as they were after unwind(removed), without changing the table. */
function unwoundSum(table: PathTable, base: number, length: number, removed: number): number {
  const { weight } = table;
  const zero = table.zero[base + removed]!;
  const one = table.one[base + removed]!;
  let carried = weight[base + length]!;
  let sum = 0;
  for (let line = length - 1; line >= 0; line--) {
    if (one === 0) {
      sum += weight[base + line]! / ((zero * (length - line)) / (length + 1));
    } else {
      const unwound = (carried * (length + 1)) / ((line + 1) * one);
      sum += unwound;
      carried = weight[base + line]! - (unwound * zero * (length - line)) / (length + 1);
    }
  }
  return sum;
}
