import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GITHUB_PRICES } from "@oddrun/core";
import type { Store } from "oddrun/internal/adapters/store/index";
import { changesJson } from "oddrun/internal/operations/report/report-changes-json";
import { readWatchReport } from "oddrun/internal/operations/summary/watch-report";
import { watchSummary } from "oddrun/internal/operations/summary/watch-summary";
import type { WatchSummary } from "oddrun/internal/operations/watch/watch-pass";
import type { Session } from "../session.ts";
import type { WatchStart } from "./watch.ts";

const FINDINGS_MAX = 50;

/** The job's summary, and the outputs. */
export async function writeSummary(
  session: Session,
  store: Store,
  { settings, stateWord, watchedAtMs }: WatchStart,
  { collected }: WatchSummary<unknown>,
): Promise<void> {
  const { files, world, repository, requestsMax } = session;
  const report = await readWatchReport(
    { store, signal: world.signal, progress: () => {} },
    {
      repository,
      nowMs: world.now(),
      isFirst: stateWord !== "restored" && watchedAtMs === null,
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
  const { changes, oddRuns } = report;
  writeText(session, watchSummary(report));
  const scores = (oddRuns?.listed ?? []).flatMap(({ judged: { verdict } }) =>
    "score" in verdict ? [verdict.score] : [],
  );
  files.setOutput("anomalous", String(changes.open.length > 0));
  files.setOutput("score", scores.length === 0 ? "" : Math.max(...scores).toFixed(3));
  files.setOutput("findings", JSON.stringify(changesJson(changes).open.slice(0, FINDINGS_MAX)));
  files.setOutput("incidents", String(changes.openCount));
  files.setOutput("state", stateWord);
}

/** Adds to the job's summary, and leaves the same as a file for later steps. */
export function writeText({ files, dataDir }: Pick<Session, "files" | "dataDir">, markdown: string): void {
  const path = join(dataDir, "summary.md");
  writeFileSync(path, markdown);
  files.addSummary(markdown);
  files.setOutput("summary-file", path);
}
