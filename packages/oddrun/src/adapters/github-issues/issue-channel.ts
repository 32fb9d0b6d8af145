import type { AlertChannel, Delivery, EarlierDelivery } from "../../operations/alerts/alert-channel.ts";
import type { AlertMessage } from "../../operations/alerts/alert-message.ts";
import type { SaidAlert } from "../../operations/alerts/alert-mirror.ts";
import { type GithubConnection, isFullName, type IssueEdit, type IssuesOf, issuesOf } from "../github/index.ts";
import { deliveryOf } from "./delivery-of.ts";
import { aboutOf, findIssue, identityFor, type OwnIssue, ownIssues, sameIn } from "./find-issue.ts";
import { commentBody, endedBody, issueBody, withMemory } from "./issue-body.ts";
import { commentMark, type IssueMemory, joinSaid } from "./issue-marker.ts";
import { titleOf } from "./issue-text.ts";
import { ORDER_LABELS, OWN_LABEL } from "./order-labels.ts";
import { ownAccounts } from "./own-accounts.ts";

export interface GithubIssueOptions {
  /** As the settings call the channel. */
  readonly name: string;
  /** Beside "oddrun", which every issue has. */
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly connection: GithubConnection;
  /** "owner/name" for messages about no one repository; null where there is none: then they are refused. */
  readonly homeRepository: string | null;
  /** Further accounts whose issues count as ours, such as that of the App used before. */
  readonly alsoOwn?: readonly string[];
}

const LABEL_CHARS_MAX = 50;

/**
 * Tells of incidents in GitHub issues, one for each: made for the first message, edited and commented on for later ones, closed when it is
 * over. Every message leaves its id in the issue, unseen, so that it is there once however often it is delivered. Two processes that make
 * the same issue at once leave one open: each looks again after making it, and the younger is closed as a duplicate; where GitHub's list did
 * not yet show the other, the next message about the incident closes it.
 */
export function githubIssueChannel(options: GithubIssueOptions): AlertChannel {
  const { name, connection, homeRepository } = options;
  return {
    name,
    kind: "github-issue",
    isIdempotent: true,
    async deliver(message, { earlier }) {
      const given = message.repository?.fullName ?? "";
      const fullName = isFullName(given) ? given : homeRepository;
      if (fullName === null)
        return { kind: "refused", why: "it is about no one repository, and issues belong to one: route it elsewhere" };
      try {
        return await say({ ...options, issues: issuesOf(connection, fullName) }, message, earlier);
      } catch (error) {
        return deliveryOf(error, connection.signal);
      }
    },
  };
}

interface Saying extends GithubIssueOptions {
  readonly issues: IssuesOf;
}

async function say(saying: Saying, message: AlertMessage, earlier: readonly EarlierDelivery[]): Promise<Delivery> {
  const isOwn = await ownAccounts(saying.issues, saying.alsoOwn ?? []);
  const { found, duplicates, isTakenAway } = await findIssue(saying.issues, message, earlier, isOwn);
  if (found !== null) {
    for (const one of duplicates) await closeDuplicate(saying.issues, one, found.issue.number);
    await sayAgain(saying, found, message);
    return delivered(found.issue.number);
  }
  // Nobody needs a new issue to read that it is over, or that it goes on as it was when a person took the issue away.
  if (message.word === "recovered" || (isTakenAway && message.word === "reminder"))
    return { kind: "delivered", receipt: null };
  return delivered(await create(saying, message, isOwn));
}

const delivered = (number: number): Delivery => ({ kind: "delivered", receipt: String(number) });

async function create(saying: Saying, message: AlertMessage, isOwn: (login: string) => boolean): Promise<number> {
  const { issues, name } = saying;
  // Who deleted one of the others does not want it: they are made together with ours, and never again.
  if (await issues.ensureLabel(OWN_LABEL)) for (const label of ORDER_LABELS) await issues.ensureLabel(label);
  const labels = [...new Set([OWN_LABEL.name, ...saying.labels.map((label) => label.slice(0, LABEL_CHARS_MAX))])];
  const title = titleOf(message);
  const memory: IssueMemory = {
    about: aboutOf(message),
    identity: identityFor(message),
    said: [saidOf(message, name)],
    closed: null,
    status: null,
    answered: [],
    title,
  };
  const body = issueBody(message, memory);
  const draft = { title, body, labels, assignees: saying.assignees };
  const { number } = await issues.create(draft, body.slice(body.lastIndexOf("<!-- oddrun:1:")));
  if (message.word === "test") {
    await issues.update(number, { state: "closed", stateReason: "completed" });
    return number;
  }
  // Another process may have said the same at this moment.
  const all = await ownIssues(issues, { state: "open" }, isOwn);
  const [first, ...others] = sameIn(all, message);
  if (first === undefined || first.issue.number >= number) return number;
  for (const one of others) await closeDuplicate(issues, one, first.issue.number);
  return first.issue.number;
}

async function closeDuplicate(issues: IssuesOf, { issue, memory }: OwnIssue, ofNumber: number): Promise<void> {
  const note = `Two passes of Oddrun said the same at once: this is the same as #${ofNumber}.`;
  const kept: IssueMemory = {
    ...(memory ?? { identity: null, said: [], answered: [], title: issue.title }),
    about: "duplicate",
    closed: "over",
    status: note,
  };
  await issues.update(issue.number, {
    body: withMemory(issue.body, kept),
    state: "closed",
    stateReason: "not_planned",
  });
}

/** Says a further message of the same issue: first the comment, then the body, which remembers it when all is done. */
async function sayAgain(saying: Saying, { issue, memory }: OwnIssue, message: AlertMessage): Promise<void> {
  const { issues, name } = saying;
  const known: IssueMemory = memory ?? {
    about: aboutOf(message),
    identity: identityFor(message),
    said: [],
    closed: null,
    status: null,
    answered: [],
    title: issue.title,
  };
  const isSaid = known.said.some(({ messageId, channels }) => messageId === message.id && channels.includes(name));
  if (isSaid && memory !== null) return;
  const said = joinSaid(known.said, [saidOf(message, name)]);
  if (message.word === "recovered" && known.closed === "decided") {
    // A person said so, and read that already.
    await issues.update(issue.number, { body: withMemory(issue.body, { ...known, said }) });
    return;
  }
  if (hasComment(message, known, issue.state)) await commentOnce(issues, issue.number, issue.commentCount, message);
  const isRenamed = known.title !== "" && issue.title !== known.title;
  const isOver = message.word === "recovered";
  // A closed issue is still called by what was wrong.
  const title = isRenamed || isOver ? known.title : titleOf(message);
  const next: IssueMemory = {
    ...known,
    identity: known.identity ?? identityFor(message),
    said,
    closed: isOver ? "over" : null,
    status: isOver || known.closed !== null ? null : known.status,
    title,
  };
  await issues.update(issue.number, {
    body: isOver ? endedBody(message, next, issue.body) : issueBody(message, next, issue.body),
    ...(isRenamed || isOver || title === issue.title ? {} : { title }),
    ...stateAfter(message, known, issue.state),
  });
}

/** What is new to who follows the issue. A digest is written into its issue without a word; a message told again says nothing. */
function hasComment({ word }: AlertMessage, { closed }: IssueMemory, state: "open" | "closed"): boolean {
  if (word === "digest") return false;
  return word !== "new" || (closed !== null && state === "closed");
}

/** What Oddrun closed it opens again; what a person closed stays closed. */
function stateAfter({ word }: AlertMessage, { closed }: IssueMemory, state: "open" | "closed"): IssueEdit {
  if (word === "recovered") return state === "open" ? { state: "closed", stateReason: "completed" } : {};
  const isBack = state === "closed" && closed !== null && word !== "test" && word !== "digest";
  return isBack ? { state: "open", stateReason: "reopened" } : {};
}

async function commentOnce(
  issues: IssuesOf,
  number: number,
  commentCount: number,
  message: AlertMessage,
): Promise<void> {
  const mark = commentMark("said", message.id);
  const login = await issues.ownLogin();
  const comments = commentCount === 0 ? [] : await issues.comments(number);
  if (comments.some(({ author, body }) => author === login && body.includes(mark))) return;
  await issues.comment(number, commentBody(message), mark);
}

const saidOf = ({ id, word, atMs }: AlertMessage, channel: string): SaidAlert => ({
  messageId: id,
  word,
  atMs,
  channels: [channel],
});
