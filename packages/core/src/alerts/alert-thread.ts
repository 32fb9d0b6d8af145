import type { AlertWord } from "./alert-word.ts";
import type { IncidentIdentity } from "./incident-identity.ts";
import { textHash } from "./text-hash.ts";

/**
 * Whose inbox a message is for: the repository's, which is its issues, or the organisation's, which is the rooms that hear of all
 * its repositories.
 */
export type InboxScope = "repository" | "organisation";

/** A message as the ledger knows it. */
export interface SaidMessage {
  readonly id: string;
  readonly word: AlertWord;
  readonly scope: InboxScope;
  readonly plannedAtMs: number;
  /** When a channel first took it; null while it waits. */
  readonly deliveredAtMs: number | null;
  /** Refused until it was no news any more: it never arrived, and never will. */
  readonly isGivenUp: boolean;
  /** The incidents it tells of, the one that it is about first. */
  readonly incidentNumbers: readonly number[];
}

/** All that was said of one incident: an issue, or what stands together in a room. */
export interface AlertThread {
  /** The same in every store that was ever made of this history: see `threadKey`. */
  readonly key: string;
  readonly identity: IncidentIdentity;
  /** The incident as the store calls it now; null where a rebuilt history does not hold it. */
  readonly incidentNumber: number | null;
  /** In the order in which it was planned. */
  readonly said: readonly SaidMessage[];
}

/** What an incident's messages are called by: it follows from what does not move while the incident lasts. */
export const threadKey = ({ repositoryId, family, anchorMs }: IncidentIdentity): string =>
  textHash(JSON.stringify([repositoryId, family, anchorMs]));

/** What the parts of a message's id are. */
export interface MessageName {
  /** Of a thread, or of whose digest it is. */
  readonly key: string;
  readonly word: AlertWord;
  /** How often this was said in that inbox, with this time; of a digest the instant it was due. */
  readonly count: number;
  readonly scope: InboxScope;
}

/**
 * The id of a message: "5e1c0b7a9d2f4483.new.1.repository". Who plans the same message anew, in another process or after the store
 * was lost, gives it the same id; and where only the id is left, it still tells what was said.
 */
export const messageId = ({ key, word, count, scope }: MessageName): string => `${key}.${word}.${count}.${scope}`;

/** The parts of such an id; null for any other text. */
export function messageName(id: string): MessageName | null {
  const [, key, word, count, scope] =
    /^([0-9a-f]{16})\.(new|grown|reminder|recovered|storm|digest)\.(\d{1,15})\.(repository|organisation)$/.exec(id) ??
    [];
  if (key === undefined) return null;
  return { key, word: word as AlertWord, count: Number(count), scope: scope as InboxScope };
}

/** Words that interrupt somebody, and are counted; "recovered" ends what they began. */
export const isPush = ({ word }: { readonly word: AlertWord }): boolean =>
  word === "new" || word === "grown" || word === "reminder" || word === "storm";

/** How one thread stands in one inbox. */
export interface ThreadStanding {
  /** Whether anything of it was said there, or is on its way. */
  readonly isSaid: boolean;
  /** Said, and not said to be over since. */
  readonly isOpen: boolean;
  readonly last: SaidMessage | null;
  /** Whether it stands for many. */
  readonly storm: SaidMessage | null;
}

export function threadStanding(thread: AlertThread | undefined, scope: InboxScope): ThreadStanding {
  const said = (thread?.said ?? []).filter((one) => one.scope === scope && !one.isGivenUp);
  const last = said.at(-1) ?? null;
  const isOpen = last !== null && last.word !== "recovered";
  return { isSaid: last !== null, isOpen, last, storm: said.findLast(({ word }) => word === "storm") ?? null };
}

/** How often a word was planned in an inbox so far, given up or not: an id is never used twice. */
export const timesPlanned = (thread: AlertThread | undefined, word: AlertWord, scope: InboxScope): number =>
  (thread?.said ?? []).filter((one) => one.word === word && one.scope === scope).length;
