import { type OwnHistory, ownHistory, type OwnHistoryOptions } from "../baselines/index.ts";
import { type FeatureHistory, type HistoryRun, onGrid } from "./feature.ts";

/** A feature that says how far a number lies outside what is usual for it, in a scale where that distance means something. */
export interface DeviationFeature {
  readonly feature: string;
  readonly history: OwnHistoryOptions;
  /** The number in people's units; null when this run does not have it. */
  valueOf(run: HistoryRun): number | null;
  /** Whether the run is an example of what is usual. */
  isExample(run: HistoryRun): boolean;
  toScale(value: number): number;
  fromScale(scaled: number): number;
  /** The distance that counts for this run: a feature may look at one side only. */
  counted(distance: number, run: HistoryRun): number;
  isMaterial(distance: number, value: number, range: { readonly low: number; readonly high: number }): boolean;
}

export function deviationHistory(spec: DeviationFeature): FeatureHistory & { readonly examples: OwnHistory } {
  const examples = ownHistory(spec.history);
  return {
    examples,
    read(run) {
      const value = spec.valueOf(run);
      if (value === null) return null;
      const deviation = examples.read(spec.toScale(value));
      if (deviation === null) return null;
      const range = { low: spec.fromScale(deviation.range.low), high: spec.fromScale(deviation.range.high) };
      const distance = spec.counted(deviation.distance, run);
      return {
        feature: spec.feature,
        value: onGrid(distance),
        comparison: {
          feature: spec.feature,
          value,
          usual: spec.fromScale(deviation.range.usual),
          usualLow: range.low,
          usualHigh: range.high,
        },
        isMaterial: distance !== 0 && spec.isMaterial(distance, value, range),
      };
    },
    learn(run, reading) {
      if (!spec.isExample(run)) return;
      const value = spec.valueOf(run);
      if (value !== null) examples.learn(spec.toScale(value), reading?.isMaterial ?? false);
    },
  };
}
