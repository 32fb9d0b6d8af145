import { type ChangeEvent, type Series, seriesOf } from "../change-points/index.ts";
import type { ChangeKey, ChangeWord, IncidentChange, IncidentEvent, IncidentRecord } from "./incident.ts";
import { familyOfChange } from "./kind.ts";
import { CHANGE_WORDS } from "./life-cycle.ts";
import { changeId } from "./standing.ts";

/** A change on its way into an incident: what is known of it, and what is new. */
export interface Member extends ChangeKey {
  readonly id: string;
  readonly series: Series;
  readonly family: string;
  readonly first: ChangeEvent;
  readonly latest: ChangeEvent;
  /** Words about it that no history holds yet, in order. */
  readonly news: readonly ChangeWord[];
  /** Where it belongs so far. */
  readonly prior: IncidentRecord | null;
  /** What that incident's history tells of it. */
  readonly history: readonly IncidentEvent[];
  /** The first time it was told; null while it is not. */
  readonly toldAtMs: number | null;
  /** Whether it is corrected: the same words with other figures. */
  readonly isCorrected: boolean;
}

/** A change of which a correction left nothing, and the incident that loses it. */
export interface Dropped {
  readonly record: IncidentRecord;
  readonly id: string;
  readonly seriesId: string;
  readonly event: ChangeEvent;
}

export interface Members {
  readonly members: readonly Member[];
  readonly dropped: readonly Dropped[];
}

/**
 * Every change that is known or spoken of, in no order that matters. Words about one change may come in any order, but for
 * corrections: they end what was given before them.
 */
export function membersOf(known: readonly IncidentRecord[], words: readonly ChangeWord[]): Members {
  const wordsOf = Map.groupBy(words, ({ seriesId, event }) => changeId({ seriesId, ...event }));
  const members: Member[] = [];
  const dropped: Dropped[] = [];
  const add = (before: Before, id: string, spoken: readonly ChangeWord[]): void => {
    const end = spoken.findIndex(({ event, isCorrection }) => isCorrection === true && event.state === "withdrawn");
    if (end < 0) {
      members.push(member(before, id, spoken));
      return;
    }
    const { prior, seriesId, changeNumber } = before;
    if (prior !== null) dropped.push({ record: prior, id, seriesId, event: spoken[end]!.event });
    const rest = spoken.slice(end + 1);
    if (rest.length > 0) add({ seriesId, changeNumber, change: null, prior: null, history: [] }, id, rest);
  };
  for (const prior of known) {
    const told = Map.groupBy(prior.history, ({ change }) => (change === null ? "" : changeId(change)));
    for (const change of prior.changes) {
      const id = changeId(change);
      add({ ...change, change, prior, history: told.get(id) ?? [] }, id, wordsOf.get(id) ?? []);
      wordsOf.delete(id);
    }
  }
  for (const [id, spoken] of wordsOf) {
    const { seriesId, event } = spoken[0]!;
    add({ seriesId, changeNumber: event.changeNumber, change: null, prior: null, history: [] }, id, spoken);
  }
  return { members, dropped };
}

/** What is known of a change before anything new is said. */
interface Before extends ChangeKey {
  readonly change: IncidentChange | null;
  readonly prior: IncidentRecord | null;
  readonly history: readonly IncidentEvent[];
}

function member(
  { seriesId, changeNumber, change, prior, history }: Before,
  id: string,
  spoken: readonly ChangeWord[],
): Member {
  const corrected = spoken.findLastIndex(({ isCorrection }) => isCorrection === true);
  const standing = spoken.slice(Math.max(0, corrected)).map(({ event }) => event);
  const before = change === null || corrected >= 0 ? [] : [change.latest];
  const latest = [...before, ...standing].toSorted(inOrder).at(-1)!;
  const news = spoken
    .toSorted((one, other) => inOrder(one.event, other.event))
    .filter(({ event }) => !isTold(history, event))
    .filter(({ event }, at, all) => at === 0 || inOrder(all[at - 1]!.event, event) !== 0);
  const toldAt = [
    ...history.filter(({ what }) => what === "told").map(({ atMs }) => atMs),
    ...news.filter(({ event }) => event.state === "told").map(({ event }) => event.at.atMs),
  ];
  const series = seriesOf(seriesId);
  return {
    seriesId,
    changeNumber,
    id,
    series,
    family: familyOfChange(series, latest),
    first: change?.first ?? standing.toSorted(inOrder)[0]!,
    latest,
    news,
    prior,
    history,
    toldAtMs: toldAt.length === 0 || latest.state === "suspected" ? null : Math.min(...toldAt),
    isCorrected: change !== null && JSON.stringify(latest) !== JSON.stringify(change.latest),
  };
}

const isTold = (history: readonly IncidentEvent[], { state, at }: ChangeEvent): boolean =>
  history.some(({ what, atMs }) => what === state && atMs === at.atMs);

/** By when it was said, then as words follow each other; of two that are alike the later given counts. */
const inOrder = (one: ChangeEvent, other: ChangeEvent): number =>
  one.at.atMs - other.at.atMs || CHANGE_WORDS.indexOf(one.state) - CHANGE_WORDS.indexOf(other.state);
