import type { ChangeEvent, Series } from "../change-points/index.ts";
import type { IncidentKind } from "./kind.ts";

/** Which change of which series: all words about one change share it. */
export interface ChangeKey {
  readonly seriesId: string;
  readonly changeNumber: number;
}

/** What a detector said of a series. */
export interface ChangeWord {
  readonly seriesId: string;
  readonly event: ChangeEvent;
  /**
   * True where a run that came late takes back what was said of this change before: the event says what holds now. Where nothing
   * does it is "withdrawn", and a later word of the same number is about another change.
   */
  readonly isCorrection?: boolean;
}

/** A change that belongs to an incident: what was said of it first, and last. */
export interface IncidentChange extends ChangeKey {
  readonly first: ChangeEvent;
  readonly latest: ChangeEvent;
}

/** What happened to an incident. The first six are words about a change, the next three about incidents, the rest a person's. */
export type IncidentWord =
  | "suspected"
  | "told"
  | "grown"
  | "recovered"
  | "settled"
  | "withdrawn"
  /** So many repositories moved at once that the cause lies outside of them. */
  | "fleet-wide"
  /** Another incident turned out to be this one. */
  | "absorbed"
  /** It turned out to be another incident, and is over as such. */
  | "merged"
  | "acknowledged"
  | "muted"
  | "accepted"
  | "rejected"
  /** A person took back what was said of it by people. */
  | "reopened";

/** One line of an incident's history, which is only ever appended to. */
export interface IncidentEvent {
  /** 1 for the first of the incident. */
  readonly place: number;
  readonly what: IncidentWord;
  /** Of a word about a change the end of the run after which it was said, else when it happened. */
  readonly atMs: number;
  /** "oddrun", or the name of a person, which is hostile wherever it is shown. */
  readonly who: string;
  /** Of a word about a change: what was said of that change before does not hold. */
  readonly isCorrection: boolean;
  readonly note: string | null;
  readonly change: ChangeKey | null;
  /** Of "muted" until when. */
  readonly untilMs: number | null;
  /** Of "absorbed" and "merged" the other incident's number. */
  readonly other: number | null;
}

/** An incident as it is kept: what it is made of and what happened to it. Its state follows from these. */
export interface IncidentRecord {
  /** Given once, in the order in which incidents came up. */
  readonly number: number;
  /** Where it was first seen. */
  readonly repositoryId: number;
  readonly family: string;
  /** The onset of the change that it began with, to which further changes are compared; later words don't move it. */
  readonly anchorMs: number;
  /** How far from there the cause may lie, because runs are few. */
  readonly slackMs: number;
  /** When the first word about it was said: the end of that run. */
  readonly openedAtMs: number;
  /** By series, then number. */
  readonly changes: readonly IncidentChange[];
  /** By place. */
  readonly history: readonly IncidentEvent[];
}

/**
 * *Suspected* is shown and never pushed; it becomes *new* or *withdrawn*. *New* and *grown* turn *ongoing* after a day.
 * *Recovered*, *accepted*, *rejected*, *withdrawn* and *merged* are over.
 */
export type IncidentState =
  | "suspected"
  | "new"
  | "grown"
  | "ongoing"
  | "acknowledged"
  | "muted"
  | "recovered"
  | "accepted"
  | "rejected"
  | "withdrawn"
  | "merged";

export const INCIDENT_STATES: readonly IncidentState[] = [
  "suspected",
  "new",
  "grown",
  "ongoing",
  "acknowledged",
  "muted",
  "recovered",
  "accepted",
  "rejected",
  "withdrawn",
  "merged",
];

/** Where one change of an incident stands. */
export interface ChangeStanding extends IncidentChange {
  readonly series: Series;
  readonly kind: IncidentKind;
  readonly standing: "suspected" | "told" | "withdrawn" | "recovered" | "settled";
}

/** An incident as it stands at an instant. */
export interface Incident extends Omit<IncidentRecord, "changes"> {
  readonly kind: IncidentKind;
  readonly state: IncidentState;
  readonly isOver: boolean;
  readonly isFleetWide: boolean;
  /** Every repository with a change in it, in the order of their ids. */
  readonly repositoryIds: readonly number[];
  /** The change that stands for it comes first, then by weight: whole runs, runners, jobs, steps. */
  readonly changes: readonly ChangeStanding[];
  /** The earliest onset of its leading changes. */
  readonly onsetMs: number;
  /** When it was over; null while it is not. */
  readonly overAtMs: number | null;
  /** While muted. */
  readonly mutedUntilMs: number | null;
  /** While merged. */
  readonly mergedInto: number | null;
}

/** "INC-7": how people and programs call an incident. */
export const incidentName = (number: number): string => `INC-${number}`;

/** The number in "INC-7", "inc-7" or "7"; null for anything else. */
export function incidentNumber(text: string): number | null {
  const [, digits] = /^(?:inc-?)?([1-9]\d{0,14})$/i.exec(text.trim()) ?? [];
  return digits === undefined ? null : Number(digits);
}
