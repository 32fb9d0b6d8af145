export { binomialTail } from "./failure-excess.ts";
export { type FeatureReading, type HistoryRun, onGrid } from "./feature.ts";
export { DEFAULT_HISTORY_OPTIONS, type HistoryOptions } from "./options.ts";
export { type RunReader, type RunReading, runReader } from "./run-reader.ts";
export {
  comparisonLabel,
  comparisonUnit,
  type HistoryFeature,
  historyFeatures,
  INPUT_MAX,
  modelInput,
} from "./schema.ts";
