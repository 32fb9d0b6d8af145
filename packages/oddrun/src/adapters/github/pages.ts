import { problem } from "../../operations/problems.ts";
import type { ApiUrl } from "./api-url.ts";
import { isObject, type Json } from "./json.ts";
import { followedLink, isLastPage } from "./links.ts";
import { shownPath } from "./redirect.ts";
import type { Credential, Reply, Requests } from "./requests.ts";

/** Sizes of a page, the next one when GitHub cannot make one of the last: work over 10 s is cut off there. */
const PAGE_SIZES = [100, 50, 30, 10] as const;
export const PAGE_SIZE = PAGE_SIZES[0];

export interface ListPage {
  readonly kind: "page";
  readonly items: readonly Json[];
  readonly total: number | null;
  /** Path and query of the page after; null after the last. */
  readonly nextPath: string | null;
  /** Path and query that this page was asked under, in the end. */
  readonly path: string;
  readonly reply: Reply & { readonly kind: "ok" };
}

export type PageReply = ListPage | Exclude<Reply, { readonly kind: "ok" | "too-big" }>;

export interface PageAsker {
  readonly api: ApiUrl;
  readonly requests: Pick<Requests, "ask">;
}

export interface PageQuestion {
  /** With `per_page` and, but for the first one, `page`. */
  readonly path: string;
  /** The field that holds the list; null when the answer is the list. */
  readonly field: string | null;
  readonly credential: Credential;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One page of a list. When it is too big for GitHub to make, a smaller one from about the same place: it may begin with some items of
 * the page before, so that none is left out. The size stays in `nextPath`.
 */
export async function askPage({ api, requests }: PageAsker, question: PageQuestion): Promise<PageReply> {
  let path = question.path;
  for (;;) {
    const smaller = smallerPage(path);
    const headers = path === question.path ? (question.headers ?? {}) : {};
    const reply = await requests.ask({
      path,
      headers,
      credential: question.credential,
      isShrinkable: smaller !== null,
    });
    if (reply.kind === "too-big") path = smaller!;
    else if (reply.kind === "ok") return readPage(api, path, question.field, reply);
    else return reply;
  }
}

function readPage(api: ApiUrl, path: string, field: string | null, reply: Reply & { readonly kind: "ok" }): ListPage {
  const list = field === null ? reply.json : isObject(reply.json) ? reply.json[field] : undefined;
  if (!Array.isArray(list)) {
    throw problem(
      "github-answer-unreadable",
      shownPath(path),
      `there is no list ${field === null ? "" : `"${field}" `}in it`,
    );
  }
  const total = isObject(reply.json) ? reply.json["total_count"] : null;
  const isTotal = typeof total === "number" && Number.isSafeInteger(total) && total >= 0;
  const nextPath = pageAfter(api, path, reply.headers.get("link"), list.length);
  return { kind: "page", items: list, total: isTotal ? total : null, nextPath, path, reply };
}

/**
 * GitHub's own link where there is a usable one. A full page without one is asked on from: the link may have been lost on the
 * way, or lead elsewhere, and a list that ends unnoticed is worse than an empty page.
 */
function pageAfter(api: ApiUrl, path: string, link: string | null, itemCount: number): string | null {
  const followed = followedLink(api, path, link);
  if (followed !== null) return followed;
  const { size, page } = placeOf(path);
  return itemCount >= size && !isLastPage(link) ? withPlace(path, size, page + 1) : null;
}

/** The same place of the list, asked for in the next smaller size; null when there is none. */
function smallerPage(path: string): string | null {
  const { size, page } = placeOf(path);
  const smaller = PAGE_SIZES.find((candidate) => candidate < size);
  if (smaller === undefined) return null;
  return withPlace(path, smaller, Math.floor(((page - 1) * size) / smaller) + 1);
}

function placeOf(path: string): { readonly size: number; readonly page: number } {
  const query = new URLSearchParams(path.split("?", 2)[1] ?? "");
  const number = (name: string, otherwise: number): number => {
    const value = Number(query.get(name) ?? "");
    return Number.isSafeInteger(value) && value > 0 ? value : otherwise;
  };
  return { size: number("per_page", 30), page: number("page", 1) };
}

function withPlace(path: string, size: number, page: number): string {
  const [route, queryText] = path.split("?", 2);
  const query = new URLSearchParams(queryText ?? "");
  query.set("per_page", String(size));
  query.set("page", String(page));
  return `${route}?${String(query)}`;
}
