import { heightLimit } from "./forest.ts";
import type { ForestArrays } from "./forest-bytes.ts";

/**
 * What is wrong with the trees, in words; null when they are sound. Sound is: from each root the nodes are in preorder and each is
 * reached exactly once, no way is longer than the height limit, every split is on a known feature at a finite place, and
 * the samples of a node are those of its two branches. Takes one pass over the nodes, however they are wired.
 */
export function forestProblem(forest: ForestArrays): string | null {
  const { roots, feature } = forest;
  const treeCount = roots.length - 1;
  if (roots[0] !== 0) return `the first tree begins at node ${roots[0]}`;
  if (roots[treeCount] !== feature.length) {
    return `the trees end at node ${roots[treeCount]}; there are ${feature.length} nodes`;
  }
  for (let tree = 0; tree < treeCount; tree++) {
    if (roots[tree + 1]! <= roots[tree]!) return `tree ${tree} has no nodes`;
    if (roots[tree + 1]! > feature.length) return `tree ${tree} ends beyond the last node`;
    const problem = treeProblem(forest, roots[tree]!, roots[tree + 1]!);
    if (problem !== null) return `tree ${tree}: ${problem}`;
  }
  return null;
}

function treeProblem(forest: ForestArrays, root: number, end: number): string | null {
  const { feature, threshold, right, sampleCount, featureCount, subsampleSize } = forest;
  const limit = heightLimit(subsampleSize);
  if (sampleCount[root] !== subsampleSize) return `its root holds ${sampleCount[root]} of ${subsampleSize} samples`;
  /** Right branches still to come, the next one last, and their depths. */
  const pending: number[] = [];
  const pendingDepths: number[] = [];
  let depth = 0;
  for (let node = root; node < end; node++) {
    const split = feature[node]!;
    if (split === -1) {
      if (threshold[node] !== 0 || right[node] !== 0) return `node ${node} is a leaf with a threshold or a branch`;
      if (sampleCount[node] === 0) return `node ${node} holds no samples`;
      const next = pending.pop() ?? end;
      if (next !== node + 1) return `node ${node + 1} follows where node ${next} is due`;
      depth = pendingDepths.pop() ?? 0;
      continue;
    }
    if (split < 0 || split >= featureCount) return `node ${node} splits on feature ${split} of ${featureCount}`;
    if (!Number.isFinite(threshold[node])) return `node ${node} has the threshold ${threshold[node]}`;
    if (depth >= limit) return `node ${node} lies deeper than the height limit of ${limit}`;
    const branch = right[node]!;
    if (branch <= node + 1 || branch >= end) return `the right branch of node ${node} is ${branch}, outside its tree`;
    if (sampleCount[node] !== sampleCount[node + 1]! + sampleCount[branch]!) {
      return `node ${node} holds ${sampleCount[node]} samples, its branches ${sampleCount[node + 1]! + sampleCount[branch]!}`;
    }
    depth++;
    pending.push(branch);
    pendingDepths.push(depth);
  }
  return pending.length === 0 ? null : `node ${pending.at(-1)} is never reached`;
}
