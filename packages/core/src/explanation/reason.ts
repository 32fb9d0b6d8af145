import type { Comparison, FeatureContribution } from "../detection/index.ts";
import type { FeatureUnit, IsolationForestModel } from "../isolation-forest/index.ts";
import { endAsFor, formatRange, formatValue } from "./format-value.ts";

const REASONS_MAX = 3;
/** A feature accounts for a verdict when it brings at least this part of all that makes the row odder. */
const SHARE_MIN = 0.05;
const EXTRA_DIGITS_MAX = 3;
/** A value is told in the unit of its usual range when it is less than this many times its end. */
const NEAR = 1.25;

/**
 * A feature's name as it is read: "failure_rate" is "failure rate". Names come from file headers, so control characters
 * go.
 */
export function featureLabel(name: string): string {
  // made here and not as a literal: the classes of Unicode take a while to look up, and most rows need no reason
  return name.replace(new RegExp("[\\p{C}\\p{Z}_]+", "gu"), " ").trim();
}

/**
 * "duration 15 min, usual 4 to 6 min". A value beyond its range never reads like the end of that range: it is told in
 * the same unit when it is near, with more digits, and in words where they don't suffice ("just above").
 */
export function describeComparison(
  comparison: Pick<Comparison, "feature" | "value" | "usualLow" | "usualHigh">,
  unit: FeatureUnit,
): string {
  const { feature, value, usualLow, usualHigh } = comparison;
  const bound = value > usualHigh ? usualHigh : value < usualLow ? usualLow : value;
  const isNear = Math.abs(value) < Math.abs(bound) * NEAR && Math.abs(bound) < Math.abs(value) * NEAR;
  const asFor = isNear ? endAsFor(bound, usualLow, usualHigh, unit) : value;
  const isBeyond = value < usualLow || value > usualHigh;
  const label = featureLabel(feature);
  for (let extraDigits = 0; extraDigits <= EXTRA_DIGITS_MAX; extraDigits++) {
    const shown = formatValue(value, unit, { extraDigits, asFor });
    if (isBeyond && shown === formatValue(bound, unit, { extraDigits, asFor })) continue;
    return `${label} ${shown}, usual ${formatRange(usualLow, usualHigh, unit, extraDigits)}`;
  }
  const side = value > usualHigh ? "above" : "below";
  const range = formatRange(usualLow, usualHigh, unit);
  return `${label} ${formatValue(value, unit, { asFor })}, just ${side} the usual ${range}`;
}

/**
 * Why a row is odd, in one sentence: the features that account for it, at most three, largest part first, each outside
 * its usual range. Where none is, it is the combination, and the sentence says so. `row` is in raw units, in the order
 * of `model.features`; `contributions` come from `modelContributions`.
 */
export function metricsReason(
  model: Pick<IsolationForestModel, "features">,
  row: ArrayLike<number>,
  contributions: readonly FeatureContribution[],
): string {
  const places = new Map(model.features.map(({ name }, place) => [name, place]));
  let odder = 0;
  for (const { contribution } of contributions) odder += Math.max(contribution, 0);

  const accounting = contributions
    .filter(({ contribution }) => contribution > 0 && contribution >= odder * SHARE_MIN)
    .map(({ feature }) => places.get(feature))
    .filter((place) => place !== undefined)
    .map((place) => ({ ...model.features[place]!, value: row[place]! }))
    .filter(({ value }) => !Number.isNaN(value))
    .map(({ name, unit, value, usualLow, usualHigh }) => ({
      outside: value < usualLow || value > usualHigh,
      words: describeComparison({ feature: name, value, usualLow, usualHigh }, unit),
    }));

  const outside = accounting.filter((one) => one.outside).slice(0, REASONS_MAX);
  if (outside.length > 0) return outside.map((one) => one.words).join("; ");
  const inside = accounting.slice(0, REASONS_MAX);
  if (inside.length === 0) return "no single value is unusual, only their combination";
  return `only the combination is unusual: ${inside.map((one) => one.words).join("; ")}`;
}
