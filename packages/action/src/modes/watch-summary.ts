import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GITHUB_PRICES } from "@oddrun/core";
import type { Store } from "oddrun/internal/adapters/store/index";
import { reportOddRuns } from "oddrun/internal/operations/odd-runs/report-odd-runs";
import { reportChanges } from "oddrun/internal/operations/report/report-changes";
import { changesJson } from "oddrun/internal/operations/report/report-changes-json";
import { changesMarkdown } from "oddrun/internal/operations/report/report-changes-markdown";
import { reportMarkdown } from "oddrun/internal/operations/report/report-markdown";
import type { WatchSummary } from "oddrun/internal/operations/watch/watch-pass";
import type { Session } from "../session.ts";
import type { StateWord } from "./collect.ts";

const WEEK_MS = 7 * 86_400_000;
const LISTED_MAX = 20;

/** The job's summary, and the outputs. */
export async function writeSummary(
  { files, world, dataDir }: Session,
  store: Store,
  { judged }: WatchSummary<unknown>,
  stateWord: StateWord,
): Promise<void> {
  const nowMs = world.now();
  const options = { filter: {}, prices: GITHUB_PRICES, otherwiseVisibility: null, limit: LISTED_MAX, nowMs };
  const changes = await reportChanges(store, options);
  const filter = { limit: LISTED_MAX, allVerdicts: false, sinceMs: nowMs - WEEK_MS };
  const odd = judged === null ? null : await reportOddRuns(store, filter, dataDir);
  const markdown = [changesMarkdown(changes), ...(odd === null ? [] : [reportMarkdown(odd)])].join("\n");
  const path = join(dataDir, "summary.md");
  writeFileSync(path, markdown);
  files.addSummary(markdown);
  const scores = (odd?.listed ?? []).flatMap(({ judged: { verdict } }) => ("score" in verdict ? [verdict.score] : []));
  files.setOutput("anomalous", String(changes.open.length > 0));
  files.setOutput("score", scores.length === 0 ? "" : Math.max(...scores).toFixed(3));
  files.setOutput("findings", JSON.stringify(changesJson(changes).open ?? []));
  files.setOutput("incidents", String(changes.openCount));
  files.setOutput("summary-file", path);
  files.setOutput("state", stateWord);
}
