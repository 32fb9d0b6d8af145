import type { Incident, IncidentState } from "./incident.ts";

/** What a person can say of an incident. */
export type Decision = "acknowledged" | "muted" | "accepted" | "rejected" | "reopened";

/** Which decision can be taken in which state. */
const ALLOWED: Readonly<Record<Decision, readonly IncidentState[]>> = {
  acknowledged: ["suspected", "new", "grown", "ongoing", "muted"],
  muted: ["suspected", "new", "grown", "ongoing", "acknowledged", "muted"],
  accepted: ["new", "grown", "ongoing", "acknowledged", "muted"],
  rejected: ["suspected", "new", "grown", "ongoing", "acknowledged", "muted", "recovered"],
  reopened: ["acknowledged", "muted", "accepted", "rejected"],
};

/** Why a decision cannot be taken of this incident, in words; null when it can. */
export function whyNot(
  decision: Decision,
  incident: Pick<Incident, "state" | "history" | "mergedInto">,
): string | null {
  const { state } = incident;
  if (ALLOWED[decision].includes(state)) {
    const isSettled = decision === "reopened" && state === "accepted" && !wasDecided(incident);
    return isSettled ? "the new level has become usual by itself, nobody accepted it" : null;
  }
  if (state === "merged") return `it turned out to be INC-${incident.mergedInto}: say it of that one`;
  if (state === "accepted" && !wasDecided(incident)) return "the new level has become usual by itself, and it is over";
  if (state === "suspected" && decision === "accepted") {
    return "it is only suspected: there is no new level yet that could be usual";
  }
  return REASONS[state] ?? "nobody has said anything of it yet";
}

const REASONS: Readonly<Partial<Record<IncidentState, string>>> = {
  withdrawn: "it was a suspicion that came to nothing, and is over",
  recovered: "the old level is back already",
  acknowledged: "it is acknowledged already",
  accepted: "its level is accepted as usual already; reopen it first",
  rejected: "it was said to be no anomaly; reopen it first",
};

const wasDecided = ({ history }: Pick<Incident, "history">): boolean =>
  history.findLast(({ what }) => what === "accepted" || what === "reopened")?.what === "accepted";
