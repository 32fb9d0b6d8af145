import type { PriceTable, PushBudget, Repository } from "@oddrun/core";
import type { ReplayStoreReport } from "../budget/replay-store.ts";
import { replayStore } from "../budget/replay-store.ts";
import type { CollectionStore } from "../collect/collection-store.ts";
import type { CollectSummary } from "../collect/collect-summary.ts";
import type { EvidenceStore } from "../evidence/evidence-store.ts";
import { explainIncident, type IncidentExplanation } from "../explain/explain-incident.ts";
import { type OddRunsReport, reportOddRuns } from "../odd-runs/report-odd-runs.ts";
import { Problem } from "../problems.ts";
import { type ChangesReport, reportChanges, type ReportChangesStore } from "../report/report-changes.ts";
import { type WatchedWorkflow, watchedWorkflows } from "./watched-workflows.ts";

const DAY_MS = 86_400_000;
/** How far back a summary looks. */
export const SUMMARY_DAYS = 90;
/** Incidents that are explained; of others the table tells. */
const EXPLAINED_MAX = 10;
const INCIDENTS_MAX = 50;
const ODD_DAYS = 7;
const ODD_RUNS_MAX = 10;

/** A message of this pass and what became of it, as the pass over the alerts tells. */
export interface SaidLine {
  readonly word: string;
  /** The message's title; hostile like every text with names. */
  readonly title: string;
  /** As the settings call it. */
  readonly channel: string;
  readonly outcome: "delivered" | "refused" | "later";
  /** Why not; null where it was delivered. */
  readonly why: string | null;
}

/** What a pass of watching knows besides what is stored. */
export interface WatchPass {
  readonly repository: string;
  readonly nowMs: number;
  /** Whether nothing was said before: the summary then tells what there is to watch. */
  readonly isFirst: boolean;
  /** Addresses of the issues about incidents, by number; made from ids, never from texts. */
  readonly issueUrls: ReadonlyMap<number, string>;
  readonly said: readonly SaidLine[];
  /** What the collection of this pass did; null where none was made. */
  readonly collected: Pick<CollectSummary, "requests" | "missing" | "stopped"> | null;
  /** Requests that a pass may take; null without a bound. */
  readonly requestsMax: number | null;
  /** Between two passes; null where that is not known. */
  readonly passEveryMs: number | null;
  readonly budget: PushBudget;
  readonly prices: PriceTable;
  readonly otherwiseVisibility: Repository["visibility"];
}

/** All that a job summary tells. */
export interface WatchReport {
  readonly pass: WatchPass;
  readonly changes: ChangesReport;
  /** By number of the incident, of the dearest that are open. */
  readonly explained: ReadonlyMap<number, IncidentExplanation>;
  /** Of the last seven days; null where nothing was judged. */
  readonly oddRuns: OddRunsReport | null;
  readonly workflows: readonly WatchedWorkflow[];
  /** How many days `workflows` and `runCount` are of. */
  readonly days: number;
  readonly runCount: number;
  readonly firstRunMs: number | null;
  /** What alerts will do, by the stored past; null but on the first pass, and where the past is too short. */
  readonly promise: ReplayStoreReport | null;
}

export type WatchReportStore = ReportChangesStore &
  EvidenceStore &
  Pick<CollectionStore, "workflowsOf"> &
  CollectionStore;

/** Reads what the summary of a pass tells. The promise of a first pass replays the whole store, all else reads a part of it. */
export async function readWatchReport(
  deps: {
    readonly store: WatchReportStore;
    readonly signal: { readonly aborted: boolean };
    readonly progress: (line: string) => void;
  },
  pass: WatchPass,
): Promise<WatchReport> {
  const { store } = deps;
  const { repository, nowMs, prices, otherwiseVisibility } = pass;
  const sinceMs = nowMs - SUMMARY_DAYS * DAY_MS;
  const filter = { repository, sinceMs };
  const changes = await reportChanges(store, { filter, prices, otherwiseVisibility, limit: INCIDENTS_MAX, nowMs });
  const explained = new Map<number, IncidentExplanation>();
  for (const { incident } of changes.open.slice(0, EXPLAINED_MAX)) {
    explained.set(incident.number, await explainIncident(incident.number, store, nowMs));
  }
  const workflows = await watchedWorkflows(store, { ...filter, nowMs, prices, otherwiseVisibility });
  return {
    pass,
    changes,
    explained,
    oddRuns: await oddRunsOf(store, { repository, sinceMs: nowMs - ODD_DAYS * DAY_MS }),
    workflows,
    days: SUMMARY_DAYS,
    runCount: workflows.reduce((sum, { runCount }) => sum + runCount, 0),
    firstRunMs: await firstRunMs(store, repository),
    promise: pass.isFirst ? await promiseOf(deps, pass) : null,
  };
}

async function firstRunMs(store: WatchReportStore, repository: string): Promise<number | null> {
  for await (const run of store.finishedRuns({ repository })) return run.completedAtMs ?? run.runStartedAtMs;
  return null;
}

async function oddRunsOf(
  store: WatchReportStore,
  within: { readonly repository: string; readonly sinceMs: number },
): Promise<OddRunsReport | null> {
  const filter = { ...within, limit: ODD_RUNS_MAX, allVerdicts: false };
  return orNull(() => reportOddRuns(store, filter, ""), ["no-verdicts", "no-runs", "no-such-runs"]);
}

async function promiseOf(
  deps: Parameters<typeof readWatchReport>[0],
  { repository, budget }: WatchPass,
): Promise<ReplayStoreReport | null> {
  const options = { place: "", budget, filter: { repository }, seed: 1 };
  return orNull(() => replayStore(deps, options), ["short-history", "no-runs", "no-such-runs"]);
}

/** What is not there is no fault of a summary. */
async function orNull<Value>(read: () => Promise<Value | null>, codes: readonly string[]): Promise<Value | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Problem && codes.includes(error.code)) return null;
    throw error;
  }
}
