import type { Evidence } from "@oddrun/core";
import type { RunsQuery } from "../api/index.ts";
import { currentEvidence } from "../operations/evidence/evidence-current.ts";
import type { EvidenceStore } from "../operations/evidence/evidence-store.ts";
import type { CompletionPlace, JudgedRun, RunStore } from "../operations/ports.ts";
import type { ReportChangesStore } from "../operations/report/report-changes.ts";
import { reportKey } from "../operations/odd-runs/report-odd-runs.ts";

/** What the server reads changes and odd runs from. */
export type OddRunsStore = RunStore & Pick<EvidenceStore, "evidenceOf"> & ReportChangesStore;

export interface ListedRun extends JudgedRun {
  /** What else changed; empty where it was not gathered. */
  readonly evidence: readonly Evidence[];
}

/** One page of odd runs, newest completion first. */
export interface OddRunsPage {
  readonly runs: readonly ListedRun[];
  readonly next: CompletionPlace | null;
}

/** Reads one run more than the page needs: whether there is a page after it. */
export async function readOddRuns(store: OddRunsStore, { limit, before }: RunsQuery): Promise<OddRunsPage> {
  const found = await store.judgedRuns({
    kind: "anomalous",
    limit: limit + 1,
    ...(before === null ? {} : { after: before }),
  });
  const judged = found.slice(0, limit);
  const stored = Map.groupBy(await store.evidenceOf(judged.map(({ run }) => run)), reportKey);
  const runs = judged.map((each) => ({ ...each, evidence: currentEvidence(stored.get(reportKey(each.run)) ?? []) }));
  const last = runs.at(-1);
  return { runs, next: last === undefined || found.length <= limit ? null : placeOf(last) };
}

function placeOf({ run }: JudgedRun): CompletionPlace {
  const { repositoryId, runId, runAttempt } = run;
  const finishedAtMs = run.completedAtMs ?? run.runStartedAtMs ?? run.createdAtMs ?? 0;
  return { finishedAtMs, repositoryId, runId, runAttempt };
}
