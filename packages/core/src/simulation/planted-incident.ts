export type IncidentKind =
  | "slow-run"
  | "fast-run"
  | "hanging-step"
  | "queue-jam"
  | "lasting-step"
  | "lasting-ramp"
  | "lasting-recovered"
  | "failure-storm"
  | "silenced-schedule"
  | "queue-growth";

/** Where the time or the failures of an incident come from: what an account of its minutes should name. */
export type PlantedCause =
  /** One step; `jobName` is without matrix values. */
  | { readonly kind: "step"; readonly jobName: string; readonly stepName: string }
  | { readonly kind: "queue" }
  /** Every step takes longer, or shorter, alike. */
  | { readonly kind: "everything" }
  | { readonly kind: "failures" }
  | { readonly kind: "silence" };

/** What was planted and where. Nothing in the history itself tells it. */
export interface PlantedIncident {
  readonly kind: IncidentKind;
  readonly repositoryId: number;
  readonly workflowId: number;
  /** The runs that carry it, in order of creation; none for a silenced schedule, whose runs are missing. */
  readonly runIds: readonly number[];
  readonly onsetMs: number;
  /** null when it lasts to the end of the history. */
  readonly endMs: number | null;
  /** What it multiplies: the work of a run, for queues the waiting, for storms the successes, for silence the runs. */
  readonly factor: number;
  readonly cause: PlantedCause;
  /** In words. */
  readonly what: string;
}

/** What an incident does to one run. */
export interface RunEffects {
  readonly workFactor: number;
  readonly queueFactor: number;
  readonly queueExtraSeconds: number;
  readonly slowStep: { readonly jobName: string; readonly stepName: string; readonly extraSeconds: number } | null;
  readonly fate: "as-it-comes" | "succeeds" | "fails" | "never-starts";
}

export const NO_EFFECTS: RunEffects = {
  workFactor: 1,
  queueFactor: 1,
  queueExtraSeconds: 0,
  slowStep: null,
  fate: "as-it-comes",
};

/** An incident with its runs as places in the plan, before they have ids, and what it does to each. */
export interface PlannedIncident extends Omit<PlantedIncident, "runIds"> {
  readonly effects: ReadonlyMap<number, RunEffects>;
}
