import { isSameIncident } from "@oddrun/core";
import type { AlertMirror, MirroredIncident, MirrorOrder, OrderOutcome } from "../../operations/alerts/alert-mirror.ts";
import { Problem } from "../../operations/problems.ts";
import { type GithubConnection, type GithubIssueEvent, type IssuesOf, issuesOf } from "../github/index.ts";
import { answerOrder, answerUnclear } from "./answer-order.ts";
import { deliveryOf } from "./delivery-of.ts";
import { type OwnIssue, ownIssues } from "./find-issue.ts";
import { withMemory } from "./issue-body.ts";
import { commentMark, joinSaid, readMarker } from "./issue-marker.ts";
import { ownAccounts } from "./own-accounts.ts";
import { mayWriteIn, peopleOrders } from "./people-orders.ts";

export interface GithubIssueMirrorOptions {
  readonly connection: GithubConnection;
  /** Further accounts whose issues count as ours, such as that of the App used before. */
  readonly alsoOwn?: readonly string[];
}

/**
 * Reads back what issues remember, and what people asked for on them. Only issues that our own account signed have a say: a marker that
 * somebody else wrote into an issue of theirs is a text like any other. A missing permission gives nothing to read and is logged; what passes,
 * such as a connection that breaks, throws, for to go on as if nothing had ever been said would say it twice.
 */
export function githubIssueMirror({ connection, alsoOwn = [] }: GithubIssueMirrorOptions): AlertMirror {
  const { log, signal } = connection;
  const asked = new Map<string, IssuesOf>();
  const issuesIn = (repository: string): IssuesOf => {
    const issues = asked.get(repository) ?? issuesOf(connection, repository);
    asked.set(repository, issues);
    return issues;
  };
  let isUnknownTold = false;
  const onUnknown = (): void => {
    if (isUnknownTold) return;
    isUnknownTold = true;
    log.warn("who may write cannot be asked with this token: only owners' comments are followed, and no labels");
  };
  /** What the token may not do is no reason to stop. */
  const allowed = async <Value>(work: () => Promise<Value>, otherwise: Value): Promise<Value> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Problem) || deliveryOf(error, signal).kind !== "refused") throw error;
      log.warn("issues", { problem: error.message });
      return otherwise;
    }
  };

  return {
    read: (repository, { sinceMs }) =>
      allowed(async () => {
        const issues = issuesIn(repository);
        const isOwn = await ownAccounts(issues, alsoOwn);
        const open = await ownIssues(issues, { state: "open" }, isOwn);
        const closed = await ownIssues(issues, { state: "closed", sinceMs }, isOwn);
        const all = [...open, ...closed].toSorted((one, other) => one.issue.number - other.issue.number);
        const mirrored: MirroredIncident[] = [];
        const mayWrite = mayWriteIn(issues, onUnknown);
        for (const own of withoutDuplicates(all)) {
          const { issue, memory } = own;
          if (memory?.identity == null || memory.about === "digest" || memory.about === "test") continue;
          const events = await issues.events(issue.number);
          const comments = issue.commentCount === 0 ? [] : await issues.comments(issue.number);
          const { orders, unclear } = await peopleOrders({ comments, events }, mayWrite);
          const asked = unclear.filter(({ id }) => !isAnswered(id, comments, isOwn));
          for (const one of asked) await allowed(() => answerUnclear(issues, issue.number, one), undefined);
          mirrored.push({
            receipt: String(issue.number),
            identity: memory.identity,
            url: issue.url,
            said: memory.said,
            state: stateOf(own, events, isOwn),
            orders,
          });
        }
        return mirrored;
      }, []),
    note: (repository, receipt, said) =>
      allowed(async () => {
        const issues = issuesIn(repository);
        const issue = await issues.get(Number(receipt));
        const memory = issue === null ? null : (readMarker(issue.body)?.memory ?? null);
        // Where the issue, or its memory, was taken away there is nothing to note on.
        if (issue === null || memory === null) return;
        const joined = joinSaid(memory.said, said);
        if (JSON.stringify(joined) === JSON.stringify(memory.said)) return;
        await issues.update(issue.number, { body: withMemory(issue.body, { ...memory, said: joined }) });
      }, undefined),
    async answer(repository: string, receipt: string, order: MirrorOrder, outcome: OrderOutcome) {
      try {
        await answerOrder(issuesIn(repository), Number(receipt), order, outcome);
      } catch (error) {
        signal.throwIfAborted();
        // It is carried out, which is what was asked for: the pass goes on.
        log.warn("an order was not answered", { problem: error instanceof Error ? error.message : "" });
      }
    },
  };
}

/** Of two open issues about one incident, made at the same moment, the older one speaks. */
function withoutDuplicates(all: readonly OwnIssue[]): readonly OwnIssue[] {
  return all.filter(({ issue, memory }, at) => {
    if (memory?.about === "duplicate") return false;
    if (memory?.identity == null || issue.state !== "open") return true;
    const { identity } = memory;
    return !all
      .slice(0, at)
      .some(
        (older) =>
          older.issue.state === "open" &&
          older.memory?.identity != null &&
          older.memory.about === memory.about &&
          isSameIncident(older.memory.identity, identity),
      );
  });
}

/** Closed by Oddrun only when both its account did it and it remembers to have: other workflows write with the same account. */
function stateOf(
  { issue, memory }: OwnIssue,
  events: readonly GithubIssueEvent[],
  isOwn: (login: string) => boolean,
): MirroredIncident["state"] {
  if (issue.state === "open") return "open";
  const actor = events.findLast(({ event }) => event === "closed")?.actor ?? null;
  const isByUs = actor !== null && isOwn(actor) && memory?.closed != null;
  return isByUs ? "closed-by-oddrun" : "closed-by-person";
}

const isAnswered = (
  id: string,
  comments: readonly { readonly author: string | null; readonly body: string }[],
  isOwn: (login: string) => boolean,
): boolean =>
  comments.some(({ author, body }) => author !== null && isOwn(author) && body.includes(commentMark("answer", id)));
