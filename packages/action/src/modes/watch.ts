import { GITHUB_PRICES, isImprovement } from "@oddrun/core";
import type { Store } from "oddrun/internal/adapters/store/index";
import type { OddRunsReport } from "oddrun/internal/operations/odd-runs/report-odd-runs";
import { findingsOfChanges } from "oddrun/internal/operations/summary/findings";
import { readWatchReport } from "oddrun/internal/operations/summary/watch-report";
import { watchSummary } from "oddrun/internal/operations/summary/watch-summary";
import type { WatchSummary } from "oddrun/internal/operations/watch/watch-pass";
import { booleanInput } from "../inputs.ts";
import type { Session } from "../session.ts";
import { type PassStart, runPass } from "./pass.ts";
import { giveResults } from "./results.ts";

/** Collects, judges, tells, and shows a summary. Answers the exit code. */
export function watch(session: Session): Promise<number> {
  const isSending = session.mayWrite && !booleanInput(session.world.env, "dry-run");
  return runPass<null>(session, {
    isSending,
    tell: null,
    show: (store, start, summary) => show(session, store, start, summary),
  });
}

async function show(
  session: Session,
  store: Store,
  { settings, stateWord, watchedAtMs }: PassStart,
  { collected }: WatchSummary<null>,
): Promise<boolean> {
  const { world, repository, requestsMax } = session;
  const issueUrls = new Map<number, string>();
  const report = await readWatchReport(
    { store, signal: world.signal, progress: () => {} },
    {
      repository,
      nowMs: world.now(),
      isFirst: stateWord !== "restored" && watchedAtMs === null,
      issueUrls,
      said: [],
      collected,
      requestsMax,
      passEveryMs: null,
      budget: settings.alerts.budget,
      prices: GITHUB_PRICES,
      otherwiseVisibility: null,
    },
  );
  const findings = findingsOfChanges(report.changes, issueUrls);
  giveResults(session, {
    markdown: watchSummary(report),
    findings,
    isAnomalous: findings.some(({ kind }) => !isImprovement(kind)),
    score: oddestScore(report.oddRuns),
    incidentCount: report.changes.openCount,
    stateWord,
    annotations: [],
  });
  return true;
}

export function oddestScore(odd: OddRunsReport | null): number | null {
  const scores = (odd?.listed ?? []).flatMap(({ judged: { verdict } }) => ("score" in verdict ? [verdict.score] : []));
  return scores.length === 0 ? null : Math.max(...scores);
}
