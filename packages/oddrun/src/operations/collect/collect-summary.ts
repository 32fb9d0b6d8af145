import type { CollectionTask } from "./collection-store.ts";
import { type Pass, type RepositoryPass, unlisted } from "./collect-pass.ts";
import type { CollectTally } from "./collect-tally.ts";
import { TRIES_MAX } from "./collect-tasks.ts";
import { type ClosedWindow, lengthS } from "./collect-windows.ts";

const PAGE_RUNS = 100;

/** What is still missing of one repository. Instants are milliseconds since 1970 UTC. */
export interface MissingPart {
  readonly repository: string;
  /** Times of creation of which no run is listed yet, newest first. */
  readonly unlisted: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly attemptsToAsk: number;
  readonly jobsToAsk: number;
  /** Requests that it takes, as far as can be told. */
  readonly requestsNeeded: number;
}

export interface CollectSummary extends Omit<CollectTally, "requests" | "tasksLeft"> {
  readonly sinceMs: number;
  readonly startedAtMs: number;
  readonly tookMs: number;
  readonly requests: CollectTally["requests"] & {
    readonly sent: number;
    /** Of all sent, answered with "not modified". */
    readonly notModified: number;
    /** Of all sent, sent again after a refusal, a fault or a redirect. */
    readonly sentAgain: number;
    /** The rest: further pages, tokens, new names, and what was broken off. */
    readonly further: number;
  };
  readonly repositories: {
    readonly collected: number;
    /** Not collected, or not all that was asked about them. */
    readonly failed: readonly { readonly repository: string; readonly code: string; readonly message: string }[];
  };
  readonly missing: readonly MissingPart[];
  /** Why it ended before everything was asked; null when everything was. */
  readonly stopped:
    | { readonly reason: "interrupted" | "requests-used-up" }
    | { readonly reason: "problem"; readonly code: string; readonly message: string; readonly exitCode: number }
    | null;
}

export async function summarize(
  pass: Pass,
  about: {
    readonly sinceMs: number;
    readonly sinceS: number;
    readonly topFromS: number;
    readonly startedAtMs: number;
    readonly failed: CollectSummary["repositories"]["failed"];
  },
): Promise<CollectSummary> {
  const { source, store, now } = pass.deps;
  const { requests, tasksLeft: _, ...counts } = pass.tally;
  const sound = pass.repositories.filter((of) => of.problem === null);
  const ids = sound.map((of) => of.repository.id);
  const tasks = await store.countTasks(ids, TRIES_MAX - 1);
  const allTasks = await store.countTasks(ids, Number.MAX_SAFE_INTEGER);
  const { sent, unchanged, sentAgain } = source.budget();
  const asked = Object.values(requests).reduce((sum, count) => sum + count, 0);
  const { stopped } = pass;
  return {
    ...counts,
    givenUpTasks: sumOf(allTasks) - sumOf(tasks),
    sinceMs: about.sinceMs,
    startedAtMs: about.startedAtMs,
    tookMs: now() - about.startedAtMs,
    requests: { ...requests, sent, notModified: unchanged, sentAgain, further: Math.max(0, sent - asked - sentAgain) },
    repositories: {
      collected: sound.filter((of) => of.listProblem === null).length,
      failed: [
        ...about.failed,
        ...pass.repositories.flatMap(({ repository: { fullName }, problem, listProblem }) => {
          const why = problem ?? listProblem;
          if (why === null) return [];
          const message = problem === null ? `Not all of its runs are listed. ${why.message}` : why.message;
          return [{ repository: fullName, code: why.code, message }];
        }),
      ],
    },
    missing: sound.map((of) => missingOf(of, about, tasks)).filter(({ requestsNeeded }) => requestsNeeded > 0),
    stopped:
      stopped === null || typeof stopped === "string"
        ? stopped && { reason: stopped }
        : { reason: "problem", code: stopped.code, message: stopped.message, exitCode: stopped.exitCode },
  };
}

function missingOf(
  of: RepositoryPass,
  { sinceS, topFromS }: { readonly sinceS: number; readonly topFromS: number },
  tasks: readonly (Pick<CollectionTask, "repositoryId" | "kind"> & { readonly count: number })[],
): MissingPart {
  const toAsk = (kind: CollectionTask["kind"]): number =>
    tasks.find((task) => task.repositoryId === of.repository.id && task.kind === kind)?.count ?? 0;
  const [attemptsToAsk, jobsToAsk] = [toAsk("attempt"), toAsk("jobs")];
  const windows = unlisted(of, sinceS, topFromS);
  const runsUnlisted = Math.round(windows.reduce((sum, window) => sum + lengthS(window), 0) * (of.runsPerSecond ?? 0));
  const questions = of.newRuns === 0 ? 1 : of.newTasks / of.newRuns;
  const lists = windows.length + (of.isTopListed ? 0 : 1) + Math.floor(runsUnlisted / PAGE_RUNS);
  return {
    repository: of.repository.fullName,
    unlisted: windows.map(inMs),
    attemptsToAsk,
    jobsToAsk,
    // an earlier attempt is asked for, and then its jobs
    requestsNeeded: lists + 2 * attemptsToAsk + jobsToAsk + Math.round(runsUnlisted * questions),
  };
}

const sumOf = (counts: readonly { readonly count: number }[]): number =>
  counts.reduce((sum, { count }) => sum + count, 0);
const inMs = ({ fromS, toS }: ClosedWindow) => ({ fromMs: fromS * 1000, toMs: (toS + 1) * 1000 - 1 });
