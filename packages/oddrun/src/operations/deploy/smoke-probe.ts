import { type IsolationForestModel, modelScorer } from "@oddrun/core/isolation-forest";
import type { SmokeProbe } from "./deploy-smoke.ts";

/** What the server takes of these two; any other feature may be any number. */
const LIMITS: Readonly<Record<string, number>> = { duration: 3_024_000, failure_rate: 1 };

/** A usual record, then one for each feature with that one far beyond what is usual, then one with all of them so: scored here. */
export function smokeProbe(model: IsolationForestModel, modelSha256: string): SmokeProbe {
  const { features } = model;
  const usual = features.map((feature) => within(feature.name, feature.usual));
  const beyond = features.map(({ name, usual, usualHigh }) =>
    within(name, usualHigh + 3 * Math.abs(usualHigh - usual) + 1),
  );
  const rows = [
    usual,
    ...features.map((_, odd) => usual.map((value, column) => (column === odd ? beyond[column]! : value))),
    beyond,
  ];
  const samples = { values: Float64Array.from(rows.flat()), rowCount: rows.length, featureCount: features.length };
  return {
    records: rows.map((row, index) =>
      Object.fromEntries([
        ["build_id", `oddrun-test-${index + 1}`],
        ...features.map(({ name }, column) => [name, row[column]!] as const),
      ]),
    ),
    scores: [...modelScorer(model).scores(samples)],
    modelSha256,
  };
}

function within(name: string, value: number): number {
  const limit = LIMITS[name];
  if (limit === undefined) return Number.isFinite(value) ? value : 0;
  return Math.min(Math.max(value, 0), limit);
}
