import { problem } from "../../operations/problems.ts";
import type { GithubConnection } from "./connect.ts";
import {
  type GithubComment,
  type GithubIssue,
  type GithubIssueEvent,
  readComment,
  readIssue,
  readIssueEvent,
} from "./github-issue.ts";
import { isObject, type Json } from "./json.ts";
import { ownLogin } from "./own-login.ts";
import { repositoryAsker } from "./repository-asker.ts";
import { writeOnce } from "./write-once.ts";

export interface IssueDraft {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  /** Who is no collaborator is left out; all are, and then all labels but the first, where GitHub refuses the issue with them. */
  readonly assignees: readonly string[];
}

export interface IssueEdit {
  readonly title?: string;
  readonly body?: string;
  readonly state?: "open" | "closed";
  readonly stateReason?: "completed" | "not_planned" | "duplicate" | "reopened";
  readonly labels?: readonly string[];
}

export type Permission = "admin" | "write" | "read" | "none";

/**
 * The issues of one repository, pull requests as their kind of issue, under its present name. Each call throws Problem
 * "github-issues-forbidden" where a permission is missing, "github-issues-off" where the repository has none, and what
 * `Requests.ask` throws.
 */
export interface IssuesOf {
  /** Newest first. `sinceMs`: only those that something happened to since. */
  list(filter: {
    readonly label: string;
    readonly state: "open" | "closed" | "all";
    readonly sinceMs?: number;
  }): Promise<readonly GithubIssue[]>;
  /** null when it is not there any more: deleted, or transferred to another repository. */
  get(number: number): Promise<GithubIssue | null>;
  /** `mark`: a text in the body that no other issue has, by which it is found again when the answer is lost. The first label must be there. */
  create(draft: IssueDraft, mark: string): Promise<GithubIssue>;
  /** null when it is not there any more. */
  update(number: number, edit: IssueEdit): Promise<GithubIssue | null>;
  /** Oldest first; none when the issue is not there any more. */
  comments(number: number, filter?: { readonly sinceMs: number }): Promise<readonly GithubComment[]>;
  /** `mark` as of `create`. null when the issue is not there any more, or is locked. */
  comment(number: number, body: string, mark: string): Promise<GithubComment | null>;
  /** null when it is not there any more. */
  updateComment(commentId: number, body: string): Promise<GithubComment | null>;
  /** null when it was not there. */
  deleteComment(commentId: number): Promise<void>;
  /** Oldest first. */
  events(number: number): Promise<readonly GithubIssueEvent[]>;
  /** Given twice it is there once. Not given where it cannot be. */
  react(thing: { readonly commentId: number } | { readonly number: number }, content: "+1" | "confused"): Promise<void>;
  /** Makes the label where it is missing, and tells so; one that is there stays as it is. */
  ensureLabel(label: { readonly name: string; readonly color: string; readonly description: string }): Promise<boolean>;
  /** What a person may do in the repository; null when the token may not ask. Asked once a person. */
  permissionOf(login: string): Promise<Permission | null>;
  /** What we write is signed with this. */
  ownLogin(): Promise<string>;
  /** "owner/name" as it is called now, as far as is known. */
  fullName(): string;
}

export function issuesOf(connection: GithubConnection, fullName: string): IssuesOf {
  const asker = repositoryAsker(connection, fullName);
  const { ask, list } = asker;
  const webUrl = `${new URL(connection.api.origin).protocol}//${connection.api.webHost}`;
  const permissions = new Map<string, Promise<Permission | null>>();
  const own = (): Promise<string> => ownLogin(connection, fullName.split("/", 1)[0]!);

  const found = async (label: string, mark: string): Promise<GithubIssue | null> => {
    const login = await own();
    const all = await issues.list({ label, state: "all" });
    return all.find(({ author, body }) => author === login && body.includes(mark)) ?? null;
  };
  const foundComment = async (number: number, mark: string): Promise<GithubComment | null> => {
    const login = await own();
    const all = await issues.comments(number);
    return all.find(({ author, body }) => author === login && body.includes(mark)) ?? null;
  };
  const askPermission = async (login: string): Promise<Permission | null> => {
    const reply = await ask(`/collaborators/${encodeURIComponent(login)}/permission`);
    if (reply.kind === "gone") return "none";
    const word = reply.kind === "ok" && isObject(reply.json) ? reply.json["permission"] : null;
    return word === "admin" || word === "write" || word === "read" || word === "none" ? word : null;
  };

  const issues: IssuesOf = {
    async list({ label, state, sinceMs }) {
      const query = new URLSearchParams({ labels: label, state });
      if (sinceMs !== undefined) query.set("since", new Date(sinceMs).toISOString());
      const items = await list(`/issues?${String(query)}`, "list issues", "issues: read");
      return read(items, (item) => readIssue(item, webUrl)).filter(({ isPull }) => !isPull);
    },
    async get(number) {
      const reply = await ask(`/issues/${number}`);
      if (reply.kind === "gone") return null;
      if (reply.kind !== "ok") throw asker.refusal(reply, "read issues", "issues: read");
      return here(readIssue(reply.json, webUrl), number);
    },
    async create(draft, mark) {
      const does = "create issues";
      const send = async ({ title, body, labels, assignees }: IssueDraft) => {
        const sent = { title, body, labels, ...(assignees.length === 0 ? {} : { assignees }) };
        return ask("/issues", { method: "POST", body: sent, isOnce: true });
      };
      const created = await writeOnce(connection, asker, {
        does,
        isOfRepository: true,
        look: () => found(draft.labels[0]!, mark),
        async send() {
          const [first = ""] = draft.labels;
          // Neither whom it is given to nor a label of the team's is worth the issue; by the first label it is found again.
          const lesser = [draft, { ...draft, assignees: [] }, { ...draft, assignees: [], labels: [first] }];
          const [whole, ...others] = new Map(lesser.map((one) => [JSON.stringify(one), one])).values();
          let reply = await send(whole!);
          for (const other of others) if (reply.kind === "unprocessable") reply = await send(other);
          return reply;
        },
        read: (json) => readIssue(json, webUrl),
      });
      if (created === null) throw problem("github-issues-forbidden", does, asker.fullName(), "issues: write");
      return created;
    },
    async update(number, { stateReason, ...edit }) {
      const body = { ...edit, ...(stateReason === undefined ? {} : { state_reason: stateReason }) };
      const reply = await ask(`/issues/${number}`, { method: "PATCH", body, faultTriesMax: 3 });
      if (reply.kind === "gone") return null;
      if (reply.kind !== "ok") throw asker.refusal(reply, "edit issues", "issues: write");
      return readIssue(reply.json, webUrl);
    },
    async comments(number, filter) {
      const since = filter === undefined ? "" : `?since=${new Date(filter.sinceMs).toISOString()}`;
      return read(await listOf(`/issues/${number}/comments${since}`), readComment);
    },
    comment: (number, body, mark) =>
      writeOnce(connection, asker, {
        does: "comment",
        look: () => foundComment(number, mark),
        send: () => ask(`/issues/${number}/comments`, { method: "POST", body: { body }, isOnce: true }),
        read: readComment,
      }),
    async updateComment(commentId, body) {
      const reply = await ask(`/issues/comments/${commentId}`, { method: "PATCH", body: { body } });
      if (reply.kind === "gone") return null;
      if (reply.kind !== "ok") throw asker.refusal(reply, "edit comments", "issues: write");
      return readComment(reply.json);
    },
    async deleteComment(commentId) {
      const reply = await ask(`/issues/comments/${commentId}`, { method: "DELETE" });
      if (reply.kind !== "ok" && reply.kind !== "gone") throw asker.refusal(reply, "delete comments", "issues: write");
    },
    async events(number) {
      return read(await listOf(`/issues/${number}/events`), readIssueEvent);
    },
    async react(thing, content) {
      const place = "number" in thing ? thing.number : `comments/${thing.commentId}`;
      // A reaction is a kindness: where it is not taken, nothing is lost.
      await ask(`/issues/${place}/reactions`, { method: "POST", body: { content } });
    },
    async ensureLabel(label) {
      const known = await ask(`/labels/${encodeURIComponent(label.name)}`);
      if (known.kind === "ok") return false;
      const reply = await ask("/labels", { method: "POST", body: label });
      // Somebody else made it meanwhile.
      if (reply.kind === "ok" || reply.kind === "unprocessable") return reply.kind === "ok";
      throw asker.refusal(reply, "create labels", "issues: write");
    },
    permissionOf(login) {
      const permission = permissions.get(login) ?? askPermission(login);
      permissions.set(login, permission);
      return permission;
    },
    ownLogin: own,
    fullName: asker.fullName,
  };

  const listOf = (route: string): Promise<readonly Json[]> =>
    list(route, "read issues", "issues: read", { isGoneEmpty: true });
  /** An issue that was transferred answers from its new place: it is not here any more. */
  const here = (issue: GithubIssue | null, number: number): GithubIssue | null =>
    issue?.number === number && issue.fullName.toLowerCase() === asker.fullName().toLowerCase() ? issue : null;
  return issues;
}

function read<Item>(items: readonly Json[], readItem: (json: Json) => Item | null): readonly Item[] {
  return items.map(readItem).filter((item) => item !== null);
}
