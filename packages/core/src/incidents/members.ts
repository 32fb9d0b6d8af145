import { type ChangeEvent, type Series, seriesOf } from "../change-points/index.ts";
import type { ChangeKey, ChangeWord, IncidentEvent, IncidentRecord } from "./incident.ts";
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
  readonly news: readonly ChangeEvent[];
  /** Where it belongs so far. */
  readonly prior: IncidentRecord | null;
  /** What that incident's history tells of it. */
  readonly history: readonly IncidentEvent[];
  /** The first time it was told; null while it is not. */
  readonly toldAtMs: number | null;
  /** Whether it is corrected: the same words with other figures. */
  readonly isCorrected: boolean;
}

/** Every change that is known or spoken of, in no order that matters. */
export function membersOf(known: readonly IncidentRecord[], words: readonly ChangeWord[]): readonly Member[] {
  const wordsOf = Map.groupBy(words, ({ seriesId, event }) => changeId({ seriesId, ...event }));
  const members: Member[] = [];
  for (const prior of known) {
    const told = Map.groupBy(prior.history, ({ change }) => (change === null ? "" : changeId(change)));
    for (const change of prior.changes) {
      const id = changeId(change);
      const spoken = (wordsOf.get(id) ?? []).map(({ event }) => event);
      members.push(member(change, id, [change.first, change.latest], spoken, prior, told.get(id) ?? []));
      wordsOf.delete(id);
    }
  }
  for (const [id, [one, ...others]] of wordsOf) {
    const spoken = [one!, ...others].map(({ event }) => event);
    members.push(member({ seriesId: one!.seriesId, changeNumber: one!.event.changeNumber }, id, [], spoken, null, []));
  }
  return members;
}

function member(
  { seriesId, changeNumber }: ChangeKey,
  id: string,
  before: readonly ChangeEvent[],
  spoken: readonly ChangeEvent[],
  prior: IncidentRecord | null,
  history: readonly IncidentEvent[],
): Member {
  const ordered = [...before, ...spoken].toSorted(inOrder);
  const latest = ordered.at(-1)!;
  const news = spoken
    .toSorted(inOrder)
    .filter((event, at, all) => !isTold(history, event) && (at === 0 || inOrder(all[at - 1]!, event) !== 0));
  const toldAt = [
    ...history.filter(({ what }) => what === "told").map(({ atMs }) => atMs),
    ...news.filter(({ state }) => state === "told").map(({ at }) => at.atMs),
  ];
  const series = seriesOf(seriesId);
  return {
    seriesId,
    changeNumber,
    id,
    series,
    family: familyOfChange(series, latest),
    first: ordered[0]!,
    latest,
    news,
    prior,
    history,
    toldAtMs: toldAt.length === 0 ? null : Math.min(...toldAt),
    isCorrected: before.length > 0 && JSON.stringify(latest) !== JSON.stringify(before[1]),
  };
}

const isTold = (history: readonly IncidentEvent[], { state, at }: ChangeEvent): boolean =>
  history.some(({ what, atMs }) => what === state && atMs === at.atMs);

/** By when it was said, then as words follow each other; of two that are alike the later given counts. */
const inOrder = (one: ChangeEvent, other: ChangeEvent): number =>
  one.at.atMs - other.at.atMs || CHANGE_WORDS.indexOf(one.state) - CHANGE_WORDS.indexOf(other.state);
