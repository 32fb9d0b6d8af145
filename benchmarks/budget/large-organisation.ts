import { type ChangeEvent, type PastReading, seriesId, seriesOf } from "@oddrun/core";
import { type LargeIncident, largeOrganisation } from "@oddrun/core/simulation";

/** The readings of the simulated organisation, made as they are asked for; steps are made, and not looked at. */
export function* largeReadings(
  organisation: ReturnType<typeof largeOrganisation>,
  onBatch: (counts: { readonly runs: number; readonly jobs: number; readonly steps: number }) => void = () => {},
): Generator<PastReading> {
  for (const { runs, jobs, steps } of organisation.batches) {
    onBatch({ runs: runs.length, jobs: jobs.length, steps: steps.length });
    const jobsOf = Map.groupBy(jobs, ({ runId }) => runId);
    for (const run of runs) {
      const { repositoryId, workflowId, runId, completedAtMs, createdAtMs } = run;
      const event = run.event ?? "";
      const branches = run.branch === "main" ? "default" : "topic";
      const mark = { runId, runAttempt: 1, atMs: completedAtMs! };
      const about = { mark, startedAtMs: createdAtMs! };
      const whole = { repositoryId, workflowId, branches, event, scope: "run", job: "", part: "" } as const;
      const hasFailed = run.conclusion === "failure";
      const value = Math.max(1, run.duration.ms!);
      yield { ...about, seriesId: seriesId({ ...whole, measure: "failure" }), value, hasFailed };
      if (!hasFailed) yield { ...about, seriesId: seriesId({ ...whole, measure: "duration" }), value, hasFailed };
      if (event === "schedule")
        yield { ...about, seriesId: seriesId({ ...whole, measure: "schedule" }), value, hasFailed: false };
      for (const { name, conclusion, duration } of jobsOf.get(runId) ?? []) {
        const job = { ...whole, scope: "job", job: name } as const;
        const jobFailed = conclusion === "failure";
        const jobValue = Math.max(1, duration.ms!);
        yield { ...about, seriesId: seriesId({ ...job, measure: "failure" }), value: jobValue, hasFailed: jobFailed };
        if (!jobFailed)
          yield { ...about, seriesId: seriesId({ ...job, measure: "duration" }), value: jobValue, hasFailed: false };
      }
    }
  }
}

const DAY_MS = 24 * 3_600_000;
/** How far a told onset may lie from the planted one. */
const BEFORE_MS = 3 * DAY_MS;
const AFTER_MS = 21 * DAY_MS;

const MEASURE = {
  slower: "duration",
  "slower-aside": "duration",
  failing: "failure",
  silent: "schedule",
  "fleet-slower": "duration",
};

/** The planted incident that a change is about; undefined for a false one. */
export function plantedFor(
  truth: readonly LargeIncident[],
  id: string,
  { onset, direction }: Pick<ChangeEvent, "onset" | "direction">,
): LargeIncident | undefined {
  const { workflowId, measure } = seriesOf(id);
  const fits = (planted: LargeIncident): boolean =>
    MEASURE[planted.kind] === measure &&
    direction === "up" &&
    onset.atMs >= planted.onsetMs - BEFORE_MS &&
    onset.atMs <= Math.min(planted.endMs ?? Number.POSITIVE_INFINITY, planted.onsetMs + AFTER_MS);
  const own = truth.find((planted) => planted.workflowId === workflowId && fits(planted));
  return own ?? truth.find((planted) => planted.kind === "fleet-slower" && fits(planted));
}
