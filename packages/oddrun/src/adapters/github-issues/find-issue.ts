import { type IncidentIdentity, isSameIncident } from "@oddrun/core";
import type { EarlierDelivery } from "../../operations/alerts/alert-channel.ts";
import type { AlertMessage } from "../../operations/alerts/alert-message.ts";
import type { GithubIssue, IssuesOf } from "../github/index.ts";
import { type IssueMemory, readMarker } from "./issue-marker.ts";
import { titleOf } from "./issue-text.ts";
import { OWN_LABEL } from "./order-labels.ts";

/** An issue of ours with what it remembers; null where a person edited that away. */
export interface OwnIssue {
  readonly issue: GithubIssue;
  readonly memory: IssueMemory | null;
}

/** What there is of a message's incident. */
export interface FoundIssue {
  readonly found: OwnIssue | null;
  /** Others that are open about the same, made at the same moment: all but one of them are too many. */
  readonly duplicates: readonly OwnIssue[];
  /** There was one, and somebody deleted it or moved it to another repository. */
  readonly isTakenAway: boolean;
}

/** Our issues: by the label and by their author. Anybody may write a marker, nobody may sign as us. */
export async function ownIssues(
  issues: IssuesOf,
  filter: { readonly state: "open" | "closed" | "all"; readonly sinceMs?: number },
  isOwn: (login: string) => boolean,
): Promise<readonly OwnIssue[]> {
  const listed = await issues.list({ label: OWN_LABEL.name, ...filter });
  return listed.filter(({ author }) => author !== null && isOwn(author)).map(withMemoryRead);
}

const withMemoryRead = (issue: GithubIssue): OwnIssue => ({ issue, memory: readMarker(issue.body)?.memory ?? null });

/** The issue that a message belongs to: the one of an earlier message, else one that remembers the message or its incident. */
export async function findIssue(
  issues: IssuesOf,
  message: AlertMessage,
  earlier: readonly EarlierDelivery[],
  isOwn: (login: string) => boolean,
): Promise<FoundIssue> {
  const receipts = [...new Set(earlier.map(({ receipt }) => receipt))].filter((one) => /^\d{1,9}$/.test(one ?? ""));
  for (const receipt of receipts.toReversed()) {
    const issue = await issues.get(Number(receipt));
    if (issue !== null && issue.author !== null && isOwn(issue.author))
      return { found: withMemoryRead(issue), duplicates: [], isTakenAway: false };
  }
  const all = await ownIssues(issues, { state: "all" }, isOwn);
  const [found = null, ...duplicates] = sameIn(all, message);
  return { found, duplicates, isTakenAway: receipts.length > 0 && found === null };
}

/** Those about the same, the one to go on with first: open before closed, the older of open ones, the younger of closed ones. */
export function sameIn(all: readonly OwnIssue[], message: AlertMessage): readonly OwnIssue[] {
  const same = all.filter((one) => isAbout(one, message));
  const open = same.filter(({ issue }) => issue.state === "open").toSorted((one, other) => byNumber(one, other));
  const closed = same.filter(({ issue }) => issue.state === "closed").toSorted((one, other) => byNumber(other, one));
  return open.length > 0 ? open : closed.slice(0, 1);
}

const byNumber = (one: OwnIssue, other: OwnIssue): number => one.issue.number - other.issue.number;

function isAbout({ issue, memory }: OwnIssue, message: AlertMessage): boolean {
  // Its marker is gone, its title may still be ours.
  if (memory === null) return issue.title === titleOf(message);
  if (memory.about === "duplicate") return false;
  if (memory.said.some(({ messageId }) => messageId === message.id)) return true;
  const about = aboutOf(message);
  if (about !== "incident") return about === memory.about && about !== "storm";
  return memory.about === "incident" && isSame(memory.identity, message.incident!.identity);
}

const isSame = (one: IncidentIdentity | null, other: IncidentIdentity): boolean =>
  one !== null && isSameIncident(one, other);

/** What the issue is known by outside of any store; a digest is about no one incident, whichever it begins with. */
export function identityFor(message: AlertMessage): IncidentIdentity | null {
  const about = aboutOf(message);
  return about === "incident" || about === "storm" ? (message.incident?.identity ?? null) : null;
}

/** A digest and a test have one issue each; a storm one of its own, and incidents theirs. */
export function aboutOf({ word, incident }: AlertMessage): Exclude<IssueMemory["about"], "duplicate"> {
  if (word === "storm" || word === "digest" || word === "test") return word;
  return incident === null ? "storm" : "incident";
}
