import { GITHUB_PRICES, isImprovement } from "@oddrun/core";
import type { Store } from "oddrun/internal/adapters/store/index";
import type { OddRunsReport } from "oddrun/internal/operations/odd-runs/report-odd-runs";
import { findingsOfChanges } from "oddrun/internal/operations/summary/findings";
import { annotationsOf } from "oddrun/internal/operations/summary/annotations";
import { readWatchReport } from "oddrun/internal/operations/summary/watch-report";
import { watchSummary } from "oddrun/internal/operations/summary/watch-summary";
import type { AlertsPass } from "oddrun/internal/operations/alerts/alerts-pass";
import type { WatchSummary } from "oddrun/internal/operations/watch/watch-pass";
import { booleanInput } from "../inputs.ts";
import type { Session } from "../session.ts";
import { type PassStart, runPass } from "./pass.ts";
import { giveResults } from "./results.ts";
import { hasSpoken, issueUrls, saidLines, tellAlerts } from "./tell.ts";

/** Collects, judges, tells, and shows a summary. Answers the exit code. */
export function watch(session: Session): Promise<number> {
  const { world, mayWrite, isHome, commands } = session;
  const isDryRun = booleanInput(world.env, "dry-run");
  if (!isHome) commands.line("not on the default branch: nobody is told anything, and nothing is kept");
  else if (isDryRun) commands.line("dry run: nobody is told of anything");
  const isSending = mayWrite && isHome && !isDryRun;
  return runPass<AlertsPass | null>(session, {
    isSending,
    tell: isSending ? (store, start) => tellAlerts(session, store, start) : null,
    isNews: hasSpoken,
    show: (store, start, summary) => show(session, store, start, summary),
  });
}

async function show(
  session: Session,
  store: Store,
  { settings, stateWord, isFirst }: PassStart,
  { collected, alerts }: WatchSummary<AlertsPass | null>,
): Promise<boolean> {
  const { world, repository, requestsMax } = session;
  const urls = await issueUrls(session, store, settings);
  const report = await readWatchReport(
    { store, signal: world.signal, progress: () => {} },
    {
      repository,
      nowMs: world.now(),
      isFirst,
      issueUrls: urls,
      said: alerts === null ? [] : saidLines(alerts),
      collected,
      requestsMax,
      passEveryMs: null,
      budget: settings.alerts.budget,
      prices: GITHUB_PRICES,
      otherwiseVisibility: null,
    },
  );
  const findings = findingsOfChanges(report.changes, urls);
  const worse = findings.filter(({ kind }) => !isImprovement(kind));
  giveResults(session, {
    markdown: watchSummary(report),
    findings,
    isAnomalous: worse.length > 0,
    score: oddestScore(report.oddRuns),
    incidentCount: report.changes.openCount,
    stateWord,
    annotations: annotationsOf(worse.filter((finding) => !finding.isNoted)),
  });
  return true;
}

export function oddestScore(odd: OddRunsReport | null): number | null {
  const scores = (odd?.listed ?? []).flatMap(({ judged: { verdict } }) => ("score" in verdict ? [verdict.score] : []));
  return scores.length === 0 ? null : Math.max(...scores);
}
