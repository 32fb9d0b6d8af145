import { type OwnHistory, ownHistory } from "../baselines/index.ts";
import type { FeatureHistory } from "./feature.ts";
import { onGrid } from "./feature.ts";
import type { HistoryOptions } from "./options.ts";

/** Before the name of a joined metric, so that one called "duration" stays apart from ours. */
export const METRIC_PREFIX = "metric:";

/** Half of the usual range is at least this part of the value: a constant metric may stir a little. */
const HALF_WIDTH_SHARE = 0.015;
/** Twice the width of the usual range beyond it. */
const WIDTHS_MIN = 2;
/** For the model five widths are as far as three times as long. */
const WIDTHS_PER_UNIT = 5;
const WIDTHS_MAX = 10;

/**
 * A number that somebody joined to the run. Nothing is known of its unit or law, so its distance from the usual range
 * is told in widths of that range.
 */
export function joinedMetricFeature(name: string, options: HistoryOptions): FeatureHistory {
  const feature = METRIC_PREFIX + name;
  const examples: OwnHistory = ownHistory({ ...options.duration, halfWidthMin: 0 });
  return {
    read(run) {
      const value = run.metrics.get(name);
      if (value === undefined) return null;
      const deviation = examples.read(value);
      if (deviation === null) return null;
      const { low, usual, high } = deviation.range;
      const stir = HALF_WIDTH_SHARE * Math.abs(usual);
      const [usualLow, usualHigh] = [Math.min(low, usual - stir), Math.max(high, usual + stir)];
      const beyond = value > usualHigh ? value - usualHigh : value < usualLow ? value - usualLow : 0;
      const distance = Math.min(Math.abs(beyond), Math.abs(deviation.distance));
      const width = usualHigh - usualLow;
      const widths = distance === 0 ? 0 : width === 0 ? WIDTHS_MAX : Math.min(WIDTHS_MAX, distance / width);
      return {
        feature,
        value: onGrid((Math.sign(beyond) * widths) / WIDTHS_PER_UNIT),
        comparison: { feature, value, usual, usualLow, usualHigh },
        isMaterial: widths >= WIDTHS_MIN,
      };
    },
    learn(run, reading) {
      const value = run.metrics.get(name);
      // A failed run may be an odd one, but is no example: its numbers stop where it stopped.
      if (value !== undefined && run.conclusion === "success") examples.learn(value, reading?.isMaterial ?? false);
    },
  };
}
