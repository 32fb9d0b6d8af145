import { deviationHistory } from "./deviation-feature.ts";
import { onGrid } from "./feature.ts";
import type { HistoryOptions } from "./options.ts";

/** Added before the logarithm: a queue of one second against one of ten is no difference to anyone. */
const SOFTENING_S = 60;
/** Twice as long as usual, at the least, and three minutes longer. */
const LONGER_MIN = onGrid(Math.LN2);
const DIFFERENCE_MIN_S = 180;

/** Wait for a runner, in ln of seconds plus a minute; only a longer wait counts. */
export function queueTimeFeature(options: HistoryOptions) {
  return deviationHistory({
    feature: "queue time",
    history: options.duration,
    valueOf: (run) => (run.queueTime.ms === null ? null : run.queueTime.ms / 1000),
    isExample: () => true,
    toScale: (seconds) => Math.log(seconds + SOFTENING_S),
    fromScale: (scaled) => Math.max(0, Math.exp(scaled) - SOFTENING_S),
    counted: (distance) => Math.max(0, distance),
    isMaterial: (distance, value, { high }) => distance >= LONGER_MIN && value - high >= DIFFERENCE_MIN_S,
  });
}
