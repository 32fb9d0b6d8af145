import type { IsolationForest } from "./forest.ts";
import { roundedPathLength, scoreOfPathLengths } from "./path-length.ts";
import { checkScorable } from "./score.ts";
import type { SampleMatrix } from "./samples.ts";

/** The definition of the score, written as plainly as can be: what every faster scorer is compared with, bit by bit. */
export function referenceScores(forest: IsolationForest, samples: SampleMatrix): Float64Array {
  checkScorable(forest, samples);
  const scores = new Float64Array(samples.rowCount);
  for (let row = 0; row < samples.rowCount; row++) {
    const values = samples.values.subarray(row * samples.featureCount, (row + 1) * samples.featureCount);
    let sum = 0;
    for (let tree = 0; tree < forest.treeCount; tree++) sum += pathLength(forest, forest.roots[tree]!, values, 0);
    scores[row] = scoreOfPathLengths(sum, forest.treeCount, forest.subsampleSize);
  }
  return scores;
}

/** Algorithm 3 of the paper. */
function pathLength(forest: IsolationForest, node: number, values: Float64Array, depth: number): number {
  const feature = forest.feature[node]!;
  if (feature < 0) return depth + roundedPathLength(forest.sampleCount[node]!);
  const next = values[feature]! <= forest.threshold[node]! ? node + 1 : forest.right[node]!;
  return pathLength(forest, next, values, depth + 1);
}
