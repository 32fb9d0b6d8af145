import { GITHUB_PRICES, isImprovement } from "@oddrun/core";
import type { Store } from "oddrun/internal/adapters/store/index";
import { findingsOfChanges } from "oddrun/internal/operations/summary/findings";
import { readWeekReport, weekSummary } from "oddrun/internal/operations/summary/week-summary";
import type { WatchSummary } from "oddrun/internal/operations/watch/watch-pass";
import type { Session } from "../session.ts";
import { type PassStart, runPass } from "./pass.ts";
import { giveResults } from "./results.ts";
import { oddestScore } from "./watch.ts";

/** A week in one page: what is new, goes on and was over, what the workflows took, and the week's odd runs. Tells nobody. */
export function report(session: Session): Promise<number> {
  return runPass<null>(session, {
    isSending: false,
    tell: null,
    show: (store, start, summary) => show(session, store, start, summary),
  });
}

async function show(
  session: Session,
  store: Store,
  { settings, stateWord }: PassStart,
  { collected }: WatchSummary<null>,
): Promise<boolean> {
  const { world, repository, requestsMax } = session;
  const week = await readWeekReport(
    { store, signal: world.signal, progress: () => {} },
    {
      repository,
      nowMs: world.now(),
      isFirst: false,
      issueUrls: new Map(),
      said: [],
      collected,
      requestsMax,
      passEveryMs: null,
      budget: settings.alerts.budget,
      prices: GITHUB_PRICES,
      otherwiseVisibility: null,
    },
  );
  const findings = findingsOfChanges(week.changes);
  giveResults(session, {
    markdown: weekSummary(week),
    findings,
    isAnomalous: findings.some(({ kind }) => !isImprovement(kind)),
    score: oddestScore(week.oddRuns),
    incidentCount: week.changes.openCount,
    stateWord,
    annotations: [],
  });
  return true;
}
