import type { AppState } from "./app.ts";
import type { Issues } from "./issues.ts";
import type { Token } from "./tokens.ts";
import type { World } from "./world.ts";
import type { PayloadPlace } from "./repository-payload.ts";

/** A request as the routes see it: the path without the prefix of GitHub Enterprise Server, in pieces. */
export interface RoutedRequest {
  readonly method: string;
  /** Decoded, without empty pieces. */
  readonly pieces: readonly string[];
  /** As sent, with its query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: Token | null;
  readonly authorization: string | null;
  /** By the server's clock. */
  readonly nowMs: number;
  /** The JSON that was sent; undefined where there was none. */
  readonly body?: unknown;
  /** Answered otherwise already: to be named for the log, and to do nothing. */
  readonly isRefused?: boolean;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
  /** Names in small letters. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the routes work with. */
export interface RouteContext {
  readonly world: World;
  readonly place: PayloadPlace;
  readonly app: AppState;
  readonly issues: Issues;
  readonly options: RouteOptions;
}

/** The repository's customization; `isImmutable` puts the numbers of owner and repository into the default subject. */
export interface OidcSubject {
  readonly isImmutable: boolean;
  readonly claimKeys?: readonly string[];
}

export interface RouteOptions {
  /** How many runs an unfiltered list can be paged through; beyond, 422. GitHub: 40,000. */
  readonly unfilteredItemsMax: number;
  /** How many runs a filtered list gives, however many there are. GitHub: 1,000. */
  readonly filteredItemsMax: number;
  /**
   * What `total_count` says of long lists. "exact" is how it was; GitHub announced in September 2026 that more than 2,500 are told as
   * "2,500+" only, without saying how the API puts it: "2500" sends the number 2500, "2500+" the text "2,500+".
   */
  readonly totals: "exact" | "2500" | "2500+";
  /** 502 for a page of jobs of more than `itemsMax` of a run with at least `runJobsMin` jobs; null for never. */
  readonly bigJobsPage: { readonly runJobsMin: number; readonly itemsMax: number } | null;
  /** Logs of jobs that ended longer ago answer 410. */
  readonly logsKeptDays: number;
  /** What identity tokens of a repository's jobs say of their subject; null answers 404, as an older server does. */
  readonly oidcSubject: OidcSubject | null;
}

const DOCUMENTATION = "https://docs.github.com/rest";

export function json(payload: unknown, headers?: Readonly<Record<string, string>>): Reply {
  return text(JSON.stringify(payload), headers);
}

export function text(body: string, headers?: Readonly<Record<string, string>>): Reply {
  return headers === undefined ? { status: 200, body } : { status: 200, body, headers };
}

export function failure(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  documentation = DOCUMENTATION,
): Reply {
  return {
    status,
    body: JSON.stringify({ message, documentation_url: documentation, status: String(status) }),
    headers,
  };
}

export const notFound = (): Reply => failure(404, "Not Found");

export interface Page {
  readonly perPage: number;
  /** From 1. */
  readonly page: number;
}

export function pageOf(query: URLSearchParams): Page {
  const perPage = wholeNumber(query.get("per_page")) ?? 30;
  return { perPage: Math.min(100, Math.max(1, perPage)), page: Math.max(1, wholeNumber(query.get("page")) ?? 1) };
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** The `Link` header for a list of `itemCount` items; `url` is the list without its query. None when all is on one page. */
export function linkHeader(
  url: string,
  query: URLSearchParams,
  { perPage, page }: Page,
  itemCount: number,
): string | null {
  const last = Math.max(1, Math.ceil(itemCount / perPage));
  const link = (to: number, rel: string): string => {
    const other = new URLSearchParams(query);
    other.set("page", String(to));
    return `<${url}?${other.toString()}>; rel="${rel}"`;
  };
  const links: string[] = [];
  if (page > 1) links.push(link(Math.min(page - 1, last), "prev"));
  if (page < last) links.push(link(page + 1, "next"), link(last, "last"));
  if (page > 1) links.push(link(1, "first"));
  return links.length === 0 ? null : links.join(", ");
}

export function withLink(link: string | null): Readonly<Record<string, string>> {
  return link === null ? {} : { link };
}
