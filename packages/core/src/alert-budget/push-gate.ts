import { type ChangeEvent, seriesOf } from "../change-points/index.ts";

/** One series that an incident is seen in, with the latest word on it. */
export interface IncidentMember {
  readonly seriesId: string;
  readonly event: ChangeEvent;
  /** What it costs a week; null where no minutes can be told. Below 0 for what became faster. */
  readonly extraMinutesAWeek: number | null;
  /** Runs of the series since it was first told. */
  readonly runsSinceTold: number;
}

/** An incident as it stands at one moment: offered whenever a member is told or has grown. */
export interface PushCandidate {
  /** The same for all that is said of one incident. */
  readonly incidentId: string;
  readonly repositoryId: number;
  readonly atMs: number;
  readonly members: readonly IncidentMember[];
}

export interface Inbox {
  /** "repository 42", "organisation octo-org". */
  readonly name: string;
  readonly pushesAWeek: number;
  /** The score from which a series may push. */
  readonly bars: ReadonlyMap<string, number>;
  /** The bar of a series that is in no such list, as of one that is new. */
  readonly barOfOthers: number;
}

export interface GateOptions {
  /** A job, or the runners of a label, alarms alone only when it costs this many minutes a week ... */
  readonly aloneMinutesAWeek: number;
  /** ... and has lasted this many runs since it was told: some of the hour go again by themselves. */
  readonly aloneRuns: number;
  /** What takes less than this share of its usual time may do nothing at all, and is told though it is faster. */
  readonly hollowRatio: number;
  /**
   * Each further context of whole runs that changed with it adds so much to its score: it is rare that two are falsely told of
   * within 48 hours. In a repository of 15 series that each run ten times a week a second one is in 1 case of 25.
   */
  readonly togetherScore: number;
  /** Whether what got better may alarm too. */
  readonly improvements: boolean;
}

export const DEFAULT_GATE_OPTIONS: GateOptions = {
  aloneMinutesAWeek: 120,
  aloneRuns: 10,
  hollowRatio: 1 / 3,
  togetherScore: 0.5,
  improvements: false,
};

/**
 * What becomes of an incident in one inbox. It goes to the digest because no series of it may alarm ("not-by-right": steps, cheap
 * jobs, joined metrics, improvements), none is sure enough ("below-bar"), or the week is full ("no-room").
 */
export interface PushDecision {
  readonly inbox: string;
  readonly incidentId: string;
  readonly atMs: number;
  readonly fate: "push" | "digest";
  readonly why: "sure-enough" | "not-by-right" | "below-bar" | "no-room";
  /** The member that decided: the one furthest above its bar, else nearest below it; null when none has the right. */
  readonly seriesId: string | null;
}

/** What a gate keeps between two incidents, fit for JSON. */
export interface GateState {
  /** By inbox: what was pushed, latest last, as far back as it matters. */
  readonly pushed: Readonly<Record<string, readonly { readonly incidentId: string; readonly atMs: number }[]>>;
}

export interface PushGate {
  /** What becomes of it now in each of its inboxes; nothing for an inbox that was told of this incident before. */
  offer(candidate: PushCandidate): readonly PushDecision[];
  state(): GateState;
}

const WEEK_MS = 7 * 24 * 3_600_000;
/** An incident that goes on is not pushed again for this long. */
const REMEMBERED_MS = 26 * WEEK_MS;

/**
 * Lets incidents through to inboxes within their budgets: in any seven days (of a budget below one a week: in any as long as one
 * push takes) no inbox gets more than its budget. Only series of whole runs alarm by right; a job alarms alone only where it is
 * dear; a step never.
 */
export function pushGate(
  inboxesOf: (repositoryId: number) => readonly Inbox[],
  { options = DEFAULT_GATE_OPTIONS, state }: { readonly options?: GateOptions; readonly state?: GateState } = {},
): PushGate {
  const pushed = new Map(Object.entries(state?.pushed ?? {}).map(([inbox, list]) => [inbox, [...list]]));

  const decide = (inbox: Inbox, { incidentId, atMs, members }: PushCandidate): PushDecision | null => {
    const known = pushed.get(inbox.name) ?? [];
    const before = known.filter((push) => push.atMs > atMs - REMEMBERED_MS);
    if (before.some((push) => push.incidentId === incidentId)) return null;
    const about = { inbox: inbox.name, incidentId, atMs };
    const best = surestMember(members, inbox, options);
    if (best === null) return { ...about, fate: "digest", why: "not-by-right", seriesId: null };
    const { seriesId } = best;
    if (best.excess < 0) return { ...about, fate: "digest", why: "below-bar", seriesId };
    if (!hasRoom(inbox, before, atMs)) return { ...about, fate: "digest", why: "no-room", seriesId };
    pushed.set(inbox.name, [...before, { incidentId, atMs }]);
    return { ...about, fate: "push", why: "sure-enough", seriesId };
  };

  return {
    offer: (candidate) =>
      inboxesOf(candidate.repositoryId).flatMap((inbox) => {
        const decision = decide(inbox, candidate);
        return decision === null ? [] : [decision];
      }),
    state: () => ({ pushed: Object.fromEntries(pushed) }),
  };
}

/** Whether one more push at `atMs` leaves any seven days (of a budget below one a week: any such time) within the inbox's budget. */
export function hasRoom(
  { pushesAWeek }: Pick<Inbox, "pushesAWeek">,
  before: readonly { readonly atMs: number }[],
  atMs: number,
): boolean {
  const isRare = pushesAWeek < 1;
  const spanMs = isRare ? WEEK_MS / pushesAWeek : WEEK_MS;
  const room = isRare ? 1 : Math.floor(pushesAWeek);
  return before.filter((push) => push.atMs > atMs - spanMs).length < room;
}

/** Goes through incidents in the order they were said; the last decision on each in each inbox is what became of it. */
export function decidePushes(
  candidates: readonly PushCandidate[],
  inboxesOf: (repositoryId: number) => readonly Inbox[],
  options: GateOptions = DEFAULT_GATE_OPTIONS,
): readonly PushDecision[] {
  const gate = pushGate(inboxesOf, { options });
  const fates = new Map<string, PushDecision>();
  for (const candidate of [...candidates].sort((one, other) => one.atMs - other.atMs)) {
    for (const decision of gate.offer(candidate)) {
      // a late push is told where the incident first appeared
      fates.set(JSON.stringify([decision.inbox, decision.incidentId]), decision);
    }
  }
  return [...fates.values()].sort((one, other) => one.atMs - other.atMs);
}

/** The member that is furthest above its bar, else nearest below it; null when none may alarm. */
export function surestMember(
  members: readonly IncidentMember[],
  inbox: Inbox,
  options: GateOptions,
): { readonly seriesId: string; readonly excess: number } | null {
  let best: { readonly seriesId: string; readonly excess: number } | null = null;
  const able = members.filter((member) => mayPush(member, options));
  const wholeRuns = able.filter(({ seriesId }) => seriesOf(seriesId).scope === "run").length;
  const together = options.togetherScore * Math.max(0, wholeRuns - 1);
  for (const member of able) {
    const excess = member.event.score + together - barOf(inbox, member.seriesId);
    if (best === null || isSurer(excess, member.seriesId, best)) best = { seriesId: member.seriesId, excess };
  }
  return best;
}

/** What a change costs follows from how long it takes: where both are sure enough, the cause is named. */
function isSurer(excess: number, id: string, best: { readonly seriesId: string; readonly excess: number }): boolean {
  const isCost = seriesOf(id).measure === "cost";
  const wasCost = seriesOf(best.seriesId).measure === "cost";
  if (isCost !== wasCost && excess >= 0 && best.excess >= 0) return wasCost;
  return excess > best.excess;
}

/** A schedule is silent or not: its score is always 1, and false ones are too rare to be rationed. */
const barOf = ({ bars, barOfOthers }: Inbox, seriesId: string): number =>
  seriesOf(seriesId).measure === "schedule" ? 1 : (bars.get(seriesId) ?? barOfOthers);

/** Whether this series may alarm at all, however sure it is. */
export function mayPush(
  { seriesId, event, extraMinutesAWeek, runsSinceTold }: IncidentMember,
  options: GateOptions,
): boolean {
  const { scope, measure } = seriesOf(seriesId);
  // whether more is worse is not known of a joined metric
  if (scope === "step" || measure === "metric") return false;
  const isHollow = measure === "duration" && event.level < event.usual * options.hollowRatio;
  const isBetter = event.direction === "down" && measure !== "schedule";
  if (isBetter && !isHollow && !options.improvements) return false;
  if (scope === "run") return true;
  return Math.abs(extraMinutesAWeek ?? 0) >= options.aloneMinutesAWeek && runsSinceTold >= options.aloneRuns;
}
