import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { ApiUrl } from "./api-url.ts";

/** Where a redirect leads, if the token may be sent there: to the same server's API and nowhere else. */
export function redirectTarget(api: ApiUrl, from: string, location: string): string {
  const target = parsedUrl(location, from);
  if (target === null) throw problem("github-redirect-refused", shownPath(from), "to what is no address");
  if (!isOfApi(api, target)) {
    throw problem(
      "github-redirect-refused",
      shownPath(from),
      `to ${printable(`${target.protocol}//${target.host}`, 120)}`,
    );
  }
  return target.href;
}

/** Whether this is an address of the API: the token goes to no other. */
export function isOfApi(api: ApiUrl, url: URL): boolean {
  return (
    url.origin === api.origin && url.username === "" && url.password === "" && url.pathname.startsWith(`${api.path}/`)
  );
}

export function parsedUrl(text: string, base: string): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null;
}

/** The path of an address, fit to be shown: a query may hold what nobody is to see. */
export function shownPath(url: string): string {
  return printable(parsedUrl(url, "https://unknown.invalid")?.pathname ?? url, 200);
}
