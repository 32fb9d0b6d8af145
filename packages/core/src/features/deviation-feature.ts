import { type OwnHistory, ownHistory, type OwnHistoryOptions, rollingWindow } from "../baselines/index.ts";
import { type FeatureHistory, type HistoryRun, onGrid } from "./feature.ts";

/** In the feature's scale; ln 1.2 for a duration. */
const ALIKE_WITHIN = onGrid(Math.log(1.2));

/**
 * A feature that says how far a number lies outside what is usual for it, in a scale where that distance means something. A
 * run that is no example is as usual, too, when some of the last runs of its own sort were much like it: after a few
 * failures by time-out the next one tells nothing new.
 */
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
  const others = rollingWindow(spec.history.windowRuns);
  const isFamiliar = (run: HistoryRun, scaled: number): boolean =>
    !spec.isExample(run) && others.nearestDistance(scaled, spec.history.neighbourRank) <= ALIKE_WITHIN;
  return {
    examples,
    read(run) {
      const value = spec.valueOf(run);
      if (value === null) return null;
      const scaled = spec.toScale(value);
      const deviation = examples.read(scaled);
      if (deviation === null) return null;
      const range = { low: spec.fromScale(deviation.range.low), high: spec.fromScale(deviation.range.high) };
      // On the grid before anything is decided: a last digit of Math.log must not make a run odd on one machine only.
      const distance = isFamiliar(run, scaled) ? 0 : spec.counted(onGrid(deviation.distance), run);
      return {
        feature: spec.feature,
        value: distance,
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
      const value = spec.valueOf(run);
      if (value === null) return;
      if (spec.isExample(run)) examples.learn(spec.toScale(value), reading?.isMaterial ?? false);
      else others.push(spec.toScale(value));
    },
  };
}
