import { pullsOf } from "oddrun/internal/adapters/github/pulls-of";
import type { Session } from "../session.ts";

/**
 * The open pull request that the event is about; null for none. That of a finished run is looked up by its branch and taken only where its
 * commit is the very one that ran: GitHub names none for a fork, and may name one whose number is that of another repository, into which
 * somebody wants to take our branch.
 */
export async function pullRequestOf({ event, connection, repository }: Session): Promise<number | null> {
  const { pullRequest, workflowRun } = event;
  if (pullRequest !== null) return pullRequest.number;
  const { headBranch = null, headRepository = null, headSha = null } = workflowRun ?? {};
  if (headBranch === null || headRepository === null || headSha === null) return null;
  const owner = headRepository.split("/", 1)[0]!;
  const found = await pullsOf(connection, repository).ofBranch(`${owner}:${headBranch}`, "open");
  return found.find((pull) => pull.headSha === headSha && pull.headFullName === headRepository)?.number ?? null;
}
