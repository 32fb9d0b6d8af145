import type { HistoryBatch } from "@oddrun/core";
import type { Logger } from "../ports.ts";
import type { CollectedPart, CollectionState, CollectionStore, CollectionTask } from "./collection-store.ts";
import { type CollectScope, scopedReadMarks } from "./collect-scope.ts";
import { type CollectTally, countSaved, newCollectTally, type RequestPurpose } from "./collect-tally.ts";
import { type ClosedWindow, gapsIn } from "./collect-windows.ts";
import { Problem } from "../problems.ts";
import type { ReadMark, RunSource, SourceRepository } from "./run-source.ts";

export interface CollectDeps {
  readonly source: RunSource;
  readonly store: CollectionStore;
  readonly log: Logger;
  readonly now: () => number;
  readonly signal: { readonly aborted: boolean };
  readonly onProgress: (progress: CollectProgress) => void;
}

export interface CollectProgress {
  readonly repositoryCount: number;
  /** Of those, the ones of which at least the newest runs are listed. */
  readonly listedRepositoryCount: number;
  readonly attemptCount: number;
  /** Attempts still to be asked about. */
  readonly tasksLeft: number;
}

/** Why a pass ended before everything was asked. A problem is one that asking more would only meet again. */
export type StopReason = "interrupted" | "requests-used-up" | Problem;

/** Thrown by `ask` instead of sending anything; whoever starts work in a pass ends it quietly on this. */
export class PassStopped extends Error {}

/** How the collection of one repository stands in this pass. */
export interface RepositoryPass {
  readonly repository: SourceRepository;
  /** Completely listed windows under the scope, kept up to date. */
  listed: readonly ClosedWindow[];
  /** As they were when the pass began. */
  readonly listedBefore: readonly ClosedWindow[];
  /** As it is stored. */
  state: CollectionState;
  isLookedBack: boolean;
  /** No pass of the last 24 hours did what is done once a day. */
  readonly isFirstOfDay: boolean;
  isTopListed: boolean;
  arePollsDone: boolean;
  runsPerSecond: number | null;
  /** Runs that this pass was told of and did not know, and the questions they led to. */
  newRuns: number;
  newTasks: number;
  /** Open runs that this pass has seen. */
  readonly seenOpen: Set<number>;
  /** Stretches that could not be listed in this pass, and why the first of them. */
  skipped: readonly ClosedWindow[];
  listProblem: Problem | null;
  /** Why it is left alone. */
  problem: Problem | null;
}

/** One run of the verb: what all its parts share. */
export interface Pass {
  readonly deps: CollectDeps;
  readonly scope: CollectScope;
  readonly tally: CollectTally;
  readonly repositories: RepositoryPass[];
  /** What this pass asked in vain, as `taskKey` has it: not to be asked again by it. */
  readonly failedTasks: Set<string>;
  /** Conclusions that are not known here, each told once. */
  readonly unknownConclusions: Set<string>;
  stopped: StopReason | null;
  serverNowMs(): number;
  scopedMark(mark: ReadMark): ReadMark;
  /** Asks the source, unless the pass has stopped or the source has already sent `sentMax` requests: then `PassStopped`. */
  ask<Answer>(purpose: RequestPurpose, question: () => Promise<Answer>, sentMax?: number): Promise<Answer>;
  /** `isAfterwards`: the runs of the part were counted when they were listed, and now have the times of their jobs. */
  save(part: CollectedPart, isAfterwards?: boolean): Promise<void>;
}

/** Asking more would be of no use: the token, the limit, the line. */
const ENDS_EVERYTHING: ReadonlySet<string> = new Set([
  "github-token-refused",
  "github-limit-persists",
  "github-limit-too-long",
  "github-unreachable",
]);
/** Thrown in place of sending, and at times after it. */
const MAY_NOT_BE_SENT: ReadonlySet<string> = new Set(["github-requests-used-up", "github-limit-too-long"]);
/** So many refusals in a row of what concerns one thing each are no longer about one thing. */
const UNREACHABLE_MAX = 5;

export function startPass(deps: CollectDeps, scope: CollectScope, requestsMax: number | null): Pass {
  const { source, store, signal } = deps;
  const tally = newCollectTally();
  const marks = scopedReadMarks(store, scope);
  let unreachable = 0;
  const pass: Pass = {
    deps,
    scope,
    tally,
    repositories: [],
    failedTasks: new Set(),
    unknownConclusions: new Set(),
    stopped: null,
    serverNowMs: () => deps.now() + source.budget().clockAheadMs,
    scopedMark: (mark) => marks.scoped(mark),
    async ask(purpose, question, sentMax = Number.POSITIVE_INFINITY) {
      if (signal.aborted) pass.stopped ??= "interrupted";
      if (source.budget().sent >= (requestsMax ?? Number.POSITIVE_INFINITY)) pass.stopped ??= "requests-used-up";
      if (pass.stopped !== null || source.budget().sent >= sentMax) throw new PassStopped();
      try {
        const answer = await question();
        tally.requests[purpose] += 1;
        unreachable = 0;
        return answer;
      } catch (error) {
        if (error instanceof Problem && !MAY_NOT_BE_SENT.has(error.code)) tally.requests[purpose] += 1;
        if (signal.aborted) pass.stopped ??= "interrupted";
        else if (error instanceof Problem && error.code === "github-requests-used-up") {
          pass.stopped ??= "requests-used-up";
        } else if (error instanceof Problem && ENDS_EVERYTHING.has(error.code)) {
          const isPerhapsAboutThis = error.code === "github-unreachable" && ++unreachable < UNREACHABLE_MAX;
          if (!isPerhapsAboutThis) pass.stopped ??= error;
        }
        throw pass.stopped === null ? error : new PassStopped();
      }
    },
    async save(part, isAfterwards = false) {
      countSaved(tally, await store.saveCollected(part), isAfterwards);
      tally.steps += part.batch.steps.length;
      tally.tasksLeft += part.newTasks.length;
      report(pass);
    },
  };
  return pass;
}

export function report(pass: Pass): void {
  const { attempts, tasksLeft } = pass.tally;
  pass.deps.onProgress({
    repositoryCount: pass.repositories.length,
    listedRepositoryCount: pass.repositories.filter((of) => of.isTopListed).length,
    attemptCount: attempts.added + attempts.changed + attempts.unchanged,
    tasksLeft: Math.max(0, tasksLeft),
  });
}

/** Does `work` for each item, `width` at a time. The first failure ends it when what is under way has ended. */
export async function inParallel<Item>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let hasFailed = false;
  const loop = async (): Promise<void> => {
    while (!hasFailed) {
      const next = queue.next();
      if (next.done === true) return;
      try {
        await work(next.value);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: width }, loop));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** Does `work` for each repository that can be collected, `width` at a time: what befalls one of them does not stop the others. */
export async function forRepositories(
  pass: Pass,
  width: number,
  work: (of: RepositoryPass) => Promise<void>,
): Promise<void> {
  await inParallel(pass.repositories, width, async (of) => {
    if (of.problem !== null) return;
    try {
      await work(of);
    } catch (error) {
      if (error instanceof PassStopped) return;
      if (!isAboutOneThing(error)) throw error;
      of.problem = error;
      pass.deps.log.warn("repository left out", { repository: of.repository.fullName, problem: error.message });
    }
    report(pass);
  });
}

export async function saveState(
  pass: Pass,
  of: RepositoryPass,
  change: Partial<Omit<CollectionState, "repositoryId" | "scope">>,
): Promise<void> {
  const state = { ...of.state, ...change };
  if (JSON.stringify(state) !== JSON.stringify(of.state)) await pass.deps.store.saveCollectionState(state);
  of.state = state;
}

/**
 * Whether GitHub still shows the repository: when it does not, nothing can be said of what it does not show of it. What stops the pass
 * or the repository is kept there.
 */
export async function isStillThere(pass: Pass, of: RepositoryPass): Promise<boolean> {
  try {
    const { id } = await pass.ask("repositories", () => pass.deps.source.repository(of.repository.fullName));
    return id === of.repository.id;
  } catch (error) {
    if (error instanceof PassStopped) return false;
    if (!isAboutOneThing(error)) throw error;
    of.problem = error;
    return false;
  }
}

/** A refusal by GitHub that says nothing about other repositories. */
export function isAboutOneThing(error: unknown): error is Problem {
  return error instanceof Problem && error.exitCode === 4;
}

/** One that says nothing about the next question to the same repository either. */
export function isAboutOneQuestion(error: unknown): error is Problem {
  return isAboutOneThing(error) && (error.code === "github-unreachable" || error.code === "github-answer-unreadable");
}

type Growing<Item> = Item extends readonly (infer Each)[] ? Each[] : Item;
/** A part while it is put together. */
export type GrowingPart = {
  readonly [Key in keyof Required<CollectedPart>]: Growing<Required<CollectedPart>[Key]>;
} & { readonly batch: { readonly [Table in keyof HistoryBatch]: Growing<HistoryBatch[Table]> } };

export const nothingCollected = (): GrowingPart => ({
  batch: { repositories: [], workflows: [], runs: [], jobs: [], steps: [] },
  listed: [],
  newTasks: [],
  doneTasks: [],
  failedTasks: [],
  readMarks: [],
  goneRuns: [],
  forgotten: [],
});

export const taskKey = ({ repositoryId, runId, runAttempt, kind }: Omit<CollectionTask, "createdAtMs" | "tries">) =>
  `${kind} ${repositoryId} ${runId} ${runAttempt}`;

/** What of the wanted time is not listed, newest first; the top window is not part of it. */
export function unlisted(
  { listed }: { readonly listed: readonly ClosedWindow[] },
  sinceS: number,
  topFromS: number,
): readonly ClosedWindow[] {
  return sinceS >= topFromS ? [] : gapsIn({ fromS: sinceS, toS: topFromS - 1 }, listed);
}
