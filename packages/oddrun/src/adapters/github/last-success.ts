import type { GithubConnection } from "./connect.ts";
import { isObject, readId, readInstant } from "./json.ts";
import { isFullName } from "./read-repository.ts";
import { isNotShown, replyProblem } from "./reply-problem.ts";

export interface LastSuccessQuestion {
  readonly repository: string;
  /** "oddrun.yml", a file of .github/workflows. */
  readonly workflowFile: string;
  /** What started the runs that count. */
  readonly events: readonly string[];
  /** Not this one: the run that asks. */
  readonly exceptRunId: number | null;
}

/** Newest first; a workflow that is started by other events too has theirs in between. */
const RUNS_LOOKED_AT = 50;

/** When the newest successful run of a workflow began; null when there was none, or it may not be seen. */
export async function lastSuccess(
  connection: GithubConnection,
  { repository, workflowFile, events, exceptRunId }: LastSuccessQuestion,
): Promise<number | null> {
  if (!isFullName(repository)) return null;
  const query = new URLSearchParams({
    status: "success",
    exclude_pull_requests: "true",
    per_page: String(RUNS_LOOKED_AT),
  });
  const route = `/repos/${repository}/actions/workflows/${encodeURIComponent(workflowFile)}/runs`;
  const credential = connection.credentialFor(repository.split("/", 1)[0]!);
  const reply = await connection.requests.ask({ path: `${route}?${String(query)}`, credential });
  if (isNotShown(reply)) return null;
  if (reply.kind !== "ok") throw replyProblem(reply, repository, route);
  const listed = isObject(reply.json) ? reply.json["workflow_runs"] : null;
  for (const run of Array.isArray(listed) ? (listed as unknown[]) : []) {
    if (!isObject(run) || run["conclusion"] !== "success" || readId(run["id"]) === exceptRunId) continue;
    if (typeof run["event"] !== "string" || !events.includes(run["event"])) continue;
    const beganAtMs = readInstant(run["run_started_at"]) ?? readInstant(run["created_at"]);
    if (beganAtMs !== null) return beganAtMs;
  }
  return null;
}
