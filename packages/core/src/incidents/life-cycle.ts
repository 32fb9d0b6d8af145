import { seriesOf } from "../change-points/index.ts";
import type {
  ChangeKey,
  ChangeStanding,
  Incident,
  IncidentEvent,
  IncidentRecord,
  IncidentState,
  IncidentWord,
} from "./incident.ts";
import { type IncidentKind, kindOfFamily } from "./kind.ts";
import { byWeight, changeId, RANKS, scopeRank, standingOf } from "./standing.ts";

const DAY_MS = 86_400_000;
/** How long something is news: after a day without more of it, it goes on. */
const NEWS_MS = DAY_MS;
const OVER: ReadonlySet<IncidentState> = new Set(["recovered", "accepted", "rejected", "withdrawn", "merged"]);
/** In the order in which they can be said of one change after the same run. */
export const CHANGE_WORDS = ["suspected", "told", "grown", "settled", "recovered", "withdrawn"] as const;
type ChangeWordKind = (typeof CHANGE_WORDS)[number];
const isChangeWord = (what: IncidentWord): what is ChangeWordKind => CHANGE_WORDS.some((word) => word === what);

/**
 * The incident as it stands at `nowMs`: a fold over its history, in the order in which things happened and not in which they
 * were heard of, so that both give the same state.
 */
export function incidentAt(record: IncidentRecord, nowMs: number): Incident {
  const fold = newFold();
  for (const event of standingEvents(record).toSorted(inHistoryOrder)) step(fold, event);
  const changes = record.changes.map(standingOf).toSorted(byWeight);
  const state = stateOf(fold, nowMs);
  return {
    ...record,
    changes,
    kind: kindOf(changes, record.family),
    state,
    isOver: OVER.has(state),
    isFleetWide: fold.isFleetWide,
    repositoryIds: [...new Set(changes.map(({ series }) => series.repositoryId))].toSorted((a, b) => a - b),
    onsetMs:
      changes.length === 0
        ? record.anchorMs
        : Math.min(...leadingChanges(changes).map(({ latest }) => latest.onset.atMs)),
    overAtMs: OVER.has(state) ? overAtOf(fold) : null,
    mutedUntilMs: state === "muted" ? fold.mutedUntilMs : null,
    mergedInto: fold.mergedInto,
  };
}

/** Without the words about changes that went to another incident, and without those that a later one corrected. */
export function standingEvents({
  changes,
  history,
}: Pick<IncidentRecord, "changes" | "history">): readonly IncidentEvent[] {
  const from = new Map(changes.map((change) => [changeId(change), 0]));
  for (const { change, place, isCorrection } of history) {
    if (isCorrection && change !== null && from.has(changeId(change))) from.set(changeId(change), place);
  }
  return history.filter(({ change, place }) => change === null || place >= (from.get(changeId(change)) ?? Infinity));
}

interface Fold {
  /** Of each change the last word about it. */
  readonly words: Map<string, IncidentWord>;
  /** How many changes have which last word, by rank. */
  readonly counts: readonly Record<ChangeWordKind, number>[];
  verdict: "accepted" | "rejected" | null;
  isAcknowledged: boolean;
  mutedUntilMs: number | null;
  isFleetWide: boolean;
  mergedInto: number | null;
  news: { readonly what: "new" | "grown"; readonly atMs: number } | null;
  /** Since when no leading change is open. */
  endedAtMs: number | null;
  decidedAtMs: number | null;
}

const newFold = (): Fold => ({
  words: new Map(),
  counts: Array.from({ length: RANKS }, () => ({
    suspected: 0,
    told: 0,
    grown: 0,
    settled: 0,
    recovered: 0,
    withdrawn: 0,
  })),
  verdict: null,
  isAcknowledged: false,
  mutedUntilMs: null,
  isFleetWide: false,
  mergedInto: null,
  news: null,
  endedAtMs: null,
  decidedAtMs: null,
});

function step(fold: Fold, event: IncidentEvent): void {
  const { what, atMs } = event;
  if (event.change !== null && isChangeWord(what)) return stepChange(fold, what, event.change, atMs);
  switch (what) {
    case "fleet-wide":
      fold.isFleetWide = true;
      fold.news = { what: "grown", atMs };
      break;
    case "merged":
      fold.mergedInto = event.other;
      fold.decidedAtMs = atMs;
      break;
    case "acknowledged":
      fold.isAcknowledged = true;
      fold.mutedUntilMs = null;
      break;
    case "muted":
      fold.mutedUntilMs = event.untilMs;
      break;
    case "accepted":
    case "rejected":
      fold.verdict = what;
      fold.decidedAtMs = atMs;
      break;
    case "reopened":
      fold.verdict = null;
      fold.isAcknowledged = false;
      fold.mutedUntilMs = null;
      break;
    case "absorbed":
    case "suspected":
    case "told":
    case "grown":
    case "settled":
    case "recovered":
    case "withdrawn":
      break;
  }
}

function stepChange(fold: Fold, what: ChangeWordKind, change: ChangeKey, atMs: number): void {
  const rank = scopeRank(seriesOf(change.seriesId));
  const before = leading(fold);
  const id = changeId(change);
  const last = fold.words.get(id);
  if (last !== undefined) fold.counts[rank]![last as ChangeWordKind] -= 1;
  fold.words.set(id, what);
  fold.counts[rank]![what] += 1;
  if (what === "told" || what === "grown") {
    const isBack = before !== null && !before.isOpen && rank <= before.rank;
    if (before === null) fold.news = { what: "new", atMs };
    else if (rank <= before.rank) fold.news = { what: "grown", atMs };
    // what people said before was about a mere suspicion, or about something that had ended
    if (before === null || isBack) fold.isAcknowledged = false;
    if (isBack) fold.mutedUntilMs = null;
  }
  const after = leading(fold);
  const isOpen = after === null ? isSuspected(fold) : after.isOpen;
  fold.endedAtMs = isOpen ? null : (fold.endedAtMs ?? atMs);
}

interface Leading {
  readonly rank: number;
  readonly isOpen: boolean;
  readonly isSettled: boolean;
}

/** Of many changes some are never told to have recovered: one in ten of them keeps no incident open. */
const LEFT_OPEN_SHARE = 0.1;

/** Of the changes that were told and stand, those of the lowest rank: jobs and steps decide only where no run does. */
function leading({ counts }: Fold): Leading | null {
  const rank = counts.findIndex(({ told, grown, settled, recovered }) => told + grown + settled + recovered > 0);
  if (rank < 0) return null;
  const { told, grown, recovered, settled } = counts[rank]!;
  const openCount = told + grown;
  const isOpen = openCount > Math.floor(LEFT_OPEN_SHARE * (openCount + recovered + settled));
  return { rank, isOpen, isSettled: recovered === 0 };
}

const isSuspected = ({ counts }: Fold): boolean => counts.some(({ suspected }) => suspected > 0);

function stateOf(fold: Fold, nowMs: number): IncidentState {
  if (fold.mergedInto !== null) return "merged";
  if (fold.verdict !== null) return fold.verdict;
  const told = leading(fold);
  const { news, isAcknowledged, mutedUntilMs } = fold;
  if (told === null && !isSuspected(fold)) return "withdrawn";
  if (told !== null && !told.isOpen) return told.isSettled ? "accepted" : "recovered";
  if (mutedUntilMs !== null && mutedUntilMs > nowMs) return "muted";
  if (isAcknowledged) return "acknowledged";
  if (told === null) return "suspected";
  return news !== null && nowMs - news.atMs < NEWS_MS ? news.what : "ongoing";
}

const overAtOf = (fold: Fold): number | null =>
  fold.mergedInto !== null || fold.verdict !== null ? fold.decidedAtMs : fold.endedAtMs;

/** The open ones of the lowest rank, or the last that were open. */
export function leadingChanges(changes: readonly ChangeStanding[]): readonly ChangeStanding[] {
  const [first] = changes;
  if (first === undefined) return [];
  const rank = scopeRank(first.series);
  return changes.filter(({ series, standing }) => standing === first.standing && scopeRank(series) === rank);
}

/** The word of the change that stands for it; waiting is named where it is most of what a run takes longer. */
function kindOf(changes: readonly ChangeStanding[], family: string): IncidentKind {
  const [first] = changes;
  if (first === undefined) return kindOfFamily(family);
  if (first.kind !== "slower" || first.series.scope !== "run") return first.kind;
  const extra = first.latest.level - first.latest.usual;
  const waits = changes.some(
    ({ kind, standing, series, latest }) =>
      kind === "queueing" &&
      standing === first.standing &&
      (series.workflowId === first.series.workflowId || series.scope === "runner") &&
      latest.level - latest.usual > extra / 2,
  );
  return waits ? "queueing" : first.kind;
}

/** By when it happened; of what happened at once a change's words in their own order, then the rest as it was appended. */
export function inHistoryOrder(one: IncidentEvent, other: IncidentEvent): number {
  return (
    one.atMs - other.atMs ||
    rankOf(one.what) - rankOf(other.what) ||
    compare(keyOf(one), keyOf(other)) ||
    one.place - other.place
  );
}

const rankOf = (what: IncidentWord): number => (isChangeWord(what) ? CHANGE_WORDS.indexOf(what) : CHANGE_WORDS.length);
const keyOf = ({ change }: IncidentEvent): string => (change === null ? "" : changeId(change));
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
