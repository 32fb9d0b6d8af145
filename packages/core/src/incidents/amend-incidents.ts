import type { RepositoryActivity } from "./fleet.ts";
import { type Group, groupChanges, standingFor } from "./group-changes.ts";
import type { ChangeWord, IncidentChange, IncidentEvent, IncidentRecord } from "./incident.ts";
import { inHistoryOrder } from "./life-cycle.ts";
import { type Dropped, type Member, membersOf } from "./members.ts";
import { changeId } from "./standing.ts";

export interface AmendIncidentsInput {
  /** Incidents with a change that is spoken of, and those that began lately, as far back as a fleet's usual rate is taken from. */
  readonly known: readonly IncidentRecord[];
  /** The number of the next incident. */
  readonly nextNumber: number;
  /** In any order; what was said before may be said again. */
  readonly words: readonly ChangeWord[];
  readonly activity: readonly RepositoryActivity[];
  /** How late a run may come: within it, the order in which words come does not matter. */
  readonly latenessMs: number;
}

/** Who said it, where no person did. */
export const PROGRAM = "oddrun";

/**
 * Puts what was said of changes into incidents, one for each cause, and gives the records that are new or differ from the known ones.
 * A number is never given to anything else: an incident whose changes all turn out to be another's is merged into that one.
 */
export function amendIncidents(input: AmendIncidentsInput): readonly IncidentRecord[] {
  const { known, words, activity, latenessMs } = input;
  const { members, dropped } = membersOf(known, words);
  const droppedOf = Map.groupBy(dropped, ({ record }) => record);
  const groups = groupChanges(known, members, activity, latenessMs);
  claimNumbers(groups);
  let nextNumber = input.nextNumber;
  const absorbed = goneInto(known, groups);
  const amended = groups
    .filter((group) => group.joined === null)
    .map((group) => {
      const record = group.record ?? newRecord(group, nextNumber++);
      group.record = record;
      return amendedRecord(group, record, {
        absorbed: [...absorbed].filter(([, into]) => into.group === group),
        dropped: droppedOf.get(record) ?? [],
      });
    });
  const standing = new Set(groups.map(({ record }) => record));
  const emptied = [...droppedOf]
    .filter(([record]) => !standing.has(record) && !absorbed.has(record))
    .map(([record, lost]) => appended({ ...record, changes: [] }, lost.map(droppedEvent)));
  const merged = [...absorbed].map(([record, { group, atMs }]) =>
    appended({ ...record, changes: [] }, [event("merged", atMs, { other: group.record!.number })]),
  );
  return [...amended, ...emptied, ...merged]
    .filter((record) => !known.includes(record))
    .toSorted((a, b) => a.number - b.number);
}

/** New groups take the lowest number that one of their changes had and that no other group stands for. */
function claimNumbers(groups: readonly Group[]): void {
  const claimed = new Set(groups.map(({ record }) => record));
  for (const group of groups) {
    if (group.record !== null || group.joined !== null) continue;
    const free = group.members.flatMap(({ prior }) => (prior === null || claimed.has(prior) ? [] : [prior]));
    const [lowest] = free.toSorted((one, other) => one.number - other.number);
    if (lowest === undefined) continue;
    group.record = lowest;
    claimed.add(lowest);
  }
}

/** Known incidents that no group stands for any more, with the group that has their first change now. */
function goneInto(
  known: readonly IncidentRecord[],
  groups: readonly Group[],
): ReadonlyMap<IncidentRecord, { readonly group: Group; readonly atMs: number }> {
  const standing = new Set(groups.filter(({ joined }) => joined === null).map(({ record }) => record));
  const gone = new Map<IncidentRecord, { readonly group: Group; readonly atMs: number }>();
  for (const { record, joined } of groups) {
    if (record !== null && joined !== null) gone.set(record, { group: standingFor(joined.group), atMs: joined.atMs });
  }
  for (const record of known) {
    if (standing.has(record) || gone.has(record) || record.changes.length === 0) continue;
    const first = groups
      .flatMap((group) => group.members.map((member) => ({ group, member })))
      .filter(({ member }) => member.prior === record)
      .toSorted((one, other) => one.member.first.at.atMs - other.member.first.at.atMs)[0];
    if (first !== undefined) gone.set(record, { group: first.group, atMs: first.member.latest.at.atMs });
  }
  return gone;
}

function newRecord({ repositoryId, family, anchorMs, slackMs, openedAtMs }: Group, number: number): IncidentRecord {
  return { number, repositoryId, family, anchorMs, slackMs, openedAtMs, changes: [], history: [] };
}

interface Happened {
  readonly absorbed: readonly (readonly [IncidentRecord, { readonly atMs: number }])[];
  readonly dropped: readonly Dropped[];
}

/** The record itself where nothing about it is new. */
function amendedRecord(group: Group, record: IncidentRecord, { absorbed, dropped }: Happened): IncidentRecord {
  const { members, fleetAtMs } = group;
  const isFleetNews = fleetAtMs !== null && !record.history.some(({ what }) => what === "fleet-wide");
  const news = [
    ...members.flatMap((member) => [
      // a change that moves takes along what was told of it, so that the state follows from it
      ...(member.prior === record ? [] : member.history),
      ...member.news.map(({ event: { state, at }, isCorrection = false }) =>
        event(state, at.atMs, { change: keyOf(member), isCorrection }),
      ),
    ]),
    ...dropped.map(droppedEvent),
    ...absorbed.map(([{ number }, { atMs }]) => event("absorbed", atMs, { other: number })),
    ...(isFleetNews ? [event("fleet-wide", fleetAtMs, {})] : []),
  ].toSorted(inHistoryOrder);
  const { repositoryId, family, anchorMs, slackMs, openedAtMs } = group;
  const isSame =
    anchorMs === record.anchorMs &&
    news.length === 0 &&
    members.length === record.changes.length &&
    members.every(({ isCorrected, prior }) => prior === record && !isCorrected);
  if (isSame) return record;
  const changes = members.map(changeOf).toSorted((one, other) => (changeId(one) < changeId(other) ? -1 : 1));
  return appended({ ...record, repositoryId, family, anchorMs, slackMs, openedAtMs, changes }, news);
}

const keyOf = ({ seriesId, changeNumber }: Member) => ({ seriesId, changeNumber });
const droppedEvent = ({ seriesId, event: { changeNumber, at } }: Dropped): IncidentEvent =>
  event("withdrawn", at.atMs, { change: { seriesId, changeNumber }, isCorrection: true });
const changeOf = ({ seriesId, changeNumber, first, latest }: Member): IncidentChange => ({
  seriesId,
  changeNumber,
  first,
  latest,
});

const event = (what: IncidentEvent["what"], atMs: number, more: Partial<IncidentEvent>): IncidentEvent => ({
  place: 0,
  what,
  atMs,
  who: PROGRAM,
  isCorrection: false,
  note: null,
  change: null,
  untilMs: null,
  other: null,
  ...more,
});

/** The record with further lines at the end of its history. */
export function appended(record: IncidentRecord, events: readonly IncidentEvent[]): IncidentRecord {
  const last = record.history.at(-1)?.place ?? 0;
  return { ...record, history: [...record.history, ...events.map((each, at) => ({ ...each, place: last + 1 + at }))] };
}
