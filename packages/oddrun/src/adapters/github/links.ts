import type { ApiUrl } from "./api-url.ts";
import { isOfApi, parsedUrl } from "./redirect.ts";

const LINK_CHARS_MAX = 10_000;
const LINKS_MAX = 20;

/**
 * The address that a `Link` header calls "next"; null when it calls none so. Read in one pass over a bounded text, since the header
 * comes from outside: expressions for it have hung programs before.
 */
export function nextLink(header: string | null): string | null {
  if (header === null || header.length > LINK_CHARS_MAX) return null;
  let at = 0;
  for (let count = 0; count < LINKS_MAX; count++) {
    const from = header.indexOf("<", at);
    const to = from < 0 ? -1 : header.indexOf(">", from);
    if (to < 0) return null;
    const following = header.indexOf("<", to);
    const parameters = header.slice(to + 1, following < 0 ? undefined : following);
    const isNext = parameters.split(";").some((parameter) => {
      const [name, value] = parameter.replace(",", "").trim().split("=", 2);
      return name === "rel" && value !== undefined && value.replaceAll('"', "").split(" ").includes("next");
    });
    if (isNext) return header.slice(from + 1, to);
    at = to + 1;
  }
  return null;
}

/**
 * The path and query of the next page, if it is one of the same list: on the same server, under the same path (or the one by the
 * repository's id, which GitHub uses here) and further on. Else null.
 */
export function followedLink(api: ApiUrl, currentPath: string, header: string | null): string | null {
  const link = nextLink(header);
  const target = link === null ? null : parsedUrl(link, `${api.base}/`);
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
