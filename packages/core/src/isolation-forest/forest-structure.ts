import type { ForestArrays } from "./forest-bytes.ts";
import { roundedPathLength } from "./path-length.ts";

/** What one walk over the stored arrays finds out. */
export interface ForestStructure {
  /** What is wrong with the trees, in words; null when they are sound. The rest means something then only. */
  readonly problem: string | null;
  /** For a leaf its depth + c(samples in it), the latter rounded as path-length.ts says; 0 for other nodes. */
  readonly pathLength: Float64Array;
  /** Most splits on any way from root to leaf. */
  readonly depthMax: number;
}

/** ceil(log2(psi)), the height at which growing stops. */
export function heightLimit(subsampleSize: number): number {
  return subsampleSize <= 1 ? 0 : 32 - Math.clz32(subsampleSize - 1);
}

/**
 * Looks at all of a forest. Sound is: from each root the nodes are in preorder and each is reached exactly once, no way
 * is longer than the height limit, every split is on a known feature at a finite place, and the samples of a node are
 * those of its two branches. Takes one pass over the nodes, however they are wired: a command that scores one record
 * spends most of its own time here.
 */
export function forestStructure(forest: ForestArrays): ForestStructure {
  const { roots, feature, subsampleSize } = forest;
  const walk: Walk = {
    pathLength: new Float64Array(feature.length),
    remaining: new Float64Array(subsampleSize + 1).fill(-1),
    due: new Uint32Array(heightLimit(subsampleSize)),
    dueDepth: new Uint8Array(heightLimit(subsampleSize) + 1),
    depthMax: 0,
  };
  const problem =
    rootsProblem(roots, feature.length) ?? thresholdProblem(forest.threshold) ?? treesProblem(forest, walk);
  return { problem, pathLength: walk.pathLength, depthMax: walk.depthMax };
}

interface Walk {
  readonly pathLength: Float64Array;
  /** c(n) for n samples; -1 until it is asked for. */
  readonly remaining: Float64Array;
  /** Right branches still to come, the next one last, and their depths: fewer than the height limit. */
  readonly due: Uint32Array;
  readonly dueDepth: Uint8Array;
  depthMax: number;
}

/** Searched by the engine in one go each, which is far quicker than asking number by number. */
function thresholdProblem(threshold: Float64Array): string | null {
  const strange = [Number.NaN, Infinity, -Infinity].find((value) => threshold.includes(value));
  return strange === undefined
    ? null
    : `node ${threshold.findIndex((value) => Object.is(value, strange))} has the threshold ${strange}`;
}

function rootsProblem(roots: Uint32Array, nodeCount: number): string | null {
  const treeCount = roots.length - 1;
  if (roots[0] !== 0) return `the first tree begins at node ${roots[0]}`;
  if (roots[treeCount] !== nodeCount) return `the trees end at node ${roots[treeCount]}; there are ${nodeCount} nodes`;
  return null;
}

function treesProblem(forest: ForestArrays, walk: Walk): string | null {
  const { roots, feature } = forest;
  for (let tree = 0; tree < roots.length - 1; tree++) {
    if (roots[tree + 1]! <= roots[tree]!) return `tree ${tree} has no nodes`;
    if (roots[tree + 1]! > feature.length) return `tree ${tree} ends beyond the last node`;
    const problem = treeProblem(forest, roots[tree]!, roots[tree + 1]!, walk);
    if (problem !== null) return `tree ${tree}: ${problem}`;
  }
  return null;
}

function treeProblem(forest: ForestArrays, root: number, end: number, walk: Walk): string | null {
  const { feature, threshold, right, sampleCount, featureCount, subsampleSize } = forest;
  const { pathLength, remaining, due, dueDepth } = walk;
  const limit = heightLimit(subsampleSize);
  if (sampleCount[root] !== subsampleSize) return `its root holds ${sampleCount[root]} of ${subsampleSize} samples`;
  let dueCount = 0;
  let depth = 0;
  for (let node = root; node < end; node++) {
    const split = feature[node]!;
    const count = sampleCount[node]!;
    if (split === -1) {
      if (threshold[node] !== 0 || right[node] !== 0) return `node ${node} is a leaf with a threshold or a branch`;
      if (count === 0) return `node ${node} holds no samples`;
      const next = dueCount === 0 ? end : due[--dueCount]!;
      if (next !== node + 1) return `node ${node + 1} follows where node ${next} is due`;
      if (remaining[count]! < 0) remaining[count] = roundedPathLength(count);
      pathLength[node] = depth + remaining[count]!;
      if (depth > walk.depthMax) walk.depthMax = depth;
      depth = dueDepth[dueCount]!;
      continue;
    }
    if (split < 0 || split >= featureCount) return `node ${node} splits on feature ${split} of ${featureCount}`;
    if (depth >= limit) return `node ${node} lies deeper than the height limit of ${limit}`;
    const branch = right[node]!;
    if (branch <= node + 1 || branch >= end) return `the right branch of node ${node} is ${branch}, outside its tree`;
    const branchSum = sampleCount[node + 1]! + sampleCount[branch]!;
    if (count !== branchSum) return `node ${node} holds ${count} samples, its branches ${branchSum}`;
    depth++;
    due[dueCount] = branch;
    dueDepth[dueCount++] = depth;
  }
  return dueCount === 0 ? null : `node ${due[dueCount - 1]} is never reached`;
}
