import { fullNameOf, timeText } from "./corpus.ts";
import type { Complete } from "./github-schemas.ts";
import type { CommentState, EventState, IssueState, LabelState, ReactionState, Role } from "./issue-state.ts";
import type { RouteContext } from "./reply.ts";
import { accountPayload, nodeId, PAGES_URL, repositoryPayload } from "./repository-payload.ts";
import type { Repository } from "./world.ts";

/** The number of the account that acts for every workflow's own token. */
const ACTIONS_BOT_ID = 41_898_282;

export function userPayload({ world, place }: RouteContext, login: string): Complete<"simple-user"> {
  const known = world.account(login);
  if (known !== undefined) return accountPayload(place, known);
  const id = login === "github-actions[bot]" ? ACTIONS_BOT_ID : 5_000_000 + sumOf(login);
  return {
    ...accountPayload(place, { id, login, type: "User" }),
    type: isBot(login) ? "Bot" : "User",
    node_id: nodeId(isBot(login) ? "BOT" : "U", id),
  };
}

export const isBot = (login: string): boolean => login.endsWith("[bot]");

export function issuePayload(context: RouteContext, repository: Repository, issue: IssueState): Complete<"issue"> {
  const repositoryUrl = `${context.place.apiUrl}/repos/${fullNameOf(repository)}`;
  const url = `${repositoryUrl}/issues/${issue.number}`;
  const kind = issue.pull === null ? "issues" : "pull";
  const page = `${PAGES_URL}/${fullNameOf(repository)}/${kind}/${issue.number}`;
  const assignees = issue.assignees.map((login) => userPayload(context, login));
  return {
    id: issue.id,
    node_id: nodeId("I", issue.id),
    url,
    repository_url: repositoryUrl,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    timeline_url: `${url}/timeline`,
    number: issue.number,
    state: issue.state,
    state_reason: issue.stateReason,
    title: issue.title,
    body: issue.body,
    user: userPayload(context, issue.author),
    labels: issue.labels.map((name) => labelPayload(context, repository, labelNamed(context, repository, name))),
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: issue.comments.length,
    ...(issue.pull === null
      ? {}
      : {
          draft: false,
          pull_request: {
            url: `${repositoryUrl}/pulls/${issue.number}`,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: timeText(issue.pull.mergedAtMs),
          },
        }),
    closed_at: timeText(issue.closedAtMs),
    closed_by: issue.closedBy === null ? null : userPayload(context, issue.closedBy),
    created_at: timeText(issue.createdAtMs),
    updated_at: timeText(issue.updatedAtMs),
    author_association: associationOf(context, repository, issue.author),
    reactions: reactionRollup(`${url}/reactions`, issue.reactions),
    performed_via_github_app: null,
  };
}

export function commentPayload(
  context: RouteContext,
  repository: Repository,
  issue: IssueState,
  comment: CommentState,
): Complete<"issue-comment"> {
  const repositoryUrl = `${context.place.apiUrl}/repos/${fullNameOf(repository)}`;
  const url = `${repositoryUrl}/issues/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: nodeId("IC", comment.id),
    url,
    html_url: `${PAGES_URL}/${fullNameOf(repository)}/issues/${issue.number}#issuecomment-${comment.id}`,
    issue_url: `${repositoryUrl}/issues/${issue.number}`,
    body: comment.body,
    user: userPayload(context, comment.author),
    created_at: timeText(comment.createdAtMs),
    updated_at: timeText(comment.updatedAtMs),
    author_association: associationOf(context, repository, comment.author),
    reactions: reactionRollup(`${url}/reactions`, comment.reactions),
    performed_via_github_app: null,
  };
}

export function eventPayload(
  context: RouteContext,
  repository: Repository,
  event: EventState,
): Complete<"issue-event"> {
  const label = event.label === null ? null : labelNamed(context, repository, event.label);
  return {
    id: event.id,
    node_id: nodeId("E", event.id),
    url: `${context.place.apiUrl}/repos/${fullNameOf(repository)}/issues/events/${event.id}`,
    actor: userPayload(context, event.actor),
    event: event.event,
    commit_id: null,
    commit_url: null,
    created_at: timeText(event.atMs),
    ...(label === null ? {} : { label: { name: label.name, color: label.color } }),
    performed_via_github_app: null,
  };
}

export function labelPayload({ place }: RouteContext, repository: Repository, label: LabelState): Complete<"label"> {
  const { id, name, color, description } = label;
  const url = `${place.apiUrl}/repos/${fullNameOf(repository)}/labels/${encodeURIComponent(name)}`;
  return { id, node_id: nodeId("LA", id), url, name, color, description, default: false };
}

export function reactionPayload(context: RouteContext, reaction: ReactionState): Complete<"reaction"> {
  return {
    id: reaction.id,
    node_id: nodeId("REA", reaction.id),
    user: userPayload(context, reaction.author),
    content: reaction.content,
    created_at: timeText(reaction.atMs),
  };
}

/** `maintain` shows as write, `triage` as read: https://docs.github.com/rest/collaborators/collaborators. */
export function permissionPayload(
  context: RouteContext,
  login: string,
  role: Role,
): Complete<"repository-collaborator-permission"> {
  const permission = role === "maintain" ? "write" : role === "triage" ? "read" : role;
  return { permission, role_name: role, user: { ...userPayload(context, login), role_name: role } };
}

export function pullPayload(
  context: RouteContext,
  repository: Repository,
  issue: IssueState,
): Complete<"pull-request-simple"> {
  const pull = issue.pull!;
  const fullName = fullNameOf(repository);
  const url = `${context.place.apiUrl}/repos/${fullName}/pulls/${issue.number}`;
  const issueUrl = `${context.place.apiUrl}/repos/${fullName}/issues/${issue.number}`;
  const page = `${PAGES_URL}/${fullName}/pull/${issue.number}`;
  const links = {
    html_url: page,
    issue_url: issueUrl,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${url.slice(0, url.lastIndexOf("/"))}/comments{/number}`,
    comments_url: `${issueUrl}/comments`,
    statuses_url: `${context.place.apiUrl}/repos/${fullName}/statuses/${pull.headSha}`,
  };
  const owner = userPayload(context, repository.owner);
  const common = issuePayload(context, repository, issue);
  return {
    ...links,
    url,
    id: issue.id,
    node_id: nodeId("PR", issue.id),
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    number: issue.number,
    state: issue.state,
    locked: false,
    title: issue.title,
    user: common.user,
    body: issue.body,
    labels: common.labels,
    milestone: null,
    created_at: common.created_at,
    updated_at: common.updated_at,
    closed_at: common.closed_at,
    merged_at: timeText(pull.mergedAtMs),
    merge_commit_sha: null,
    assignee: null,
    head: {
      label: `${pull.headOwner}:${pull.headBranch}`,
      ref: pull.headBranch,
      repo: headRepository(context, repository, issue),
      sha: pull.headSha,
      user: userPayload(context, pull.headOwner),
    },
    base: {
      label: `${repository.owner}:${pull.baseBranch}`,
      ref: pull.baseBranch,
      repo: repositoryPayload(context.place, context.world, repository),
      sha: pull.baseSha,
      user: owner,
    },
    _links: Object.fromEntries(
      Object.entries({ self: url, html: page, issue: issueUrl, ...linkNames(links) }).map(([name, href]) => [
        name,
        { href },
      ]),
    ),
    author_association: associationOf(context, repository, issue.author),
    auto_merge: null,
    draft: false,
  };
}

/** The repository with the branch: this one, another one, a fork that only this tells of, or one that is gone. */
function headRepository(context: RouteContext, repository: Repository, { pull, number }: IssueState): object | null {
  const fullName = pull!.headRepository;
  if (fullName === null) return null;
  const known = context.world.repositoryNamed(fullName);
  if (known !== undefined) return repositoryPayload(context.place, context.world, known.repository);
  return {
    ...repositoryPayload(context.place, context.world, repository),
    id: 900_000_000 + number,
    full_name: fullName,
    fork: true,
    owner: userPayload(context, pull!.headOwner),
  };
}

function linkNames(links: Readonly<Record<string, string>>): Record<string, string> {
  const named = Object.entries(links).map(([name, href]): [string, string] => [name.replace(/_url$/, ""), href]);
  return Object.fromEntries(named.filter(([name]) => name !== "html" && name !== "issue"));
}

/** What the repository is to a person, as far as GitHub shows it beside what they wrote. */
function associationOf({ issues }: RouteContext, repository: Repository, login: string): string {
  if (login.toLowerCase() === repository.owner.toLowerCase()) return "OWNER";
  const role = issues.roleOf(repository, login);
  return role === "read" || role === "none" ? "NONE" : "COLLABORATOR";
}

function labelNamed({ issues }: RouteContext, repository: Repository, name: string): LabelState {
  const known = issues.of(repository.id).labels.find((label) => label.name === name);
  return known ?? { id: 1, name, color: "ededed", description: null };
}

function reactionRollup(url: string, reactions: readonly ReactionState[]): Complete<"reaction-rollup"> {
  const count = (content: string): number => reactions.filter((reaction) => reaction.content === content).length;
  return {
    url,
    total_count: reactions.length,
    "+1": count("+1"),
    "-1": count("-1"),
    laugh: count("laugh"),
    confused: count("confused"),
    heart: count("heart"),
    hooray: count("hooray"),
    eyes: count("eyes"),
    rocket: count("rocket"),
  };
}

function sumOf(text: string): number {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + character.codePointAt(0)!) % 1_000_000;
  return sum;
}
