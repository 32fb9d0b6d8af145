import type { FeatureContribution } from "../detection/index.ts";
import type { IsolationForest } from "./forest.ts";
import { scaleRows } from "./model-scorer.ts";
import type { IsolationForestModel } from "./model.ts";
import { treeShapley } from "./tree-shapley.ts";

/**
 * How much each feature shortens this row's way through the forest, in splits: positive makes it odder. Up to rounding,
 * the contributions add up to the mean path length of the training samples minus the row's own. `row` is in raw units,
 * in the order of `model.features`; NaN is a missing value.
 *
 * The method is path-dependent TreeSHAP (Lundberg, Erion, Lee, "Consistent Individualized Feature Attribution for Tree
 * Ensembles", 2018, arXiv:1802.03888, algorithm 2; Lundberg et al., Nature Machine Intelligence 2, 2020), with the
 * samples that reached a node in training as its cover.
 *
 * @returns one entry per feature, largest first; equal ones in the order of the features.
 * @throws RangeError when the row has another number of features or an infinite value.
 */
export function modelContributions(model: IsolationForestModel, row: ArrayLike<number>): FeatureContribution[] {
  const { features, forest } = model;
  if (row.length !== features.length) {
    throw new RangeError(`The model knows ${features.length} features; the row has ${row.length}.`);
  }
  const values = new Float64Array(features.length);
  scaleRows(model, row, 0, 1, values);
  const contributions = forestContributions(forest, values);
  return features
    .map(({ name }, index) => ({ feature: name, contribution: contributions[index]! }))
    .sort((one, other) => other.contribution - one.contribution);
}

/** The same by feature number, for a row of values as the forest was grown on. */
export function forestContributions(forest: IsolationForest, values: Float64Array): Float64Array {
  const lengthening = treeShapley(forest, values);
  // `0 -` instead of a sign change, so that a feature without a part has 0 and not -0.
  return lengthening.map((sum) => 0 - sum / forest.treeCount);
}
