import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { CorpusSize, MinimumRequests } from "../../scripts/github-stand-in/index.ts";

export interface Started {
  readonly url: string;
  readonly token: string;
  readonly repositoryCount: number;
  readonly runCount: number;
}

/** What was asked since the last "begin". */
export interface StandInTally {
  readonly sent: number;
  readonly byRoute: Readonly<Record<string, number>>;
  readonly notModified: number;
  readonly inFlightMost: number;
  /** Of the bodies as JSON, before any packing. */
  readonly bytes: number;
}

export type Question =
  /** Counts from 0 again; each answer from now on comes `delayMs` later. */
  | { readonly kind: "begin"; readonly delayMs: number }
  | { readonly kind: "count" }
  | { readonly kind: "tally" }
  | { readonly kind: "minimum"; readonly scope: { readonly owner?: string; readonly repositories?: readonly string[] } }
  | { readonly kind: "least-paths"; readonly repository: string };

export interface StandInProcess extends Started {
  begin(delayMs?: number): Promise<void>;
  /** Requests so far. */
  count(): Promise<number>;
  tally(): Promise<StandInTally>;
  minimum(scope: { readonly owner?: string; readonly repositories?: readonly string[] }): Promise<MinimumRequests>;
  /** Paths that together fetch all of one repository, in as few requests as can be. */
  leastPaths(repository: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Starts a stand-in for GitHub as a process of its own, with a limit that nothing here reaches. */
export async function startStandIn(size: CorpusSize): Promise<StandInProcess> {
  const child = fork(new URL("./stand-in-server.ts", import.meta.url), [size]);
  const ended = once(child, "exit").then(() => {
    throw new Error("the stand-in ended");
  });
  ended.catch(() => {});
  const next = async (): Promise<unknown> => (await Promise.race([once(child, "message"), ended]))[0];
  let last: Promise<unknown> = Promise.resolve();
  // one question at a time: answers come without a name
  const askAfter = async (before: Promise<unknown>, question: Question): Promise<unknown> => {
    await before;
    child.send(question);
    return await next();
  };
  const ask = <Answer>(question: Question): Promise<Answer> => {
    last = askAfter(last, question);
    return last as Promise<Answer>;
  };
  const started = (await next()) as Started;
  return {
    ...started,
    begin: async (delayMs = 0) => void (await ask({ kind: "begin", delayMs })),
    count: async () => (await ask<{ readonly count: number }>({ kind: "count" })).count,
    tally: () => ask({ kind: "tally" }),
    minimum: (scope) => ask({ kind: "minimum", scope }),
    leastPaths: (repository) => ask({ kind: "least-paths", repository }),
    close: () => close(child),
  };
}

async function close(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
}
