import type { ChangeEvent } from "@oddrun/core";
import type { NewChange } from "./change-store.ts";

/** What a detector says of one series, from some word on. */
export interface Said {
  readonly seriesId: string;
  /** How many words came before. */
  readonly wordCount: number;
  /** What was said of each change before, latest word last: what holds where later words are taken back. */
  readonly earlier: readonly ChangeEvent[];
  /** The words that were kept. */
  readonly held: readonly ChangeEvent[];
  /** The words that come of all the runs known now. */
  readonly now: readonly ChangeEvent[];
}

/**
 * What is to be appended, so that what holds is what is said now. Words that are the same stay as they are; where they part, the
 * changes that were spoken of and are not any more get a correction: what holds of them still, or that they are withdrawn.
 */
export function amend({ seriesId, wordCount, earlier, held, now }: Said, saidAtMs: number): readonly NewChange[] {
  let same = 0;
  while (same < held.length && same < now.length && isSameWord(held[same]!, now[same]!)) same++;
  const dropped = held.slice(same);
  const added = now.slice(same);
  const firstWord = wordCount + same + 1;
  const spokenOf = new Set(added.map(({ changeNumber }) => changeNumber));
  const standing = new Map([...earlier, ...held.slice(0, same)].map((event) => [event.changeNumber, event]));
  const corrections = new Map<number, ChangeEvent>();
  for (const event of dropped) {
    const { changeNumber } = event;
    if (spokenOf.has(changeNumber)) continue;
    corrections.set(changeNumber, standing.get(changeNumber) ?? { ...event, state: "withdrawn" });
  }
  return [
    ...[...corrections.values()].map((event) => ({ seriesId, event, word: firstWord, isCorrection: true, saidAtMs })),
    ...added.map((event, place) => ({ seriesId, event, word: firstWord + place, isCorrection: false, saidAtMs })),
  ];
}

/** Words are plain JSON, made by the same code in the same order of keys. */
export function isSameWord(one: ChangeEvent, other: ChangeEvent): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
