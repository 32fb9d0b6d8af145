import type { ApiUrl } from "./api-url.ts";
import { isOfApi, parsedUrl } from "./redirect.ts";

const LINK_CHARS_MAX = 10_000;
const LINKS_MAX = 20;

interface Link {
  readonly address: string;
  /** "next", "last" and the like; none when it does not say. */
  readonly relations: readonly string[];
}

/**
 * The links of a `Link` header; none when it is too long to be one. Read in one pass over a bounded text, since the header comes
 * from outside: expressions for it have hung programs before.
 */
export function readLinks(header: string | null): readonly Link[] {
  const links: Link[] = [];
  if (header === null || header.length > LINK_CHARS_MAX) return links;
  for (let at = 0; links.length < LINKS_MAX; ) {
    const from = header.indexOf("<", at);
    const to = from < 0 ? -1 : header.indexOf(">", from);
    if (to < 0) return links;
    const following = header.indexOf("<", to);
    const parameters = header.slice(to + 1, following < 0 ? undefined : following).split(";");
    const relations = parameters.flatMap((parameter) => {
      const [name, value] = parameter.replace(",", "").trim().split("=", 2);
      return name === "rel" && value !== undefined ? value.replaceAll('"', "").split(" ") : [];
    });
    links.push({ address: header.slice(from + 1, to), relations });
    at = to + 1;
  }
  return links;
}

/** Whether the header names other pages of the list, and no next one. */
export function isLastPage(header: string | null): boolean {
  const relations = readLinks(header).flatMap((link) => link.relations);
  return relations.some((relation) => relation === "first" || relation === "prev") && !relations.includes("next");
}

/**
 * The path and query of the next page, if it is one of the same list: on the same server, under the same path (or the one by the
 * repository's id, which GitHub uses here) and further on. Else null.
 */
export function followedLink(api: ApiUrl, currentPath: string, header: string | null): string | null {
  const link = readLinks(header).find(({ relations }) => relations.includes("next"));
  const target = link === undefined ? null : parsedUrl(link.address, `${api.base}/`);
  if (target === null || !isOfApi(api, target)) return null;
  const current = new URL(`${api.base}${currentPath}`);
  if (listOf(target.pathname.slice(api.path.length)) !== listOf(current.pathname.slice(api.path.length))) return null;
  if (pageOf(target) <= pageOf(current)) return null;
  return `${target.pathname.slice(api.path.length)}${target.search}`;
}

/** What is listed, whichever way the repository or organisation is named. */
function listOf(path: string): string {
  return path
    .replace(/^\/(repos\/[^/]+\/[^/]+|repositories\/\d+)(?=\/|$)/, "/repository")
    .replace(/^\/(orgs\/[^/]+|organizations\/\d+)(?=\/|$)/, "/organization")
    .replace(/^\/(users\/[^/]+|user\/\d+)(?=\/|$)/, "/user");
}

function pageOf(url: URL): number {
  const page = Number(url.searchParams.get("page") ?? "1");
  return Number.isSafeInteger(page) ? page : 1;
}
