import type { ForestStructure } from "./forest-structure.ts";
import type { ForestOptions } from "./samples.ts";

/**
 * What is kept of a forest: the trees one after another, the nodes of a tree in preorder (node, left branch, right
 * branch).
 */
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

/** With what follows from the stored arrays. */
export interface IsolationForest extends StoredForest, Pick<ForestStructure, "pathLength" | "depthMax"> {
  readonly treeCount: number;
}

/** Adds what follows from the stored arrays, which the structure says are sound. */
export function forestFrom(stored: StoredForest, { pathLength, depthMax }: ForestStructure): IsolationForest {
  return { ...stored, treeCount: stored.roots.length - 1, pathLength, depthMax };
}
