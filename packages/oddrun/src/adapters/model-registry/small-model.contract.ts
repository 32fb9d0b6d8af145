import { type IsolationForestModel, trainModel } from "@oddrun/core/isolation-forest";

/** A quickly trained model for tests; another seed is another model. */
export function smallModel(seed: number): IsolationForestModel {
  const values = new Float64Array(64 * 2);
  for (let row = 0; row < 64; row += 1) values.set([300 + row, row === 63 ? 0.9 : 0.01 * (row % 5)], row * 2);
  return trainModel({
    kind: "metrics",
    features: [
      { name: "duration", unit: "seconds" },
      { name: "failure_rate", unit: "share" },
    ],
    samples: { values, rowCount: 64, featureCount: 2 },
    contamination: 0.05,
    options: { treeCount: 20, subsampleSize: 32, featuresPerTree: null, seed },
    dataWindow: null,
  }).model;
}
