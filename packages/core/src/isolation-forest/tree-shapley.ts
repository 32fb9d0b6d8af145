import type { IsolationForest } from "./forest.ts";
import { gaussLegendre } from "./gauss-legendre.ts";

/**
 * Shapley values of a row's path length, summed over all trees, by feature; a feature that is not known sends a row
 * both ways, by the shares of training samples: the game of path-dependent TreeSHAP (arXiv:1802.03888, algorithm 2).
 *
 * A Shapley value is the integral over q of what the feature adds when each other one is known with chance q (Owen,
 * "Multilinear extensions of games", Management Science 18, 1972). With that chance a row gets past the splits on one
 * feature with weight (1 - q) * share + q * passed: `share` is the part of the training samples that they let through,
 * `passed` is 1 when they let the row through, else 0. A leaf's value is the product of the weights on its way times
 * its path length: a polynomial in q, which a few points integrate without error. As in "Linear TreeShap" (Yu, Xu,
 * Bifet and Rawat, NeurIPS 2022) each branch hands the sum over its leaves up, so that all of it takes one walk over
 * the nodes.
 */
export function treeShapley(forest: IsolationForest, values: Float64Array): Float64Array {
  const { feature, threshold, right, sampleCount, depthMax, featureCount, treeCount, roots } = forest;
  const { points, weights } = gaussLegendre(Math.min(depthMax, featureCount) - 1);
  const pointCount = points.length;
  const meanLength = meanPathLengths(forest);
  const totals = new Float64Array(featureCount);
  /**
   * By feature, on the way so far. Not split on yet is: all let through, and the row too. The share counts while it is.
   */
  const share = new Float64Array(featureCount).fill(1);
  const passed = new Uint8Array(featureCount).fill(1);
  /** By depth and point: the product of the weights down to here, and the sum over the leaves from here on. */
  const products = new Float64Array((depthMax + 1) * pointCount).fill(1);
  const sums = new Float64Array((depthMax + 1) * pointCount);

  /** `blocked` is the number of features that keep the row out here. */
  const walk = (node: number, here: number, blocked: number): void => {
    const split = feature[node]!;
    if (split < 0 || blocked === featureCount) {
      // Where every feature keeps the row out, each further split only parts the samples.
      for (let at = here; at < here + pointCount; at++) sums[at] = meanLength[node]! * products[at]!;
      return;
    }
    const left = node + 1;
    const branch = right[node]!;
    const leftPart = sampleCount[left]! / sampleCount[node]!;
    const before = share[split]!;
    const below = here + pointCount;
    if (passed[split] === 0) {
      // What this feature adds was counted where it began to keep the row out.
      for (let point = 0; point < pointCount; point++) products[below + point] = products[here + point]! * leftPart;
      walk(left, below, blocked);
      for (let point = 0; point < pointCount; point++) sums[here + point] = sums[below + point]!;
      const branchPart = 1 - leftPart;
      for (let point = 0; point < pointCount; point++) products[below + point] = products[here + point]! * branchPart;
      walk(branch, below, blocked);
      for (let point = 0; point < pointCount; point++) sums[here + point]! += sums[below + point]!;
      return;
    }
    const isLeft = values[split]! <= threshold[node]!;
    const rowsPart = isLeft ? leftPart : 1 - leftPart;
    const rowsShare = before * rowsPart;
    const otherShare = before * (1 - rowsPart);
    let added = 0;

    share[split] = rowsShare;
    for (let point = 0; point < pointCount; point++) {
      const q = points[point]!;
      products[below + point] =
        (products[here + point]! * (rowsShare + q * (1 - rowsShare))) / (before + q * (1 - before));
    }
    walk(isLeft ? left : branch, below, blocked);
    for (let point = 0; point < pointCount; point++) {
      const q = points[point]!;
      const now = (1 - rowsShare) / (rowsShare + q * (1 - rowsShare));
      const until = (1 - before) / (before + q * (1 - before));
      added += weights[point]! * sums[below + point]! * (now - until);
      sums[here + point] = sums[below + point]!;
    }

    passed[split] = 0;
    for (let point = 0; point < pointCount; point++) {
      const q = points[point]!;
      products[below + point] = (products[here + point]! * (1 - q) * otherShare) / (before + q * (1 - before));
    }
    walk(isLeft ? branch : left, below, blocked + 1);
    for (let point = 0; point < pointCount; point++) {
      const q = points[point]!;
      const until = (1 - before) / (before + q * (1 - before));
      added -= weights[point]! * sums[below + point]! * (1 / (1 - q) + until);
      sums[here + point]! += sums[below + point]!;
    }
    share[split] = before;
    passed[split] = 1;
    totals[split]! += added;
  };
  for (let tree = 0; tree < treeCount; tree++) walk(roots[tree]!, 0, 0);
  return totals;
}

const known = new WeakMap<IsolationForest, Float64Array>();

/** By node: the mean path length of the training samples that reached it. Worked out once for each forest. */
function meanPathLengths(forest: IsolationForest): Float64Array {
  const kept = known.get(forest);
  if (kept !== undefined) return kept;
  const { feature, right, sampleCount } = forest;
  const means = forest.pathLength.slice();
  // Branches come after their node, so that backwards both are ready.
  for (let node = feature.length - 1; node >= 0; node--) {
    if (feature[node]! < 0) continue;
    const [left, branch] = [node + 1, right[node]!];
    const sum = means[left]! * sampleCount[left]! + means[branch]! * sampleCount[branch]!;
    means[node] = sum / sampleCount[node]!;
  }
  known.set(forest, means);
  return means;
}
