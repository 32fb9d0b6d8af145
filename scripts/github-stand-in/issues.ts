import type { ServerClock } from "./clock.ts";
import type {
  CommentState,
  EventState,
  IssueFields,
  IssueState,
  LabelState,
  PullState,
  ReactionState,
  RepositoryIssues,
  Role,
} from "./issue-state.ts";
import type { Repository, World } from "./world.ts";

/**
 * The issues of all repositories, and what may be done to them. People act by their login, bots by theirs with "[bot]". Repositories
 * are named by id or by "owner/name".
 */
export interface Issues {
  of(repository: number | string): RepositoryIssues;
  /** One that is there, deleted or moved. Throws RangeError when it never was. */
  issue(repository: number | string, number: number): IssueState;
  open(repository: number | string, author: string, fields: IssueFields & { readonly title: string }): IssueState;
  openPull(
    repository: number | string,
    author: string,
    plan: Partial<PullState> & { readonly title?: string; readonly headBranch: string; readonly headSha: string },
  ): IssueState;
  update(issue: IssueState, actor: string, fields: IssueFields): void;
  comment(issue: IssueState, author: string, body: string): CommentState;
  editComment(issue: IssueState, commentId: number, body: string): void;
  deleteComment(issue: IssueState, commentId: number): void;
  react(thing: { readonly reactions: ReactionState[] }, author: string, content: string): ReactionState;
  remove(issue: IssueState): void;
  /** Moves it to another repository, where it gets a number of its own. Answers the new one. */
  transfer(issue: IssueState, repository: number | string): IssueState;
  label(repository: number | string, plan: Omit<LabelState, "id">): LabelState;
  setRole(repository: number | string, login: string, role: Role): void;
  roleOf(repository: Repository, login: string): Role;
  /** A new issue is missing in lists for so long (of the stand-in's clock), as when a copy of the database lags behind. */
  listLagMs: number;
}

const FIRST_ISSUE_ID = 3_000_000_001;

export function createIssues(world: World, clock: ServerClock): Issues {
  const byRepository = new Map<number, RepositoryIssues>();
  let lastId = FIRST_ISSUE_ID;
  const repositoryOf = (which: number | string): Repository => {
    const found = typeof which === "number" ? world.repository(which) : world.repositoryNamed(which)?.repository;
    if (found === undefined) throw new RangeError(`There is no repository ${which}.`);
    return found;
  };
  const of = (which: number | string): RepositoryIssues => {
    const { id } = repositoryOf(which);
    let found = byRepository.get(id);
    if (found === undefined) {
      found = { issues: [], labels: [], roles: new Map(), isEnabled: true };
      byRepository.set(id, found);
    }
    return found;
  };
  const nowMs = (): number => Math.floor(clock.nowMs() / 1000) * 1000;
  const happened = (
    issue: IssueState,
    actor: string,
    event: EventState["event"],
    label: string | null = null,
  ): void => {
    issue.events.push({ id: ++lastId, event, actor, label, atMs: nowMs() });
  };
  const ensureLabel = (repositoryId: number, name: string): string => {
    const { labels } = of(repositoryId);
    const known = labels.find((label) => label.name.toLowerCase() === name.toLowerCase());
    if (known !== undefined) return known.name;
    labels.push({ id: ++lastId, name, color: "ededed", description: null });
    return name;
  };
  const setLabels = (issue: IssueState, actor: string, names: readonly string[]): void => {
    const wanted = [...new Set(names.map((name) => ensureLabel(issue.repositoryId, name)))];
    for (const name of issue.labels) if (!wanted.includes(name)) happened(issue, actor, "unlabeled", name);
    for (const name of wanted) if (!issue.labels.includes(name)) happened(issue, actor, "labeled", name);
    issue.labels = wanted;
  };
  const add = (which: number | string, author: string, title: string, pull: PullState | null): IssueState => {
    const repository = repositoryOf(which);
    const { issues } = of(repository.id);
    const atMs = nowMs();
    const issue: IssueState = {
      id: ++lastId,
      number: issues.length + 1,
      repositoryId: repository.id,
      author,
      createdAtMs: atMs,
      title,
      body: null,
      labels: [],
      assignees: [],
      state: "open",
      stateReason: null,
      closedBy: null,
      closedAtMs: null,
      updatedAtMs: atMs,
      comments: [],
      events: [],
      reactions: [],
      isDeleted: false,
      movedTo: null,
      pull,
    };
    issues.push(issue);
    return issue;
  };
  const setState = (issue: IssueState, actor: string, state: "open" | "closed", reason: string | null): void => {
    if (issue.state !== state) happened(issue, actor, state === "closed" ? "closed" : "reopened");
    issue.closedBy = state === "closed" ? (issue.state === "closed" ? issue.closedBy : actor) : null;
    issue.closedAtMs = state === "closed" ? (issue.closedAtMs ?? nowMs()) : null;
    issue.stateReason = state === "closed" ? (reason ?? "completed") : issue.state === "closed" ? "reopened" : null;
    issue.state = state;
  };

  const issues: Issues = {
    of,
    issue(which, number) {
      const found = of(which).issues[number - 1];
      if (found === undefined) throw new RangeError(`There is no issue ${number} in ${which}.`);
      return found;
    },
    open(which, author, { title, ...fields }) {
      const issue = add(which, author, title, null);
      issues.update(issue, author, fields);
      return issue;
    },
    openPull(which, author, { title, ...plan }) {
      const repository = repositoryOf(which);
      return add(repository.id, author, title ?? "A change", {
        headOwner: repository.owner,
        baseBranch: repository.defaultBranch,
        baseSha: "b".repeat(40),
        mergedAtMs: null,
        headRepository: `${plan.headOwner ?? repository.owner}/${repository.name}`,
        ...plan,
      });
    },
    update(issue, actor, { title, body, labels, assignees, state, stateReason }) {
      issue.updatedAtMs = nowMs();
      if (title !== undefined && title !== issue.title) {
        happened(issue, actor, "renamed");
        issue.title = title;
      }
      if (body !== undefined) issue.body = body;
      if (labels !== undefined) setLabels(issue, actor, labels);
      if (assignees !== undefined) issue.assignees = [...assignees];
      if (state !== undefined) setState(issue, actor, state, stateReason ?? null);
    },
    comment(issue, author, body) {
      const atMs = nowMs();
      const comment = { id: ++lastId, author, body, createdAtMs: atMs, updatedAtMs: atMs, reactions: [] };
      issue.comments.push(comment);
      issue.updatedAtMs = atMs;
      return comment;
    },
    editComment(issue, commentId, body) {
      const comment = issue.comments.find(({ id }) => id === commentId);
      if (comment === undefined) throw new RangeError(`There is no comment ${commentId}.`);
      comment.body = body;
      comment.updatedAtMs = issue.updatedAtMs = nowMs();
    },
    deleteComment(issue, commentId) {
      const at = issue.comments.findIndex(({ id }) => id === commentId);
      if (at < 0) throw new RangeError(`There is no comment ${commentId}.`);
      issue.comments.splice(at, 1);
    },
    react(thing, author, content) {
      const known = thing.reactions.find((reaction) => reaction.author === author && reaction.content === content);
      if (known !== undefined) return known;
      const reaction = { id: ++lastId, author, content, atMs: nowMs() };
      thing.reactions.push(reaction);
      return reaction;
    },
    remove(issue) {
      issue.isDeleted = true;
    },
    transfer(issue, which) {
      const moved = add(which, issue.author, issue.title, null);
      issues.update(moved, issue.author, { body: issue.body, labels: issue.labels, state: issue.state });
      moved.comments.push(...issue.comments);
      issue.movedTo = { repositoryId: moved.repositoryId, number: moved.number };
      return moved;
    },
    label(which, plan) {
      const label = { ...plan, id: ++lastId };
      of(which).labels.push(label);
      return label;
    },
    setRole: (which, login, role) => void of(which).roles.set(login.toLowerCase(), role),
    roleOf(repository, login) {
      const given = of(repository.id).roles.get(login.toLowerCase());
      if (given !== undefined) return given;
      if (login.toLowerCase() === repository.owner.toLowerCase()) return "admin";
      return repository.isPrivate ? "none" : "read";
    },
    listLagMs: 0,
  };
  return issues;
}
