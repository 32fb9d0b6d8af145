import type { AlertWord, Decision, IncidentIdentity } from "@oddrun/core";

/** What a message left behind, where people can see it: enough to know it was said, without any store. */
export interface SaidAlert {
  readonly messageId: string;
  readonly word: AlertWord;
  readonly atMs: number;
  /** The channels that have it. */
  readonly channels: readonly string[];
}

/** What a person asks for on an issue: a comment "/oddrun mute 14d", a label, closing it. */
export interface MirrorOrder {
  /** The same each time it is read: an order is carried out once. */
  readonly id: string;
  readonly decision: Decision;
  readonly who: string;
  readonly note: string | null;
  readonly untilMs: number | null;
  readonly atMs: number;
}

/** What came of an order. */
export interface OrderOutcome {
  readonly isDone: boolean;
  /** One sentence: what holds now, or why it was not done. May hold names from outside. */
  readonly text: string;
}

/** An incident as GitHub shows it: an issue of ours. */
export interface MirroredIncident {
  /** The channel's receipt: the number. */
  readonly receipt: string;
  readonly identity: IncidentIdentity;
  readonly url: string;
  readonly said: readonly SaidAlert[];
  /** Open, closed by Oddrun since it recovered, or closed by a person. */
  readonly state: "open" | "closed-by-oddrun" | "closed-by-person";
  /** In time order; only of people with write access. */
  readonly orders: readonly MirrorOrder[];
}

/** Reads alert state back from where it was said: what makes a lost store no loss. */
export interface AlertMirror {
  /** Every incident that the repository's issues tell of, open ones and those closed not long ago. */
  read(repository: string, options: { readonly sinceMs: number }): Promise<readonly MirroredIncident[]>;
  /** Notes at the incident's issue what other channels have got: so that it is not said there again when the store is lost. */
  note(repository: string, receipt: string, said: readonly SaidAlert[]): Promise<void>;
  /** Tells the person that an order was carried out, or why not. Once per order, however often it is called. */
  answer(repository: string, receipt: string, order: MirrorOrder, outcome: OrderOutcome): Promise<void>;
}
