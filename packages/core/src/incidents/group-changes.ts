import { FLEET_WINDOW_MS, isFleetWide, type RepositoryActivity } from "./fleet.ts";
import type { IncidentRecord } from "./incident.ts";
import type { Member } from "./members.ts";
import { onsetDistanceMs, onsetSlackMs } from "./onset-window.ts";
import { scopeRank } from "./standing.ts";

/** Changes that are taken for one cause. */
export interface Group {
  /** The incident that it is; null for a new one. */
  record: IncidentRecord | null;
  readonly repositoryId: number;
  readonly family: string;
  readonly anchorMs: number;
  readonly slackMs: number;
  readonly openedAtMs: number;
  /** A person said what it is: it takes in more of the same, and becomes no part of another. */
  readonly isDecided: boolean;
  members: Member[];
  /** Since when it is fleet-wide. */
  fleetAtMs: number | null;
  /** The group that it became a part of, and when. */
  joined: { readonly group: Group; readonly atMs: number } | null;
}

/**
 * Puts every change into a group: into the one with the nearest onset of the same repository and family, else into a fleet-wide one, else
 * into a new one. Changes are taken in the order in which they were first spoken of, so that only the past decides. Those of the
 * last `latenessMs` are placed anew each time: a word that comes late has the effect it would have had in time.
 */
export function groupChanges(
  known: readonly IncidentRecord[],
  members: readonly Member[],
  activity: readonly RepositoryActivity[],
  latenessMs: number,
): readonly Group[] {
  const newestMs = members.reduce((newest, { latest }) => Math.max(newest, latest.at.atMs), Number.NEGATIVE_INFINITY);
  const isFixed = ({ first, prior }: Member): boolean =>
    prior !== null && (first.at.atMs < newestMs - latenessMs || isFleet(prior) || isDecided(prior));
  const groups = known.filter((record) => !isMerged(record)).map(groupOf);
  const byRecord = new Map(groups.map((group) => [group.record, group]));
  for (const member of members) if (isFixed(member)) byRecord.get(member.prior)?.members.push(member);
  // without a change that is fixed it is only a number, until changes claim it again
  const anchored = groups.filter((group) => group.members.length > 0);
  const state: Grouping = {
    groups: anchored,
    ofFamily: Map.groupBy(anchored, byFamily),
    ofRepository: Map.groupBy(anchored, byRepository),
    fleets: new Set(anchored.filter(({ fleetAtMs }) => fleetAtMs !== null)),
    activity,
    told: new Map(),
  };
  for (const group of anchored) {
    for (const member of group.members) if (member.toldAtMs !== null) noteTold(member, group, state);
  }
  const moments = members.flatMap((member) => momentsOf(member, isFixed(member)));
  const placed = new Map<Member, Group>();
  for (const { member, isTold } of moments.toSorted(byMoment)) {
    if (!isTold) placed.set(member, place(member, state));
    else {
      const group = placed.get(member);
      if (group !== undefined) noteTold(member, group, state);
      lookForFleet(member, state);
    }
  }
  return state.groups;
}

interface Grouping {
  readonly groups: Group[];
  readonly ofFamily: Map<string, Group[]>;
  /** By family and repository. */
  readonly ofRepository: Map<string, Group[]>;
  readonly fleets: Set<Group>;
  readonly activity: readonly RepositoryActivity[];
  /** Changes that are told so far, by family and day of their onset. */
  readonly told: Map<string, Told[]>;
}

interface Told {
  readonly member: Member;
  readonly group: Group;
}

const byFamily = ({ family }: Group): string => family;
const byRepository = ({ family, repositoryId }: Pick<Group, "family" | "repositoryId">): string =>
  `${repositoryId} ${family}`;
const dayOf = ({ first }: Member): number => Math.floor(first.onset.atMs / FLEET_WINDOW_MS);

function noteTold(member: Member, group: Group, { told }: Grouping): void {
  append(told, `${dayOf(member)} ${member.family}`, { member, group });
}

function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function groupOf(record: IncidentRecord): Group {
  const { repositoryId, family, anchorMs, slackMs, openedAtMs, history } = record;
  const fleetAtMs = history.find(({ what }) => what === "fleet-wide")?.atMs ?? null;
  const isOpen = { members: [], fleetAtMs, joined: null };
  return { record, repositoryId, family, anchorMs, slackMs, openedAtMs, isDecided: isDecided(record), ...isOpen };
}

/** When a change is first spoken of it is placed; when it is told it may make a fleet of others. */
function momentsOf(member: Member, isFixed: boolean) {
  const { first, toldAtMs, news } = member;
  const isNewlyTold = news.some(({ event }) => event.state === "told");
  return [
    ...(isFixed ? [] : [{ member, atMs: first.at.atMs, isTold: false }]),
    ...(toldAtMs !== null && (!isFixed || isNewlyTold) ? [{ member, atMs: toldAtMs, isTold: true }] : []),
  ];
}

type Moment = ReturnType<typeof momentsOf>[number];

/** Whole runs found groups before their jobs and steps do. */
function byMoment(one: Moment, other: Moment): number {
  return (
    one.atMs - other.atMs ||
    Number(one.isTold) - Number(other.isTold) ||
    scopeRank(one.member.series) - scopeRank(other.member.series) ||
    (one.member.id < other.member.id ? -1 : 1)
  );
}

function place(member: Member, { groups, ofFamily, ofRepository, fleets }: Grouping): Group {
  const at = { anchorMs: member.first.onset.atMs, slackMs: onsetSlackMs(member.first) };
  let nearest: Group | null = null;
  let nearestMs = Number.POSITIVE_INFINITY;
  const { repositoryId } = member.series;
  const own = ofRepository.get(byRepository({ family: member.family, repositoryId })) ?? [];
  for (const group of [...own, ...fleets]) {
    if (group.joined !== null || group.family !== member.family) continue;
    const isOwn = group.repositoryId === repositoryId;
    const distanceMs = isOwn ? onsetDistanceMs(group, at) : fleetDistanceMs(group, at.anchorMs);
    if (distanceMs === null || distanceMs >= nearestMs) continue;
    nearest = group;
    nearestMs = distanceMs;
  }
  if (nearest === null) {
    nearest = {
      record: null,
      repositoryId,
      family: member.family,
      ...at,
      openedAtMs: member.first.at.atMs,
      isDecided: false,
      members: [],
      fleetAtMs: null,
      joined: null,
    };
    groups.push(nearest);
    append(ofFamily, member.family, nearest);
    append(ofRepository, byRepository(nearest), nearest);
  }
  nearest.members.push(member);
  return nearest;
}

/** Another repository's change belongs to a fleet-wide incident a little less readily than to one of its own. */
function fleetDistanceMs({ fleetAtMs, anchorMs }: Group, onsetMs: number): number | null {
  const distanceMs = Math.abs(anchorMs - onsetMs);
  return fleetAtMs !== null && distanceMs <= FLEET_WINDOW_MS ? FLEET_WINDOW_MS + distanceMs : null;
}

/** Whether a change makes a fleet of others when it is told, or did so of one that was told later and is known already. */
function lookForFleet(member: Member, grouping: Grouping): void {
  const later = nearTo(member, grouping).filter((other) => other.member.toldAtMs! > member.toldAtMs!);
  const moments = [member, ...later.map((other) => other.member)];
  for (const each of moments.toSorted((one, other) => one.toldAtMs! - other.toldAtMs!)) makeFleet(each, grouping);
}

function nearTo(member: Member, { told }: Grouping): readonly Told[] {
  const day = dayOf(member);
  return [day - 1, day, day + 1]
    .flatMap((each) => told.get(`${each} ${member.family}`) ?? [])
    .filter((other) => Math.abs(other.member.first.onset.atMs - member.first.onset.atMs) <= FLEET_WINDOW_MS);
}

function makeFleet(member: Member, grouping: Grouping): void {
  const { groups, ofFamily, fleets, activity } = grouping;
  const atMs = member.toldAtMs!;
  const near = nearTo(member, grouping).filter((other) => other.member.toldAtMs! <= atMs);
  const [only, ...more] = new Set(near.map(({ group }) => standingFor(group)));
  if (more.length === 0 && only !== undefined && fleets.has(only)) return;
  const repositories = new Set(near.map((other) => other.member.series.repositoryId));
  const opened = () => (ofFamily.get(member.family) ?? []).map(({ openedAtMs }) => openedAtMs);
  if (!isFleetWide(repositories.size, activity, opened, atMs)) return;
  const moved = new Set(near.map(({ group }) => standingFor(group)).filter((group) => !group.isDecided));
  const [target, ...others] = groups.filter((group) => moved.has(group)).toSorted(byFleetThenAge);
  if (target === undefined) return;
  target.fleetAtMs ??= atMs;
  fleets.add(target);
  for (const group of others) {
    target.members.push(...group.members);
    group.members = [];
    group.joined = { group: target, atMs };
  }
}

export function standingFor(group: Group): Group {
  return group.joined === null ? group : standingFor(group.joined.group);
}

/** The one that is fleet-wide already stays what it is; else the one that came up first, known ones by their number. */
const byFleetThenAge = (one: Group, other: Group): number =>
  Number(other.fleetAtMs !== null) - Number(one.fleetAtMs !== null) || one.openedAtMs - other.openedAtMs;

const isFleet = ({ history }: IncidentRecord): boolean => history.some(({ what }) => what === "fleet-wide");
const isMerged = ({ history }: IncidentRecord): boolean => history.some(({ what }) => what === "merged");
const isDecided = ({ history }: IncidentRecord): boolean => {
  const last = history.findLast(({ what }) => what === "accepted" || what === "rejected" || what === "reopened");
  return last !== undefined && last.what !== "reopened";
};
