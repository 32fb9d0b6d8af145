import type {
  AcceptedChange,
  ChangeKey,
  ChangeWord,
  Incident,
  IncidentEvent,
  IncidentRecord,
  IncidentState,
  RaisedBar,
} from "@oddrun/core";

export interface IncidentFilter {
  /** "owner/name", in any letter case: incidents with a change of it. */
  readonly repository?: string;
  /** The workflow's name, or its file with or without its folder: incidents with a change of it. */
  readonly workflow?: string;
  readonly numbers?: readonly number[];
  readonly states?: readonly IncidentState[];
  /** Not over before this instant. */
  readonly sinceMs?: number;
}

/** What is to be kept of a decision over incidents. */
export interface IncidentAmendment {
  /** Records that are new, or have further lines, changes or fewer changes: no line of a history is ever taken away. */
  readonly records: readonly IncidentRecord[];
  /** How far what was said of changes is now read: `place` of a `StoredChange`; as before where it is not given. */
  readonly readPlace?: number;
}

/** What is kept beside the incidents that are asked for. */
export interface IncidentLedger {
  readonly nextNumber: number;
  readonly readPlace: number;
}

/** A workflow with the first and last end of its finished runs. */
export interface WorkflowActivity {
  readonly repositoryId: number;
  readonly workflowId: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Keeps incidents: what they are made of, and an append-only history of each. */
export interface IncidentStore {
  /**
   * Amends incidents in one transaction: `decide` is given those with a change or number that is named, and those whose anchor lies
   * at `sinceMs` or later (null: no others), by number; nobody else amends any meanwhile. All of its answer is kept, or nothing.
   */
  amendIncidents<Answer extends IncidentAmendment>(
    wanted: {
      readonly changes: readonly ChangeKey[];
      readonly numbers?: readonly number[];
      readonly sinceMs: number | null;
    },
    decide: (known: readonly IncidentRecord[], ledger: IncidentLedger) => Answer,
  ): Promise<Answer>;
  /** How far what was said of changes is read into incidents. */
  readPlace(): Promise<number>;
  /** As they stand at `nowMs`; newest number first. */
  incidents(filter: IncidentFilter, nowMs: number): Promise<readonly Incident[]>;
  /** null when there is none of that number. */
  incident(number: number, nowMs: number): Promise<Incident | null>;
  /** How many incidents there are, in any state. */
  countIncidents(): Promise<number>;
  /** The factors on thresholds that people's "not an anomaly" raised, and since when, by series id; a series that is not named has 1. */
  barsOfSeries(): Promise<ReadonlyMap<string, RaisedBar>>;
  /** Changes whose provisional level is usual now, because a person accepted it. */
  acceptedChanges(): Promise<readonly AcceptedChange[]>;
  /** Every workflow that has finished runs. */
  workflowActivity(): Promise<readonly WorkflowActivity[]>;
}

export type { AcceptedChange, ChangeWord, Incident, IncidentEvent, IncidentRecord };
