import type { Inbox, PushCandidate } from "../alert-budget/index.ts";
import type { ChangeWord, Incident } from "../incidents/index.ts";
import type { AlertWord } from "./alert-word.ts";
import type { AlertThread, InboxScope, SaidMessage } from "./alert-thread.ts";

/** What a team wants to hear. */
export interface AlertRules {
  /** Days between two reminders of an incident that goes on; null for none. */
  readonly remindAfterDays: number | null;
  /** When the digest is due, UTC: 1 Monday to 7 Sunday; null for none. */
  readonly digest: { readonly weekday: number; readonly hour: number } | null;
  /** So many incidents new at once are told as one. */
  readonly stormFrom: number;
  readonly improvements: boolean;
}

/** An inbox that somebody reads. */
export interface AlertInbox extends Inbox {
  readonly scope: InboxScope;
}

/** What was said and what was decided, in this store or in one that was lost. */
export interface AlertLedger {
  readonly threads: readonly AlertThread[];
  /** By inbox. */
  readonly digests: Readonly<Record<string, InboxDigests>>;
  /** What was told before is in none: it is the past, or was in those of a store that is lost. */
  readonly digestsSinceMs: number;
}

export interface InboxDigests {
  /** Digests due up to then are done. */
  readonly doneMs: number;
  readonly said: readonly SaidMessage[];
}

export interface PlanAlertsInput {
  /** All repositories that are watched. */
  readonly repositoryIds: readonly number[];
  /** All that are open, were told lately, or have a thread. */
  readonly incidents: readonly Incident[];
  /** What there is to decide: incidents of which something new was told, as the gate sees them. */
  readonly candidates: readonly PushCandidate[];
  /** All that was said of changes, in order. */
  readonly words: readonly ChangeWord[];
  readonly ledger: AlertLedger;
  /** The inboxes that hear of a repository, its own first; only those with a channel. */
  readonly inboxesOf: (repositoryId: number) => readonly AlertInbox[];
  /** Whether changes of this series alarm: its branches, its workflow. */
  readonly isWatched: (seriesId: string) => boolean;
  /** When something last ran that could tell more of an incident; null when nothing did. */
  readonly lastRunMs: (incident: Incident) => number | null;
  readonly rules: AlertRules;
  /** What was told before is the past, and new to nobody. */
  readonly watchingSinceMs: number;
  readonly nowMs: number;
}

/** Why a message is due. */
export type AlertReason =
  | "sure-enough"
  | "fleet-wide"
  | "many-at-once"
  | "twice-as-much"
  | "came-back"
  | "goes-on"
  | "mute-ended"
  | "recovered"
  /** The new level has become usual by itself. */
  | "settled"
  /** A person said so: this, and that it is no anomaly. */
  | "accepted"
  | "rejected"
  | "withdrawn"
  | "merged"
  | "weekly";

/** A message that is to be said now. */
export interface DueAlert {
  readonly id: string;
  readonly word: AlertWord;
  /** Of the thread that it belongs to; of a digest of its inbox. */
  readonly key: string;
  readonly scope: InboxScope;
  readonly inbox: string;
  /** In whose inbox, or one of those whose organisation's. */
  readonly repositoryId: number;
  /** The incidents it tells of, the one that it is about first. */
  readonly incidentNumbers: readonly number[];
  readonly reason: AlertReason;
  readonly atMs: number;
}

/** What is not said now, and why. */
export interface HeldAlert {
  readonly incidentNumber: number;
  readonly word: AlertWord;
  readonly inbox: string;
  readonly why: "not-by-right" | "below-bar" | "no-room";
}

export interface AlertPlan {
  readonly due: readonly DueAlert[];
  readonly held: readonly HeldAlert[];
  /** Threads that another incident goes on with: theirs was merged into it. */
  readonly moved: readonly { readonly key: string; readonly incidentNumber: number }[];
  /** Up to when the digests of an inbox are done now. */
  readonly digestsDone: Readonly<Record<string, number>>;
}
