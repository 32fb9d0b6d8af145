import { type Series, seriesOf } from "../change-points/index.ts";
import type { ChangeKey, ChangeStanding, IncidentChange } from "./incident.ts";
import { kindOfChange } from "./kind.ts";

/** One text for a change: the same for the same change and for no other. */
export const changeId = ({ seriesId, changeNumber }: ChangeKey): string => `${changeNumber} ${seriesId}`;

/** Whole runs say most about an incident, steps least: what has the lowest rank stands for it, the rest explains. */
export const scopeRank = ({ scope }: Pick<Series, "scope">): number => SCOPES.indexOf(scope);

const SCOPES: readonly Series["scope"][] = ["run", "runner", "job", "step"];
/** How many ranks there are. */
export const RANKS = SCOPES.length;
const MEASURES: readonly Series["measure"][] = ["duration", "failure", "schedule", "queue-time", "cost", "metric"];
const STANDINGS: readonly ChangeStanding["standing"][] = ["told", "suspected", "recovered", "settled", "withdrawn"];

export function standingOf(change: IncidentChange): ChangeStanding {
  const series = seriesOf(change.seriesId);
  const { state } = change.latest;
  return {
    ...change,
    series,
    kind: kindOfChange(series, change.latest),
    standing: state === "grown" ? "told" : state,
  };
}

/** The weightiest first; the same order whatever order they come in. */
export function byWeight(one: ChangeStanding, other: ChangeStanding): number {
  return (
    STANDINGS.indexOf(one.standing) - STANDINGS.indexOf(other.standing) ||
    scopeRank(one.series) - scopeRank(other.series) ||
    MEASURES.indexOf(one.series.measure) - MEASURES.indexOf(other.series.measure) ||
    size(other) - size(one) ||
    (changeId(one) < changeId(other) ? -1 : 1)
  );
}

const size = ({ latest }: ChangeStanding): number => Math.abs(latest.level - latest.usual);
