import {
  DEFAULT_GATE_OPTIONS,
  type IncidentMember,
  type PushCandidate,
  surestMember,
  sureness,
} from "../alert-budget/index.ts";
import { seriesOf } from "../change-points/index.ts";
import type { Incident } from "../incidents/index.ts";
import { openSinceMs } from "./incident-growth.ts";
import type { AlertInbox } from "./plan-input.ts";
import type { Planning } from "./planning.ts";

/** An incident that is new to somebody and sure enough for it. */
interface Sure {
  readonly incident: Incident;
  readonly inboxes: readonly AlertInbox[];
  /** Minutes a week times sureness. */
  readonly worth: number;
}

/** Incidents of which nothing was said yet: many at once as one, then one by one, the dearest first, while there is room. */
export function planNews(planning: Planning): void {
  const sure = planning.input.candidates.flatMap((candidate) => sureEnough(planning, candidate) ?? []);
  const singles: Sure[] = [];
  for (const own of Map.groupBy(sure, widestOf).values()) {
    const fleets = own.filter(({ incident }) => incident.isFleetWide);
    for (const each of fleets) planStorm(planning, [each]);
    const rest = own.filter((each) => !fleets.includes(each));
    if (rest.length >= planning.input.rules.stormFrom) planStorm(planning, rest);
    else singles.push(...rest);
  }
  for (const { incident, inboxes } of singles.toSorted((one, other) => other.worth - one.worth)) {
    for (const inbox of inboxes) planOne(planning, inbox, incident);
  }
}

const widestOf = ({ inboxes }: Sure): string => inboxes.at(-1)!.name;

function planOne(planning: Planning, inbox: AlertInbox, { number }: Incident): void {
  if (planning.hasRoom(inbox)) planning.say({ word: "new", reason: "sure-enough", incidentNumbers: [number] }, inbox);
  else planning.hold({ incidentNumber: number, word: "new", inbox: inbox.name, why: "no-room" });
}

/** One message, to the widest inbox alone, about the first of them and all others. */
function planStorm(planning: Planning, sure: readonly Sure[]): void {
  const incidents = sure
    .map(({ incident }) => incident)
    .toSorted((one, other) => one.anchorMs - other.anchorMs || one.number - other.number);
  const incidentNumbers = incidents.map(({ number }) => number);
  const inbox = sure.find(({ incident }) => incident === incidents[0])!.inboxes.at(-1)!;
  const reason = incidents.length > 1 ? "many-at-once" : "fleet-wide";
  if (planning.hasRoom(inbox)) planning.say({ word: "storm", reason, incidentNumbers }, inbox);
  else
    for (const number of incidentNumbers)
      planning.hold({ incidentNumber: number, word: "storm", inbox: inbox.name, why: "no-room" });
}

/** The inboxes that an incident is new to and sure enough for; null where there are none. */
function sureEnough(planning: Planning, candidate: PushCandidate): Sure | null {
  const { isWatched, inboxesOf, rules, watchingSinceMs } = planning.input;
  const incident = planning.incident(Number(candidate.incidentId));
  if (incident === undefined || !["new", "grown", "ongoing"].includes(incident.state)) return null;
  if ((openSinceMs(incident) ?? 0) <= watchingSinceMs) return null;
  const members = candidate.members.filter(({ seriesId }) => isWatched(seriesId));
  const options = { ...DEFAULT_GATE_OPTIONS, improvements: rules.improvements };
  const inboxes = inboxesOf(incident.repositoryId).filter((inbox) => {
    if (planning.isTold(incident.number, inbox)) return false;
    const best = surestMember(members, inbox, options);
    if (best !== null && best.excess >= 0) return true;
    const why = best === null ? "not-by-right" : "below-bar";
    planning.hold({ incidentNumber: incident.number, word: "new", inbox: inbox.name, why });
    return false;
  });
  return inboxes.length === 0 ? null : { incident, inboxes, worth: worthOf(members) };
}

const worthOf = (members: readonly IncidentMember[]): number =>
  Math.max(
    0,
    ...members.map(({ seriesId, event, extraMinutesAWeek }) => {
      const measure = seriesOf(seriesId).measure === "failure" ? "failure" : "level";
      return Math.abs(extraMinutesAWeek ?? 0) * sureness(event, measure);
    }),
  );
