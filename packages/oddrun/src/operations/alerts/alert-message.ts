import type { AlertWord, IncidentIdentity, IncidentKind } from "@oddrun/core";

/** One thing a message says, with its heading: "Since", "How sure", "Where", "Costs", "What else changed". */
export interface AlertFact {
  readonly label: string;
  /** One line. May hold names from outside: each channel makes it harmless in its own format. */
  readonly text: string;
}

export interface AlertLink {
  readonly label: string;
  /** https, made by Oddrun from ids; never a text from outside. */
  readonly url: string;
}

/** An incident as a line of a digest or a storm. */
export interface AlertLine {
  readonly incidentNumber: number;
  readonly kind: IncidentKind;
  readonly text: string;
  readonly link: AlertLink | null;
}

/**
 * What is to be said, the same for every channel. Every text in it but urls may hold names from GitHub, which are hostile: they
 * are one line each, visible and cut (`printable`), and nothing more is promised.
 */
export interface AlertMessage {
  /** The same for all tries to deliver it and for no other message: what a receiver, and a store, tell repeats by. */
  readonly id: string;
  readonly word: AlertWord;
  readonly atMs: number;
  /** null for what is about no one incident. */
  readonly incident: AlertIncident | null;
  readonly repository: AlertRepository | null;
  /** Where it happened; null for several, and for runners. */
  readonly workflow: { readonly id: number; readonly name: string; readonly path: string | null } | null;
  /** "octo-org/shop CI takes longer", at most 120 characters. */
  readonly title: string;
  /** In the order to be read: what, since when, how sure, which step, what it costs, what changed. */
  readonly facts: readonly AlertFact[];
  /** Of "storm" and "digest". */
  readonly lines: readonly AlertLine[];
  /** The first is the one to open. */
  readonly links: readonly AlertLink[];
  /** How to say "enough": a sentence for a channel without an answer of its own. */
  readonly howToMute: string;
}

export interface AlertIncident {
  readonly number: number;
  readonly kind: IncidentKind;
  readonly identity: IncidentIdentity;
}

export interface AlertRepository {
  readonly id: number;
  /** "owner/name" as it is now. */
  readonly fullName: string;
  /** "https://github.com", or that of an Enterprise Server. */
  readonly webUrl: string;
}
