import { issuePayload } from "./issue-payloads.ts";
import type { IssueState } from "./issue-state.ts";
import { json, linkHeader, pageOf, type Reply, type RouteContext, type RoutedRequest, withLink } from "./reply.ts";
import type { Repository } from "./world.ts";

/** One page of a list that is the whole answer. */
export function pagedList<Item>(
  { place }: RouteContext,
  repository: Repository,
  path: string,
  items: readonly Item[],
  { query }: RoutedRequest,
  payload: (item: Item) => object,
): Reply {
  const page = pageOf(query);
  const from = (page.page - 1) * page.perPage;
  const link = linkHeader(`${place.apiUrl}/repositories/${repository.id}/${path}`, query, page, items.length);
  return json(items.slice(from, from + page.perPage).map(payload), withLink(link));
}

/** Issues and pull requests, as https://docs.github.com/rest/issues/issues#list-repository-issues filters and sorts them. */
export function listIssues(context: RouteContext, repository: Repository, request: RoutedRequest): Reply {
  const { query, nowMs } = request;
  const state = query.get("state") ?? "open";
  const labels = (query.get("labels") ?? "").split(",").filter((name) => name !== "");
  const sinceMs = Date.parse(query.get("since") ?? "");
  const creator = query.get("creator");
  const { issues, listLagMs } = {
    issues: context.issues.of(repository.id).issues,
    listLagMs: context.issues.listLagMs,
  };
  const found = issues.filter(
    (issue) =>
      !issue.isDeleted &&
      issue.movedTo === null &&
      !(nowMs - issue.createdAtMs < listLagMs) &&
      (state === "all" || issue.state === state) &&
      labels.every((name) => issue.labels.some((label) => label.toLowerCase() === name.toLowerCase())) &&
      !(issue.updatedAtMs < sinceMs) &&
      (creator === null || issue.author === creator),
  );
  const key = (issue: IssueState): number =>
    query.get("sort") === "updated"
      ? issue.updatedAtMs
      : query.get("sort") === "comments"
        ? issue.comments.length
        : issue.createdAtMs;
  const sign = query.get("direction") === "asc" ? 1 : -1;
  found.sort((one, other) => sign * (key(one) - key(other) || one.number - other.number));
  return pagedList(context, repository, "issues", found, request, (issue) => issuePayload(context, repository, issue));
}
