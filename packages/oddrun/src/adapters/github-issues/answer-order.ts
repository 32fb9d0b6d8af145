import type { Decision } from "@oddrun/core";
import type { MirrorOrder, OrderOutcome } from "../../operations/alerts/alert-mirror.ts";
import { instantWords } from "../../operations/incidents/incidents-words.ts";
import type { GithubIssue, IssueEdit, IssuesOf } from "../github/index.ts";
import { withMemory } from "./issue-body.ts";
import { commentMark, type IssueMemory, orderMark, readMarker } from "./issue-marker.ts";
import { ACCEPTED_LINES } from "./issue-orders.ts";
import { codeSpan, issueText } from "./issue-text.ts";
import { decisionOfLabel } from "./order-labels.ts";
import { originOf } from "./people-orders.ts";

/**
 * Tells the person what came of an order: a reaction to the comment and a line at the top of the issue; a comment only for what was refused.
 * The issue remembers which orders were answered.
 */
export async function answerOrder(
  issues: IssuesOf,
  number: number,
  order: MirrorOrder,
  outcome: OrderOutcome,
): Promise<void> {
  const issue = await issues.get(number);
  const memory = issue === null ? null : (readMarker(issue.body)?.memory ?? null);
  if (issue === null || memory?.answered.includes(orderMark(order.id)) === true) return;
  const { commentId, event } = originOf(order);
  if (commentId !== null) await issues.react({ commentId }, outcome.isDone ? "+1" : "confused");
  // Who took a label off, or opened the issue again, asked for nothing that would need an explanation.
  if (!outcome.isDone && (commentId !== null || event === "labeled")) {
    await commentOnce(issues, issue, order.id, `${codeSpan(order.who)}: ${issueText(outcome.text)}`);
  }
  if (memory === null) return;
  const answered: IssueMemory = { ...memory, answered: [...memory.answered, orderMark(order.id)] };
  const next = outcome.isDone ? { ...answered, ...afterDecision(order) } : answered;
  await issues.update(number, { body: withMemory(issue.body, next), ...(outcome.isDone ? edits(order, issue) : {}) });
}

/** Answers a line that is no order, with what is one; once, for the comment tells that it was answered. */
export async function answerUnclear(
  issues: IssuesOf,
  number: number,
  { id, commentId, text }: { readonly id: string; readonly commentId: number; readonly text: string },
): Promise<void> {
  await issues.react({ commentId }, "confused");
  const lines = ACCEPTED_LINES.map((line) => `\`${line}\``).join(", ");
  const mark = commentMark("answer", id);
  const said = `${codeSpan(text)} is nothing that Oddrun knows. It knows ${lines}; a mute lasts a year at most. A reason may follow.`;
  await issues.comment(number, `${said}\n\n${mark}`, mark);
}

async function commentOnce(issues: IssuesOf, issue: GithubIssue, orderId: string, text: string): Promise<void> {
  const mark = commentMark("answer", orderId);
  const login = await issues.ownLogin();
  const comments = issue.commentCount === 0 ? [] : await issues.comments(issue.number);
  if (comments.some(({ author, body }) => author === login && body.includes(mark))) return;
  await issues.comment(issue.number, `${text}\n\n${mark}`, mark);
}

function afterDecision(order: MirrorOrder): Pick<IssueMemory, "status" | "closed"> {
  const { decision, who, note, atMs, untilMs } = order;
  if (decision === "reopened") return { status: null, closed: null };
  const said = WORDS[decision].replace("UNTIL", untilMs === null ? "" : ` until ${instantWords(untilMs)}`);
  const reason = note === null ? "" : ` Reason: ${issueText(note, 120)}`;
  const status = `**${said}** by ${codeSpan(who)}, ${instantWords(atMs)}.${reason}`;
  return { status, closed: isEnd(decision) ? "decided" : null };
}

const WORDS: Readonly<Record<Exclude<Decision, "reopened">, string>> = {
  acknowledged: "Acknowledged",
  muted: "MutedUNTIL",
  accepted: "Accepted as the usual level",
  rejected: "Rejected: no anomaly",
};

const isEnd = (decision: Decision): boolean => decision === "accepted" || decision === "rejected";

/** What is decided is closed; what is taken back is open again, without the labels that said otherwise. */
function edits({ decision }: MirrorOrder, { state, labels }: GithubIssue): IssueEdit {
  if (isEnd(decision)) return state === "open" ? { state: "closed", stateReason: "not_planned" } : {};
  if (decision !== "reopened") return {};
  const kept = labels.filter((label) => decisionOfLabel(label) === null);
  return {
    ...(state === "closed" ? { state: "open", stateReason: "reopened" } : {}),
    ...(kept.length === labels.length ? {} : { labels: kept }),
  };
}
