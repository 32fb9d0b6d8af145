import { pagedList } from "./issue-lists.ts";
import { pullPayload } from "./issue-payloads.ts";
import type { IssueState } from "./issue-state.ts";
import { json, notFound, type Reply, type RouteContext, type RoutedRequest } from "./reply.ts";
import type { Repository } from "./world.ts";

/** Pull requests, one or many, and those of a commit; null for any other route. */
export function pullRoutes(
  context: RouteContext,
  repository: Repository,
  pieces: readonly string[],
  request: RoutedRequest,
): { readonly route: string; readonly reply: Reply } | null {
  const [area, which, what] = pieces;
  if (request.method !== "GET") return null;
  const pulls = context.issues.of(repository.id).issues.filter(({ pull, isDeleted }) => pull !== null && !isDeleted);
  const list = (route: string, path: string, found: readonly IssueState[]) => ({
    route,
    reply: pagedList(context, repository, path, found, request, (issue) => pullPayload(context, repository, issue)),
  });
  if (area === "commits" && what === "pulls") {
    const found = pulls.filter(({ pull }) => pull!.headSha === which);
    return list("commit-pulls", `commits/${which}/pulls`, found);
  }
  if (area !== "pulls" || what !== undefined) return null;
  if (which !== undefined) {
    const found = pulls.find(({ number }) => String(number) === which);
    return { route: "pull", reply: found === undefined ? notFound() : json(pullPayload(context, repository, found)) };
  }
  const { query } = request;
  const state = query.get("state") ?? "open";
  const [head, base] = [query.get("head"), query.get("base")];
  const found = pulls.filter(
    ({ state: is, pull }) =>
      (state === "all" || is === state) &&
      (head === null || `${pull!.headOwner}:${pull!.headBranch}` === head) &&
      (base === null || pull!.baseBranch === base),
  );
  return list("pulls", "pulls", found.toReversed());
}
