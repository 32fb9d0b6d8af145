import {
  commentPayload,
  eventPayload,
  issuePayload,
  labelPayload,
  permissionPayload,
  reactionPayload,
} from "./issue-payloads.ts";
import { listIssues, pagedList } from "./issue-lists.ts";
import type { CommentState, IssueFields, IssueState, ReactionState } from "./issue-state.ts";
import { created, type Draft, draftOf, invalid, writeRefusal } from "./issue-writes.ts";
import { failure, json, notFound, type Reply, type RouteContext, type RoutedRequest } from "./reply.ts";
import type { Repository } from "./world.ts";

const ISSUES_OFF = "Issues has been disabled in this repository.";

/** The routes of issues, their comments, labels and permissions within a repository; null for any other. */
export function issueRoutes(
  context: RouteContext,
  repository: Repository,
  pieces: readonly string[],
  request: RoutedRequest,
): { readonly route: string; readonly reply: Reply } | null {
  const [area, second, third] = pieces;
  const { method } = request;
  if (area === "collaborators" && third === "permission" && method === "GET") {
    const role = context.issues.roleOf(repository, second!);
    return { route: "permission", reply: json(permissionPayload(context, second!, role)) };
  }
  if (area === "labels") return labelRoutes(context, repository, pieces, request);
  if (area !== "issues") return null;
  const route = routeName(pieces, method);
  const isWrite = method !== "GET" && method !== "HEAD";
  const known = context.issues.of(repository.id);
  const issue = /^\d+$/.test(second ?? "") ? known.issues[Number(second) - 1] : undefined;
  const refusal = isWrite ? writeRefusal(request, issue?.pull == null ? ["issues"] : ["issues", "pullRequests"]) : null;
  if (request.isRefused === true) return { route, reply: notFound() };
  if (refusal !== null) return { route, reply: refusal };
  if (!known.isEnabled && issue?.pull == null) return { route, reply: failure(410, ISSUES_OFF) };
  if (second === undefined) {
    return { route, reply: isWrite ? create(context, repository, request) : listIssues(context, repository, request) };
  }
  if (second === "comments") return { route, reply: commentRoutes(context, repository, pieces, request) };
  if (issue === undefined) return { route, reply: notFound() };
  if (issue.isDeleted) return { route, reply: failure(410, "This issue was deleted") };
  if (issue.movedTo !== null) return { route, reply: movedIssue(context, issue.movedTo, request) };
  return { route, reply: ofIssue(context, repository, issue, pieces.slice(2), request) };
}

/** "issue", "issue-create", "issue-comments", "comment-update", ... as the log has it. */
function routeName([, second, third, fourth]: readonly string[], method: string): string {
  const does = { POST: "-create", PATCH: "-update", PUT: "-update", DELETE: "-delete" }[method] ?? "";
  if (second === undefined) return does === "" ? "issues" : `issue${does}`;
  if (second === "comments") return fourth === undefined ? `comment${does}` : `comment-reactions${does}`;
  return third === undefined ? `issue${does}` : `issue-${third}${does}`;
}

function create(context: RouteContext, repository: Repository, request: RoutedRequest): Reply {
  const draft = draftOf(request);
  if (request.method !== "POST" || "status" in draft) return "status" in draft ? draft : notFound();
  if (draft.title === undefined || draft.title.trim() === "") return invalid("Issue", "title", "missing_field");
  const { title, ...fields } = draft;
  const issue = context.issues.open(repository.id, request.token!.login, { title, ...fieldsOf(fields) });
  return created(issuePayload(context, repository, issue));
}

function ofIssue(
  context: RouteContext,
  repository: Repository,
  issue: IssueState,
  [part, name]: readonly string[],
  request: RoutedRequest,
): Reply {
  const { issues } = context;
  const login = request.token?.login ?? "";
  const path = `issues/${issue.number}/${part}`;
  if (part === undefined) {
    if (request.method === "GET") return json(issuePayload(context, repository, issue));
    const draft = draftOf(request);
    if ("status" in draft) return draft;
    if (request.method !== "PATCH") return notFound();
    issues.update(issue, login, fieldsOf(draft));
    return json(issuePayload(context, repository, issue));
  }
  if (part === "comments" && request.method === "GET") {
    const sinceMs = Date.parse(request.query.get("since") ?? "");
    const comments = issue.comments.filter(({ updatedAtMs }) => !(updatedAtMs < sinceMs));
    const payload = (comment: CommentState) => commentPayload(context, repository, issue, comment);
    return pagedList(context, repository, path, comments, request, payload);
  }
  if (part === "comments" && request.method === "POST") {
    const draft = draftOf(request);
    if ("status" in draft) return draft;
    if (typeof draft.body !== "string" || draft.body.trim() === "")
      return invalid("IssueComment", "body", "missing_field");
    return created(commentPayload(context, repository, issue, issues.comment(issue, login, draft.body)));
  }
  if (part === "events" && request.method === "GET")
    return pagedList(context, repository, path, issue.events, request, (event) =>
      eventPayload(context, repository, event),
    );
  if (part === "reactions") return reactions(context, repository, path, issue, request);
  if (part === "labels") {
    const draft = draftOf(request);
    if ("status" in draft) return draft;
    if (request.method === "POST") issues.update(issue, login, { labels: [...issue.labels, ...(draft.labels ?? [])] });
    else if (request.method === "DELETE" && name !== undefined) {
      if (!issue.labels.includes(name)) return failure(404, "Label does not exist");
      issues.update(issue, login, { labels: issue.labels.filter((label) => label !== name) });
    }
    return json(issuePayload(context, repository, issue).labels);
  }
  return notFound();
}

function commentRoutes(
  context: RouteContext,
  repository: Repository,
  [, , id, part]: readonly string[],
  request: RoutedRequest,
): Reply {
  const { issues } = context;
  const issue = issues
    .of(repository.id)
    .issues.find(({ comments, movedTo }) => movedTo === null && comments.some((comment) => String(comment.id) === id));
  const comment = issue?.comments.find((comment) => String(comment.id) === id);
  if (issue === undefined || comment === undefined || issue.isDeleted) return notFound();
  if (part === "reactions")
    return reactions(context, repository, `issues/comments/${comment.id}/reactions`, comment, request);
  if (request.method === "DELETE") {
    issues.deleteComment(issue, comment.id);
    return { status: 204, body: "" };
  }
  if (request.method === "PATCH") {
    const draft = draftOf(request);
    if ("status" in draft) return draft;
    if (typeof draft.body !== "string" || draft.body.trim() === "")
      return invalid("IssueComment", "body", "missing_field");
    issues.editComment(issue, comment.id, draft.body);
  }
  return json(commentPayload(context, repository, issue, comment));
}

function reactions(
  context: RouteContext,
  repository: Repository,
  path: string,
  thing: { readonly reactions: ReactionState[] },
  request: RoutedRequest,
): Reply {
  if (request.method === "GET")
    return pagedList(context, repository, path, thing.reactions, request, (reaction) =>
      reactionPayload(context, reaction),
    );
  const content = (request.body as { readonly content?: unknown } | undefined)?.content;
  if (request.method !== "POST" || typeof content !== "string") return invalid("Reaction", "content", "missing_field");
  const before = thing.reactions.length;
  const reaction = context.issues.react(thing, request.token!.login, content);
  // 200 where the same person had given it before: https://docs.github.com/rest/reactions/reactions
  return { ...json(reactionPayload(context, reaction)), status: thing.reactions.length > before ? 201 : 200 };
}

function labelRoutes(
  context: RouteContext,
  repository: Repository,
  [, name]: readonly string[],
  request: RoutedRequest,
): { readonly route: string; readonly reply: Reply } {
  const { labels } = context.issues.of(repository.id);
  const found = labels.find((label) => label.name.toLowerCase() === name?.toLowerCase());
  const payload = (label: (typeof labels)[number]) => labelPayload(context, repository, label);
  if (request.method === "GET") {
    if (name === undefined)
      return { route: "labels", reply: pagedList(context, repository, "labels", labels, request, payload) };
    return { route: "label", reply: found === undefined ? notFound() : json(payload(found)) };
  }
  const route = request.method === "POST" ? "label-create" : "label-update";
  if (request.isRefused === true) return { route, reply: notFound() };
  const refusal = writeRefusal(request, ["issues", "pullRequests"]);
  if (refusal !== null) return { route, reply: refusal };
  const sent = request.body as { name?: string; color?: string; description?: string } | undefined;
  if (request.method !== "POST" || typeof sent?.name !== "string") return { route, reply: notFound() };
  if (sent.name.length > 50)
    return { route, reply: invalid("Label", "name", "custom", "name is too long (maximum is 50 characters)") };
  if (labels.some((label) => label.name.toLowerCase() === sent.name!.toLowerCase()))
    return { route, reply: invalid("Label", "name", "already_exists") };
  if ((sent.description?.length ?? 0) > 100)
    return {
      route,
      reply: invalid("Label", "description", "custom", "description is too long (maximum is 100 characters)"),
    };
  const { name: labelName, color = "ededed", description = null } = sent;
  const label = context.issues.label(repository.id, { name: labelName, color, description });
  return { route, reply: created(payload(label)) };
}

/** GitHub sends a transferred issue to where it is now, where the token may see that. */
function movedIssue(
  { world, place }: RouteContext,
  to: { readonly repositoryId: number; readonly number: number },
  { token }: RoutedRequest,
): Reply {
  const target = world.repository(to.repositoryId);
  const isSeen = token === null ? target?.isPrivate === false : token.repositoryIds?.has(to.repositoryId) !== false;
  if (target === undefined || target.isGone || !isSeen) return notFound();
  const location = `${place.apiUrl}/repositories/${to.repositoryId}/issues/${to.number}`;
  const reply = failure(301, "Moved Permanently", { location });
  return { ...reply, body: JSON.stringify({ ...(JSON.parse(reply.body) as object), url: location }) };
}

function fieldsOf({ body, labels, assignees, state, stateReason, title }: Draft): IssueFields {
  return {
    ...(title === undefined ? {} : { title }),
    ...(body === undefined ? {} : { body }),
    ...(labels === undefined ? {} : { labels }),
    ...(assignees === undefined ? {} : { assignees }),
    ...(state === undefined ? {} : { state }),
    ...(stateReason === undefined ? {} : { stateReason }),
  };
}
