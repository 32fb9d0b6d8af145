import type { RunsCursor, RunsQuery } from "../api/index.ts";
import type { JudgedRun, RunStore } from "../operations/ports.ts";

/** One page of odd runs, newest completion first. */
export interface OddRunsPage {
  readonly runs: readonly JudgedRun[];
  readonly next: RunsCursor | null;
}

/** Reads no more of the store than the page needs, and what shares the first millisecond with the page before. */
export async function readOddRuns(store: RunStore, { limit, before }: RunsQuery): Promise<OddRunsPage> {
  const skip = before?.skip ?? 0;
  const found = await store.judgedRuns({
    kind: "anomalous",
    limit: skip + limit + 1,
    ...(before === null ? {} : { untilMs: before.untilMs }),
  });
  const runs = found.slice(skip, skip + limit);
  const last = runs.at(-1);
  if (last === undefined || found.length <= skip + limit) return { runs, next: null };
  const untilMs = placeOf(last) + 1;
  const sameMs = runs.filter((each) => placeOf(each) === placeOf(last)).length;
  const carried = before !== null && before.untilMs === untilMs ? skip : 0;
  return { runs, next: { untilMs, skip: carried + sameMs } };
}

/** Where an attempt stands in the order of completion: one whose end is not known stands by its start. */
function placeOf({ run }: JudgedRun): number {
  return run.completedAtMs ?? run.runStartedAtMs ?? run.createdAtMs ?? 0;
}
