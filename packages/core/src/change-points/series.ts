import type { BranchClass } from "../pipeline/index.ts";

/** Whether a series is about whole runs, one job of them, one step, or the runners of one set of labels. */
export type SeriesScope = "run" | "job" | "step" | "runner";

/** What a series measures: one number a run, or whether it failed, or when it came. */
export type SeriesMeasure = "duration" | "queue-time" | "failure" | "schedule" | "cost" | "metric";

/**
 * One measure of one context, in order of completion: what a detector looks at. Names come from outside and are hostile wherever
 * they are shown.
 */
export interface Series {
  readonly repositoryId: number;
  /** 0 for a series of runners, which belongs to no one workflow. */
  readonly workflowId: number;
  readonly branches: BranchClass;
  readonly event: string;
  readonly scope: SeriesScope;
  readonly measure: SeriesMeasure;
  /** The job's name; "" for whole runs. Of runners the labels, in alphabetical order, joined by ",". */
  readonly job: string;
  /** The step's name; "" where it is not about a step. Of a joined metric the metric's name. */
  readonly part: string;
}

/** The series as one text, the same for the same series and for no other: the key that states and changes are kept under. */
export function seriesId(series: Series): string {
  const { repositoryId, workflowId, branches, event, scope, measure, job, part } = series;
  return JSON.stringify([repositoryId, workflowId, branches, event, scope, measure, job, part]);
}

/** The series that `seriesId` gave this id to. */
export function seriesOf(id: string): Series {
  const [repositoryId, workflowId, branches, event, scope, measure, job, part] = JSON.parse(id) as [
    number,
    number,
    BranchClass,
    string,
    SeriesScope,
    SeriesMeasure,
    string,
    string,
  ];
  return { repositoryId, workflowId, branches, event, scope, measure, job, part };
}
