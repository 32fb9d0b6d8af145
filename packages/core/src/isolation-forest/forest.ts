import { roundedPathLength } from "./path-length.ts";
import type { ForestOptions } from "./samples.ts";

/** What is kept of a forest: the trees one after another, the nodes of a tree in preorder (node, left branch, right branch). */
export interface StoredForest {
  readonly options: ForestOptions;
  readonly featureCount: number;
  /** Samples each tree was really grown from: psi of the paper. */
  readonly subsampleSize: number;
  /** Where each tree's root is, then the number of nodes: tree t is nodes roots[t] .. roots[t + 1] - 1. */
  readonly roots: Uint32Array;
  /** The feature a node splits on; -1 for a leaf. */
  readonly feature: Int32Array;
  /** A value of at most this goes left, to the next node. 0 for a leaf. */
  readonly threshold: Float64Array;
  /** Node of the right branch, counted over the whole forest. 0 for a leaf. */
  readonly right: Uint32Array;
  /** Training samples that reached the node. */
  readonly sampleCount: Uint32Array;
}

export interface IsolationForest extends StoredForest {
  readonly treeCount: number;
  /** For a leaf its depth + c(samples in it), the latter rounded as path-length.ts says; 0 for other nodes. Never stored. */
  readonly pathLength: Float64Array;
  /** Most splits on any way from root to leaf. */
  readonly depthMax: number;
}

/** ceil(log2(psi)), the height at which growing stops. */
export function heightLimit(subsampleSize: number): number {
  return subsampleSize <= 1 ? 0 : 32 - Math.clz32(subsampleSize - 1);
}

/** Adds what follows from the stored arrays. They are taken as sound: a file's are checked first. */
export function forestFrom(stored: StoredForest): IsolationForest {
  const { roots, feature, right, sampleCount } = stored;
  const nodeCount = feature.length;
  const treeCount = roots.length - 1;
  const pathLength = new Float64Array(nodeCount);
  const depth = new Uint8Array(nodeCount);
  const remaining = new Float64Array(stored.subsampleSize + 1);
  for (let count = 0; count < remaining.length; count++) remaining[count] = -1;
  let depthMax = 0;
  // In preorder a parent comes before its children; a root's depth stays 0.
  for (let node = 0; node < nodeCount; node++) {
    const nodeDepth = depth[node]!;
    if (feature[node]! >= 0) {
      depth[node + 1] = nodeDepth + 1;
      depth[right[node]!] = nodeDepth + 1;
      continue;
    }
    const count = sampleCount[node]!;
    if (remaining[count]! < 0) remaining[count] = roundedPathLength(count);
    pathLength[node] = nodeDepth + remaining[count]!;
    if (nodeDepth > depthMax) depthMax = nodeDepth;
  }
  return { ...stored, treeCount, pathLength, depthMax };
}
