import type { Decision } from "@oddrun/core";
import type { MirrorOrder } from "../../operations/alerts/alert-mirror.ts";
import type { GithubComment, GithubIssueEvent, IssuesOf } from "../github/index.ts";
import { ordersIn } from "./issue-orders.ts";
import { decisionOfLabel, MUTE_USUAL_DAYS } from "./order-labels.ts";

/** Whether a person may give orders; `association` is what GitHub shows beside a comment of theirs. */
export type MayWrite = (login: string, association: string | null) => Promise<boolean>;

export interface PeopleOrders {
  /** In time order. */
  readonly orders: readonly MirrorOrder[];
  /** Lines of people with write access that are no order, by the id that their answer has. */
  readonly unclear: readonly { readonly id: string; readonly commentId: number; readonly text: string }[];
}

const DAY_MS = 86_400_000;

/**
 * Who may give orders: people who can write to the repository. Where the token may not ask that, only who owns it, which GitHub shows beside
 * each comment.
 */
export function mayWriteIn(issues: IssuesOf, onUnknown: () => void): MayWrite {
  return async (login, association) => {
    const permission = await issues.permissionOf(login);
    if (permission !== null) return permission === "admin" || permission === "write";
    onUnknown();
    return association === "OWNER";
  };
}

/** What people asked for on an issue: by comments, by labels, and by opening it again. Bots, Oddrun among them, give no orders. */
export async function peopleOrders(
  { comments, events }: { readonly comments: readonly GithubComment[]; readonly events: readonly GithubIssueEvent[] },
  mayWrite: MayWrite,
): Promise<PeopleOrders> {
  const orders: MirrorOrder[] = [];
  const unclear: PeopleOrders["unclear"][number][] = [];
  for (const { id: commentId, body, author, isByBot, association, createdAtMs, updatedAtMs } of comments) {
    if (author === null || isByBot) continue;
    const atMs = Math.max(createdAtMs, updatedAtMs);
    const lines = ordersIn(body, atMs);
    if (lines.length === 0 || !(await mayWrite(author, association))) continue;
    for (const [at, line] of lines.entries()) {
      // An edited comment that says something else is another order; one that says the same is not.
      const id = `comment-${commentId}.${at + 1}.${line.text}`.slice(0, 200);
      if (line.kind === "unclear") unclear.push({ id, commentId, text: line.text });
      else orders.push({ id, decision: line.decision, who: author, note: line.note, untilMs: line.untilMs, atMs });
    }
  }
  const inForce = new Set<string>();
  for (const { id, event, actor, isByBot, label, atMs } of events) {
    const decision = decisionOf(event, label);
    if (decision === null || actor === null || isByBot || !(await mayWrite(actor, null))) continue;
    // A label that was put on by who may not say so says nothing, and says nothing when it is taken off.
    if (event === "labeled") inForce.add(label!.toLowerCase());
    if (event === "unlabeled" && !inForce.delete(label!.toLowerCase())) continue;
    const untilMs = decision === "muted" ? atMs + MUTE_USUAL_DAYS * DAY_MS : null;
    orders.push({ id: `event-${id}.${event}`, decision, who: actor, note: null, untilMs, atMs });
  }
  return { orders: orders.toSorted((one, other) => one.atMs - other.atMs), unclear };
}

function decisionOf(event: string, label: string | null): Decision | null {
  if (event === "reopened") return "reopened";
  const own = label === null ? null : decisionOfLabel(label);
  if (own === null) return null;
  return event === "labeled" ? own : event === "unlabeled" ? "reopened" : null;
}

/** What an order was given by, as its id tells. */
export function originOf({ id }: Pick<MirrorOrder, "id">): {
  readonly commentId: number | null;
  readonly event: string;
} {
  const [, commentId = null] = /^comment-(\d{1,16})\./.exec(id) ?? [];
  const [, event = ""] = /^event-\d{1,16}\.([a-z]+)$/.exec(id) ?? [];
  return { commentId: commentId === null ? null : Number(commentId), event };
}
