import type { Evidence, Verdict } from "@oddrun/core";
import { currentEvidence } from "../evidence/evidence-current.ts";
import type { EvidenceStore } from "../evidence/evidence-store.ts";
import type { AttemptKey, JudgedRun, RunFilter, RunStore } from "../ports.ts";
import { problem } from "../problems.ts";

export interface ReportFilter extends RunFilter {
  /** Only the newest this many runs are listed; all are counted. */
  readonly limit: number;
  /** Lists every verdict, not the odd runs alone. */
  readonly allVerdicts: boolean;
}

export interface OddRunsReport {
  /** Newest completion first. */
  readonly listed: readonly JudgedRun[];
  readonly filter: ReportFilter;
  /** Latest verdicts within the filter, by kind. */
  readonly counts: Readonly<Record<Verdict["kind"], number>>;
  /** Finished attempts within the filter that have no verdict. */
  readonly unjudgedCount: number;
  /** What else changed, of the listed runs of which that was gathered; by `reportKey`. */
  readonly evidence: ReadonlyMap<string, readonly Evidence[]>;
}

export const reportKey = ({ repositoryId, runId, runAttempt }: AttemptKey): string =>
  `${repositoryId}/${runId}/${runAttempt}`;

/**
 * The odd runs within the filter, newest first.
 *
 * @throws Problem "no-such-runs" when no run has the repository or workflow asked for, "no-runs" when nothing is stored, "no-verdicts" when nothing of it has been judged; `place` names the store
 * in their messages.
 */
export async function reportOddRuns(
  store: RunStore & EvidenceStore,
  filter: ReportFilter,
  place: string,
): Promise<OddRunsReport> {
  const { limit, allVerdicts, ...within } = filter;
  const runCount = await store.countRuns(within);
  const counts = await store.countVerdicts(within);
  const judgedCount = counts.anomalous + counts.usual + counts["too-little-history"] + counts["not-judged"];
  if (judgedCount === 0) {
    if ((await store.countRuns()) === 0) throw problem("no-runs", place);
    if (runCount > 0) throw problem("no-verdicts", place);
    await refuseUnknownNames(store, filter, place);
  }
  const listed = await store.judgedRuns({ ...within, limit, ...(allVerdicts ? {} : { kind: "anomalous" as const }) });
  const stored = Map.groupBy(await store.evidenceOf(listed.map(({ run }) => run)), reportKey);
  const evidence = new Map([...stored].map(([key, ofRun]) => [key, currentEvidence(ofRun)]));
  return { listed, filter, counts, unjudgedCount: Math.max(0, runCount - judgedCount), evidence };
}

/** A misspelt name must not look like a repository in which all is well. */
async function refuseUnknownNames(
  store: RunStore,
  { repository, workflow }: ReportFilter,
  place: string,
): Promise<void> {
  const named = {
    ...(repository === undefined ? {} : { repository }),
    ...(workflow === undefined ? {} : { workflow }),
  };
  if ((await store.countRuns(named)) > 0) return;
  throw problem("no-such-runs", [repository, workflow].filter((name) => name !== undefined).join(", "), place);
}
