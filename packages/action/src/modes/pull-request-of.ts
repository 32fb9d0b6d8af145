import { pullsOf } from "oddrun/internal/adapters/github/pulls-of";
import { Problem } from "oddrun/ports";
import type { Session } from "../session.ts";

/**
 * The open pull request that the event is about; null for none. GitHub names none for a run of a fork's pull request: it is looked up by
 * the branch and taken only where its commit is the very one that ran.
 */
export async function pullRequestOf({ event, connection, repository }: Session): Promise<number | null> {
  const { pullRequest, workflowRun } = event;
  if (pullRequest !== null) return pullRequest.number;
  if (workflowRun === null) return null;
  const [named] = workflowRun.pullRequestNumbers;
  if (named !== undefined) return named;
  const { headBranch, headRepository, headSha } = workflowRun;
  if (headBranch === null || headRepository === null || headSha === null) return null;
  try {
    const owner = headRepository.split("/", 1)[0]!;
    const found = await pullsOf(connection, repository).ofBranch(`${owner}:${headBranch}`, "open");
    return found.find((pull) => pull.headSha === headSha && pull.headFullName === headRepository)?.number ?? null;
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}
