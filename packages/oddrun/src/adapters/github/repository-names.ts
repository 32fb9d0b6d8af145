import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { SourceRepository } from "../../operations/collect/run-source.ts";
import type { GithubConnection } from "./connect.ts";
import { isFullName, readRepository } from "./read-repository.ts";
import { shownPath } from "./redirect.ts";
import { replyProblem } from "./reply-problem.ts";

/** What repositories are called now. A rename or transfer met on the way is learnt, so that the redirect is paid for once. */
export interface RepositoryNames {
  find(fullName: string): Promise<SourceRepository>;
  /** "/repos/owner/name" as far as is known. */
  pathOf(repository: SourceRepository): string;
  /** Asks what the repository is called now, if it was redirected as `path`; by its id, which never changes. */
  learn(repository: SourceRepository, path: string): Promise<void>;
}

export function repositoryNames({ api, requests, credentialFor }: GithubConnection): RepositoryNames {
  const present = new Map<number, string>();
  const learning = new Map<number, Promise<void>>();
  /** Redirected although they are called so: there is nothing to learn. */
  const settled = new Set<string>();
  const pathOf = ({ id, fullName }: SourceRepository): string => `/repos/${present.get(id) ?? fullName}`;

  const read = async (path: string, fullName: string): Promise<SourceRepository> => {
    const reply = await requests.ask({ path, credential: credentialFor(fullName.split("/", 1)[0]!) });
    if (reply.kind !== "ok") throw replyProblem(reply, fullName, path);
    const reading = readRepository(reply.json, api);
    if ("unreadable" in reading) throw problem("github-answer-unreadable", shownPath(path), reading.unreadable);
    present.set(reading.value.id, reading.value.fullName);
    return reading.value;
  };
  const learnName = async (id: number, fullName: string, path: string): Promise<void> => {
    const now = await read(`/repositories/${id}`, fullName);
    if (pathOf(now) === path) settled.add(path);
  };
  return {
    async find(fullName) {
      if (!isFullName(fullName)) throw problem("github-not-found", printable(fullName), 404, null);
      return read(`/repos/${fullName}`, fullName);
    },
    pathOf,
    async learn(repository, path) {
      const { id, fullName } = repository;
      // Of several requests that meet the redirect, the first one learns for all.
      if (settled.has(path) || pathOf(repository) !== path) return;
      const learnt = learning.get(id) ?? learnName(id, fullName, path).finally(() => learning.delete(id));
      learning.set(id, learnt);
      await learnt;
    },
  };
}
