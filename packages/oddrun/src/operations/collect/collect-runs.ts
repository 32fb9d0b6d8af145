import { listGaps, listTop, lookBack, topFromS as topOf } from "./collect-listing.ts";
import {
  type CollectDeps,
  forRepositories,
  isAboutOneThing,
  type Pass,
  PassStopped,
  type RepositoryPass,
  saveState,
  startPass,
  unlisted,
} from "./collect-pass.ts";
import { pollOpenRuns } from "./collect-polls.ts";
import { collectScope, scopedReadMarks, type ScopePatterns } from "./collect-scope.ts";
import { type CollectSummary, summarize } from "./collect-summary.ts";
import { doTasks } from "./collect-tasks.ts";
import { DAY_S, midnightOf } from "./collect-windows.ts";
import { problem } from "../problems.ts";
import { budgetWarnings } from "../budget/budget-warnings.ts";
import { printable } from "../text/visible-text.ts";
import type { ReadMarks, SourceRepository } from "./run-source.ts";

export type { CollectDeps, CollectProgress } from "./collect-pass.ts";
export type { CollectSummary, MissingPart } from "./collect-summary.ts";

export interface CollectRequest {
  /** Each "owner/name", or "owner" for all of its repositories that the token sees. */
  readonly targets: readonly string[];
  /** Runs created on that day (UTC) or later. */
  readonly sinceMs: number;
  readonly patterns: ScopePatterns;
  /** Ends the pass in good order when so many were sent; null without a bound. */
  readonly requestsMax: number | null;
  /** Questions under way at once. */
  readonly concurrency: number;
  /**
   * Jobs of runs created before then are asked for in turn from every workflow, the default branch's first, and not newest first: where
   * requests are few, so many tell most. Newest first throughout when left out.
   */
  readonly inTurnBeforeMs?: number;
}

/** The read marks that hold for these patterns: what the source is to be given. */
export function readMarksOf(store: ReadMarks, patterns: ScopePatterns): ReadMarks {
  return scopedReadMarks(store, collectScope(patterns));
}

const LOOK_BACK_EVERY_MS = DAY_S * 1000;
/** Every repository is listed so far back before any is listed further: newest first, and something of each. */
const TIERS_S = [7 * DAY_S, 31 * DAY_S, Number.POSITIVE_INFINITY];

/**
 * Collects runs with every attempt, job and step, newest first, and goes on where an earlier pass ended: at any moment what is saved
 * is whole, and what is still to be asked is saved with it. One repository's failure never stops the others. Where the requests are bounded,
 * by the caller or by what the server grants, listing beyond the last week takes at most half of them before jobs are asked for.
 */
export async function collectRuns(deps: CollectDeps, request: CollectRequest): Promise<CollectSummary> {
  const startedAtMs = deps.now();
  const pass = startPass(deps, collectScope(request.patterns), request.requestsMax);
  const failed = await findRepositories(pass, request);
  pass.tally.warnings.push(...budgetWarnings(pass.deps.source.budget()));
  const topFromS = topOf(pass.serverNowMs());
  const sinceS = Math.min(midnightOf(Math.floor(request.sinceMs / 1000)), topFromS);
  const plan: Plan = {
    sinceS,
    topFromS,
    width: request.concurrency,
    inTurnBeforeMs: request.inTurnBeforeMs ?? null,
  };
  if (pass.stopped === null) await runPlan(pass, plan, request.requestsMax);
  await saveStates(pass, plan);
  await refuseVainPatterns(pass, request.patterns);
  return await summarize(pass, { sinceMs: sinceS * 1000, sinceS, topFromS, startedAtMs, failed });
}

interface Plan {
  readonly sinceS: number;
  readonly topFromS: number;
  readonly width: number;
  readonly inTurnBeforeMs: number | null;
}

async function runPlan(pass: Pass, plan: Plan, requestsMax: number | null): Promise<void> {
  await listTier(pass, plan, 0, Number.POSITIVE_INFINITY);
  const { sent, remaining } = pass.deps.source.budget();
  const left = Math.min((requestsMax ?? Number.POSITIVE_INFINITY) - sent, remaining ?? Number.POSITIVE_INFINITY);
  const half = sent + Math.floor(Math.max(0, left) / 2);
  await listTier(pass, plan, 1, half);
  await forRepositories(pass, plan.width, (of) => pollOpenRuns(pass, of, Number.POSITIVE_INFINITY));
  await listTier(pass, plan, 2, half);
  await doTasks(pass, plan.width, plan.inTurnBeforeMs);
  for (const tier of [1, 2]) if (pass.stopped === null) await listTier(pass, plan, tier, Number.POSITIVE_INFINITY);
  if (pass.stopped === null) await doTasks(pass, plan.width, plan.inTurnBeforeMs);
}

async function listTier(pass: Pass, { sinceS, topFromS, width }: Plan, tier: number, sentMax: number): Promise<void> {
  const nowS = topFromS + DAY_S;
  const tierFromS = Math.max(sinceS, midnightOf(nowS - Math.min(TIERS_S[tier] ?? 0, nowS)));
  await forRepositories(pass, width, async (of) => {
    if (!of.isTopListed && of.listProblem === null) await listTop(pass, of, topFromS, sentMax);
    if (tier === 1 && !of.isLookedBack) {
      await lookBack(pass, of, topFromS, sentMax);
    }
    await listGaps(pass, of, { sinceS, tierFromS, topFromS }, sentMax);
  });
}

/** Finds the repositories that are meant, each once. A target that cannot be found is told, and does not stop the others. */
async function findRepositories(
  pass: Pass,
  { targets }: CollectRequest,
): Promise<CollectSummary["repositories"]["failed"]> {
  const { source } = pass.deps;
  const failed: { repository: string; code: string; message: string }[] = [];
  let seenCount = 0;
  const found = new Map<number, { readonly repository: SourceRepository; readonly askedNames: string[] }>();
  const take = (repository: SourceRepository, askedName?: string): void => {
    seenCount += 1;
    if (!pass.scope.takesRepository(repository.fullName)) return;
    const askedNames = found.get(repository.id)?.askedNames ?? [];
    if (askedName !== undefined) askedNames.push(askedName);
    found.set(repository.id, { repository, askedNames });
  };
  for (const target of targets) {
    try {
      if (target.includes("/")) {
        take(await pass.ask("repositories", () => source.repository(target)), target);
        continue;
      }
      const pages = source.repositoriesOf(target)[Symbol.asyncIterator]();
      let count = 0;
      for (;;) {
        const page = await pass.ask("repositories", () => pages.next());
        if (page.done === true) break;
        count += page.value.length;
        for (const repository of page.value) take(repository);
      }
      // the end of the list is told without a request
      pass.tally.requests.repositories -= 1;
      if (count === 0) throw problem("no-repositories", target);
    } catch (error) {
      if (error instanceof PassStopped) break;
      if (!isAboutOneThing(error)) throw error;
      failed.push({ repository: target, code: error.code, message: error.message });
    }
  }
  if (found.size === 0 && seenCount > 0 && pass.stopped === null) throw problem("no-repositories-match", seenCount);
  for (const { repository, askedNames } of pass.deps.signal.aborted ? [] : found.values()) {
    pass.repositories.push(await startRepository(pass, repository, askedNames));
  }
  return failed;
}

/** Reads how a repository stands. One that is new needs no look back: all of it is listed from now on. */
async function startRepository(
  pass: Pass,
  repository: SourceRepository,
  askedNames: readonly string[],
): Promise<RepositoryPass> {
  const { store } = pass.deps;
  await store.adoptRepository(repository, askedNames);
  const state = await store.collectionState(repository.id, pass.scope.key);
  const ofScope = await store.listedWindows(repository.id, pass.scope.key);
  const ofAll = pass.scope.key === "" ? [] : await store.listedWindows(repository.id, "");
  const listed = [...ofScope, ...ofAll];
  const nowMs = pass.serverNowMs();
  const isNew = listed.length === 0 && state.lookedBackAtMs === null;
  const isLookedBack = listed.length === 0 || nowMs - (state.lookedBackAtMs ?? 0) <= LOOK_BACK_EVERY_MS;
  const of: RepositoryPass = {
    repository,
    state,
    listed,
    listedBefore: listed,
    isLookedBack,
    isFirstOfDay: !isLookedBack,
    isTopListed: false,
    arePollsDone: false,
    runsPerSecond: null,
    newRuns: 0,
    newTasks: 0,
    seenOpen: new Set(),
    skipped: [],
    listProblem: null,
    problem: null,
  };
  if (isNew) await saveState(pass, of, { lookedBackAtMs: nowMs });
  return of;
}

/** A pattern that no workflow is called by is a mistake: it would collect nothing for ever. */
async function refuseVainPatterns(pass: Pass, { workflows: { include } }: ScopePatterns): Promise<void> {
  if (include.length === 0 || pass.stopped !== null) return;
  const known = await pass.deps.store.workflowsOf(pass.repositories.map((of) => of.repository.id));
  if (known.length === 0 || known.some((workflow) => pass.scope.takesWorkflow(workflow))) return;
  throw problem("no-workflows-match", [...new Set(known.map(({ name }) => printable(name, 60)))]);
}

/** Keeps for each repository how the pass ended. */
async function saveStates(pass: Pass, { sinceS, topFromS }: Plan): Promise<void> {
  for (const of of pass.repositories) {
    const isDone = of.isTopListed && of.arePollsDone && unlisted(of, sinceS, topFromS).length === 0;
    const { code = null } = of.problem ?? of.listProblem ?? {};
    await saveState(pass, of, {
      problem: code,
      ...(isDone && code === null && pass.stopped === null ? { completedAtMs: pass.serverNowMs() } : {}),
    });
  }
}
