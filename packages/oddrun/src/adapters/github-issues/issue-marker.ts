import { createHash } from "node:crypto";
import { ALERT_WORDS, type AlertWord, type IncidentIdentity } from "@oddrun/core";
import type { SaidAlert } from "../../operations/alerts/alert-mirror.ts";

/** What an issue of ours remembers, unseen in its body: enough to know what was said when everything else is lost. */
export interface IssueMemory {
  /** What the issue is about. "duplicate": another issue says it, this one was made at the same moment. */
  readonly about: "incident" | "storm" | "digest" | "test" | "duplicate";
  readonly identity: IncidentIdentity | null;
  /** Oldest first. */
  readonly said: readonly SaidAlert[];
  /** Closed by Oddrun: it is over, or a person decided so. */
  readonly closed: "over" | "decided" | null;
  /** What people decided, in words; shown above everything else. */
  readonly status: string | null;
  /** Which orders were answered, by their marks; the latest last. */
  readonly answered: readonly string[];
  /** The title as Oddrun wrote it: another one is a person's, and stays. */
  readonly title: string;
}

const VERSION = 1;
const SAID_MAX = 60;
const SERIES_MAX = 8;
const CHANNELS_MAX = 20;
const ANSWERED_MAX = 100;
const TEXT_MAX = 500;
export const STATUS_CHARS_MAX = 1000;
/** A body holds 65,536 characters: so much of it may be what nobody sees. */
export const MARKER_CHARS_MAX = 24_000;

/**
 * An HTML comment that holds the memory as base64url of JSON, so that nothing in it, whatever it is called, can end the comment. Of too
 * many messages the oldest are left out, but for the first.
 */
export function writeMarker(memory: IssueMemory): string {
  for (let saidMax = SAID_MAX; ; saidMax = Math.floor(saidMax / 2)) {
    const marker = `<!-- oddrun:${VERSION}:${encoded(memory, saidMax)} -->`;
    if (marker.length <= MARKER_CHARS_MAX || saidMax <= 1) return marker;
  }
}

function encoded({ about, identity, said, closed, status, answered, title }: IssueMemory, saidMax: number): string {
  const kept = said.length <= saidMax ? said : [said[0]!, ...said.slice(said.length - saidMax + 1)];
  const json = {
    about,
    id:
      identity === null
        ? null
        : [
            identity.repositoryId,
            identity.family,
            identity.anchorMs,
            identity.slackMs,
            ...identity.seriesIds.slice(0, SERIES_MAX).map((id) => id.slice(0, TEXT_MAX)),
          ],
    said: kept.map(({ messageId, word, atMs, channels }) => [messageId.slice(0, TEXT_MAX), word, atMs, ...channels]),
    closed,
    status,
    answered: answered.slice(-ANSWERED_MAX),
    title,
  };
  return Buffer.from(JSON.stringify(json)).toString("base64url");
}

/** The last marker of a text, with where it stands; null when there is none that can be read. */
export function readMarker(
  body: string,
): { readonly memory: IssueMemory; readonly from: number; readonly to: number } | null {
  const found = [...body.matchAll(/<!-- oddrun:1:([A-Za-z0-9_-]{1,24000}) -->/g)].at(-1);
  const memory = found === undefined ? null : decoded(found[1]!);
  return memory === null ? null : { memory, from: found!.index, to: found!.index + found![0].length };
}

function decoded(text: string): IssueMemory | null {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return null;
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) return null;
  const { about, id, said, closed, status, answered, title } = json as Readonly<Record<string, unknown>>;
  if (!ABOUT.some((one) => one === about)) return null;
  return {
    about: about as IssueMemory["about"],
    identity: identityIn(id),
    said: Array.isArray(said) ? said.slice(0, SAID_MAX).flatMap(saidIn) : [],
    closed: closed === "over" || closed === "decided" ? closed : null,
    status: typeof status === "string" && status.length <= STATUS_CHARS_MAX ? status : null,
    answered: Array.isArray(answered) ? answered.filter((one) => typeof one === "string").slice(0, ANSWERED_MAX) : [],
    title: typeof title === "string" ? title : "",
  };
}

const ABOUT: readonly IssueMemory["about"][] = ["incident", "storm", "digest", "test", "duplicate"];

function identityIn(id: unknown): IncidentIdentity | null {
  if (!Array.isArray(id)) return null;
  const [repositoryId, family, anchorMs, slackMs, ...seriesIds] = id as readonly unknown[];
  if (![repositoryId, anchorMs, slackMs].every(Number.isSafeInteger) || typeof family !== "string") return null;
  const series = seriesIds.slice(0, SERIES_MAX).filter((one) => typeof one === "string");
  return {
    repositoryId: repositoryId as number,
    family: family.slice(0, TEXT_MAX),
    anchorMs: anchorMs as number,
    slackMs: slackMs as number,
    seriesIds: series,
  };
}

function saidIn(entry: unknown): readonly SaidAlert[] {
  if (!Array.isArray(entry)) return [];
  const [messageId, word, atMs, ...channels] = entry as readonly unknown[];
  const isWord = ALERT_WORDS.some((one) => one === word);
  if (typeof messageId !== "string" || !isWord || !Number.isSafeInteger(atMs)) return [];
  const names = channels.filter((name) => typeof name === "string").slice(0, CHANNELS_MAX);
  return [{ messageId, word: word as AlertWord, atMs: atMs as number, channels: names }];
}

/** Both together, each message once with all channels that have it. */
export function joinSaid(known: readonly SaidAlert[], more: readonly SaidAlert[]): readonly SaidAlert[] {
  const joined = new Map(known.map((said) => [said.messageId, said]));
  for (const said of more) {
    const channels = [...new Set([...(joined.get(said.messageId)?.channels ?? []), ...said.channels])];
    joined.set(said.messageId, { ...said, channels });
  }
  return [...joined.values()];
}

/** A short name of an order, to remember that it was answered. */
export function orderMark(orderId: string): string {
  return createHash("sha256").update(orderId).digest("base64url").slice(0, 12);
}

/** By this a comment of ours is known again: as a whole in the comment, and in no other. */
export function commentMark(kind: "said" | "answer", id: string): string {
  return `<!-- oddrun:${kind}:${Buffer.from(id).toString("base64url")} -->`;
}
