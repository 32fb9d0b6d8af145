import { isMetricName, METRIC_NAME_RULE } from "../../operations/history/join-metric.ts";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { decimalOf } from "./metric-cells.ts";

/** Numbers given as name=value. Problem: bad-usage. */
export function readMetricPairs(pairs: readonly string[]): ReadonlyMap<string, number> {
  const metrics = new Map<string, number>();
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (!isMetricName(name)) throw problem("bad-usage", `"${printable(pair)}": ${METRIC_NAME_RULE}`);
    const value = equals < 0 ? Number.NaN : decimalOf(pair.slice(equals + 1));
    if (!Number.isFinite(value)) {
      throw problem(
        "bad-usage",
        `"${printable(pair)}": write name=value with a plain decimal number, such as ${name}=81.4.`,
      );
    }
    if (metrics.has(name) && metrics.get(name) !== value) {
      throw problem("bad-usage", `${name} is given twice with different values. Give it once.`);
    }
    metrics.set(name, value);
  }
  return metrics;
}
