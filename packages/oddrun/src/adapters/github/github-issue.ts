import { isObject, type Json, type JsonObject, readId, readInstant } from "./json.ts";
import { parsedUrl } from "./redirect.ts";

/** An issue or pull request: https://docs.github.com/rest/issues/issues. Texts are as people wrote them. */
export interface GithubIssue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: "open" | "closed";
  /** "completed", "not_planned", "duplicate", "reopened"; null where none is given. */
  readonly stateReason: string | null;
  /** null when the account is gone. */
  readonly author: string | null;
  readonly labels: readonly string[];
  readonly commentCount: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly closedAtMs: number | null;
  readonly isPull: boolean;
  /** "owner/name" of the repository it is in now. */
  readonly fullName: string;
  /** Its page. */
  readonly url: string;
}

export interface GithubComment {
  readonly id: number;
  readonly body: string;
  readonly author: string | null;
  readonly isByBot: boolean;
  /** "OWNER", "MEMBER", "COLLABORATOR", "NONE", ...: what GitHub shows beside the name. */
  readonly association: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** What was done to an issue: "labeled", "unlabeled", "closed", "reopened" and many more. */
export interface GithubIssueEvent {
  readonly id: number;
  readonly event: string;
  readonly actor: string | null;
  readonly isByBot: boolean;
  readonly label: string | null;
  readonly atMs: number;
}

/** null for what is no issue. `webUrl` is the site of pages, for one that tells none of its own. */
export function readIssue(json: Json, webUrl: string): GithubIssue | null {
  if (!isObject(json)) return null;
  const number = readId(json["number"]);
  const fullName = /\/repos\/([^/]+\/[^/]+)$/.exec(textOf(json["repository_url"]))?.[1];
  if (number === null || fullName === undefined) return null;
  const isPull = isObject(json["pull_request"]);
  return {
    number,
    title: textOf(json["title"]),
    body: textOf(json["body"]),
    state: json["state"] === "closed" ? "closed" : "open",
    stateReason: textOf(json["state_reason"]) || null,
    author: loginOf(json["user"]),
    labels: labelsOf(json["labels"]),
    commentCount: typeof json["comments"] === "number" ? json["comments"] : 0,
    ...timesOf(json),
    closedAtMs: readInstant(json["closed_at"]),
    isPull,
    fullName,
    url: pageOf(json["html_url"], `${webUrl}/${fullName}/${isPull ? "pull" : "issues"}/${number}`),
  };
}

export function readComment(json: Json): GithubComment | null {
  if (!isObject(json)) return null;
  const id = readId(json["id"]);
  if (id === null) return null;
  return {
    id,
    body: textOf(json["body"]),
    author: loginOf(json["user"]),
    isByBot: isBot(json["user"]),
    association: textOf(json["author_association"]),
    ...timesOf(json),
  };
}

export function readIssueEvent(json: Json): GithubIssueEvent | null {
  if (!isObject(json)) return null;
  const id = readId(json["id"]);
  if (id === null) return null;
  return {
    id,
    event: textOf(json["event"]),
    actor: loginOf(json["actor"]),
    isByBot: isBot(json["actor"]),
    label: isObject(json["label"]) ? textOf(json["label"]["name"]) || null : null,
    atMs: readInstant(json["created_at"]) ?? 0,
  };
}

export function loginOf(json: Json): string | null {
  const login = isObject(json) ? json["login"] : null;
  return typeof login === "string" && login !== "" ? login : null;
}

/** A name with "[bot]" is no person's; "Bot" is what GitHub calls the account of an App. */
function isBot(json: Json): boolean {
  return isObject(json) && (json["type"] === "Bot" || loginOf(json)?.endsWith("[bot]") === true);
}

function labelsOf(json: Json): readonly string[] {
  if (!Array.isArray(json)) return [];
  const names = json.map((label: Json) => (isObject(label) ? textOf(label["name"]) : textOf(label)));
  return names.filter((name) => name !== "");
}

function timesOf(json: JsonObject): { readonly createdAtMs: number; readonly updatedAtMs: number } {
  const createdAtMs = readInstant(json["created_at"]) ?? 0;
  return { createdAtMs, updatedAtMs: readInstant(json["updated_at"]) ?? createdAtMs };
}

function textOf(json: Json): string {
  return typeof json === "string" ? json : "";
}

function pageOf(json: Json, otherwise: string): string {
  const url = parsedUrl(textOf(json), "about:blank");
  return url?.protocol === "https:" && /^\/[\w./-]+$/.test(url.pathname) && url.search === "" && url.username === ""
    ? url.href
    : otherwise;
}
