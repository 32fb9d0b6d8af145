import { GITHUB_PRICES } from "@oddrun/core";
import type { Store } from "oddrun/internal/adapters/store/index";
import { type OddRunsReport, reportOddRuns } from "oddrun/internal/operations/odd-runs/report-odd-runs";
import { reportChanges } from "oddrun/internal/operations/report/report-changes";
import { changesMarkdown } from "oddrun/internal/operations/report/report-changes-markdown";
import { reportMarkdown } from "oddrun/internal/operations/report/report-markdown";
import { findingsOfChanges } from "oddrun/internal/operations/summary/findings";
import { Problem } from "oddrun/ports";
import type { Session } from "../session.ts";
import { type PassStart, runPass } from "./pass.ts";
import { giveResults } from "./results.ts";
import { oddestScore } from "./watch.ts";

const WEEK_MS = 7 * 86_400_000;
const LISTED_MAX = 20;

/** A week in one page: what is open and what was over since, what it costs, and the week's odd runs. Tells nobody. */
export function report(session: Session): Promise<number> {
  return runPass<null>(session, {
    isSending: false,
    tell: null,
    show: (store, start) => show(session, store, start),
  });
}

async function show(session: Session, store: Store, { stateWord }: PassStart): Promise<boolean> {
  const { world, repository, dataDir } = session;
  const nowMs = world.now();
  const filter = { repository, sinceMs: nowMs - WEEK_MS };
  const options = { filter, prices: GITHUB_PRICES, otherwiseVisibility: null, limit: LISTED_MAX, nowMs };
  const changes = await reportChanges(store, options);
  const odd = await oddRunsOf(store, { ...filter, limit: LISTED_MAX, allVerdicts: false }, dataDir);
  const findings = findingsOfChanges(changes);
  const heading = `# Oddrun: the week up to ${new Date(nowMs).toISOString().slice(0, 10)}`;
  giveResults(session, {
    markdown: [heading, changesMarkdown(changes), ...(odd === null ? [] : [reportMarkdown(odd)])].join("\n\n"),
    findings,
    isAnomalous: changes.open.length > 0,
    score: oddestScore(odd),
    incidentCount: changes.openCount,
    stateWord,
    annotations: [],
  });
  return true;
}

/** A week without a run has nothing to list. */
async function oddRunsOf(
  store: Store,
  filter: Parameters<typeof reportOddRuns>[1],
  place: string,
): Promise<OddRunsReport | null> {
  try {
    return await reportOddRuns(store, filter, place);
  } catch (error) {
    if (error instanceof Problem && ["no-runs", "no-verdicts", "no-such-runs"].includes(error.code)) return null;
    throw error;
  }
}
