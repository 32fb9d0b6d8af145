export { compareModels, sharedFeatures } from "./compare-models.ts";
export * from "./model-comparison.ts";
export type { ComparisonRecords } from "./planted-anomalies.ts";
export { rankCorrelation } from "./rank-correlation.ts";
export * from "./ranking.ts";
export * from "./injection.ts";
export { replayAlerts } from "./replay-alerts.ts";
export * from "./replay-scoring.ts";
