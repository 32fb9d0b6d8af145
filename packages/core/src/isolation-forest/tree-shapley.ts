import type { IsolationForest } from "./forest.ts";

/**
 * Shapley values of the path length, summed over all trees; a feature that is not known sends a row both ways, by the shares of training
 * samples: the game of path-dependent TreeSHAP (arXiv:1802.03888, algorithm 2).
 *
 * It is worked out leaf by leaf, in the polynomial form of Yu, Xu, Bifet and Rawat, "Linear TreeShap" (NeurIPS 2022). Of the
 * features split on above a leaf, each has a share `zero` of samples that its splits let through, and the row either passes them too or not. A set S of known
 * features brings the leaf's path length times the product of `zero` over the others, unless S holds one that the row doesn't pass. Adding this up
 * by the size of S gives the coefficients of the product of (zero + y) over the passed features.
 */
export function treeShapley(forest: IsolationForest, values: Float64Array): Float64Array {
  const leafSum = leafSummer(forest);
  const { feature, threshold, right, sampleCount, pathLength } = forest;
  /** By feature: the share of samples let through so far, and whether the row is; 0 when it was not split on. */
  const zero = new Float64Array(forest.featureCount);
  const passed = new Uint8Array(forest.featureCount);
  /** The features split on so far, each once. */
  const onPath = new Int32Array(forest.depthMax);

  const walk = (node: number, count: number): void => {
    const split = feature[node]!;
    if (split < 0) {
      leafSum.add(pathLength[node]!, onPath, count, zero, passed);
      return;
    }
    const left = node + 1;
    const branch = right[node]!;
    const goesLeft = values[split]! <= threshold[node]! ? 1 : 0;
    const zeroBefore = zero[split]!;
    const passedBefore = passed[split]!;
    const isNew = zeroBefore === 0;
    const share = (isNew ? 1 : zeroBefore) / sampleCount[node]!;
    const passing = isNew ? 1 : passedBefore;
    if (isNew) onPath[count] = split;
    const countBelow = isNew ? count + 1 : count;
    zero[split] = share * sampleCount[left]!;
    passed[split] = passing & goesLeft;
    walk(left, countBelow);
    zero[split] = share * sampleCount[branch]!;
    passed[split] = passing & (1 - goesLeft);
    walk(branch, countBelow);
    zero[split] = zeroBefore;
    passed[split] = passedBefore;
  };
  for (let tree = 0; tree < forest.treeCount; tree++) walk(forest.roots[tree]!, 0);
  return leafSum.totals;
}

function leafSummer(forest: IsolationForest) {
  const totals = new Float64Array(forest.featureCount);
  const weights = shapleyWeights(forest.depthMax);
  /** Coefficients of the product of (zero + y) over the passed features, lowest power first. */
  const product = new Float64Array(forest.depthMax + 1);

  const add = (length: number, onPath: Int32Array, count: number, zero: Float64Array, passed: Uint8Array): void => {
    if (count === 0) return;
    const weight = weights[count]!;
    let degree = 0;
    let blockedShare = 1;
    product[0] = 1;
    for (let place = 0; place < count; place++) {
      const share = zero[onPath[place]!]!;
      if (passed[onPath[place]!] === 0) {
        blockedShare *= share;
        continue;
      }
      product[degree + 1] = product[degree]!;
      for (let power = degree; power > 0; power--) product[power] = product[power - 1]! + share * product[power]!;
      product[0] *= share;
      degree++;
    }
    const scale = length * blockedShare;

    // A feature that keeps the row out takes the leaf away from every set of passed ones.
    if (degree < count) {
      let sum = 0;
      for (let size = 0; size <= degree; size++) sum += product[size]! * weight[size]!;
      for (let place = 0; place < count; place++) {
        if (passed[onPath[place]!] === 0) totals[onPath[place]!]! -= scale * sum;
      }
    }
    // A passed feature adds to the sets of the others: the product divided by its own (zero + y), from the highest power down.
    for (let place = 0; place < count; place++) {
      const feature = onPath[place]!;
      if (passed[feature] === 0) continue;
      const share = zero[feature]!;
      let coefficient = 0;
      let sum = 0;
      for (let size = degree - 1; size >= 0; size--) {
        coefficient = product[size + 1]! - share * coefficient;
        sum += coefficient * weight[size]!;
      }
      totals[feature]! += scale * (1 - share) * sum;
    }
  };
  return { totals, add };
}

/** weights[m][s] = s! (m - s - 1)! / m!, the Shapley weight of a set of s among m features. */
function shapleyWeights(countMax: number): Float64Array[] {
  const weights = [new Float64Array(0)];
  for (let count = 1; count <= countMax; count++) {
    const row = new Float64Array(count);
    let choices = 1;
    for (let size = 0; size < count; size++) {
      row[size] = 1 / (count * choices);
      choices = (choices * (count - 1 - size)) / (size + 1);
    }
    weights.push(row);
  }
  return weights;
}
