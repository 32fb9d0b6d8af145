import { problem } from "../problems.ts";
import { printable } from "../text/visible-text.ts";

/** The two deployments that take turns. */
export const COLOURS = ["blue", "green"] as const;

/** What Azure asks of an endpoint's name; it is part of a host name. */
export function checkEndpointName(name: string): string {
  const isFit = /^[A-Za-z][A-Za-z0-9-]{2,31}$/.test(name) && !name.includes("--") && !name.endsWith("-");
  if (isFit) return name;
  throw problem(
    "bad-usage",
    `"${printable(name)}" cannot name an endpoint: 3 to 32 letters, digits and single dashes, a letter first, no dash last.`,
  );
}

/** An image is named by its digest: a tag may mean another image tomorrow. */
export function checkImage(image: string): string {
  const isFit = /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}$/.test(image) && image.length <= 512;
  if (isFit) return image;
  throw problem(
    "bad-usage",
    `"${printable(image, 120)}" is not an image by digest: ${imageMistake(image)}. Name it as NAME.azurecr.io/oddrun-scoring@sha256:..., 64 hex digits.`,
  );
}

/** What keeps a text from naming an image, in words. */
function imageMistake(image: string): string {
  const [path = "", digest, ...more] = image.split("@");
  if (digest === undefined) return "it has no digest. A tag can be moved to another image, a digest can't";
  if (more.length > 0 || !/^sha256:[0-9a-f]{64}$/.test(digest))
    return `after the @ stands "sha256:" with 64 hex digits in small letters, nothing else`;
  if (path.includes("://")) return "it begins with the registry's host name, without https://";
  if (!path.includes("/")) return "the registry before it is missing, a host name such as NAME.azurecr.io";
  const [host = ""] = path.split("/");
  if (!/^[a-z0-9.-]+(:\d+)?$/.test(host))
    return `"${printable(host)}" is no registry; that is a host name in small letters, such as NAME.azurecr.io`;
  return "the name between the registry and the @ is small letters, digits, dots, dashes and slashes, 512 in all at most";
}

/** "blue=90,green=10" as percent by deployment. */
export function readTraffic(text: string): ReadonlyMap<string, number> {
  const wrong = (what: string) =>
    problem("bad-usage", `--traffic is "${printable(text)}": ${what}. Write it as blue=90,green=10.`);
  const traffic = new Map<string, number>();
  for (const part of text.split(",")) {
    const [, name, digits] = /^\s*([A-Za-z][A-Za-z0-9-]{2,31})\s*=\s*(\d{1,3})\s*$/.exec(part) ?? [];
    if (name === undefined) throw wrong(`"${printable(part)}" is not a deployment and its whole percent`);
    if (traffic.has(name)) throw wrong(`${name} stands twice`);
    traffic.set(name, Number(digits));
  }
  const sum = [...traffic.values()].reduce((total, percent) => total + percent, 0);
  if (sum !== 100 && sum !== 0) throw wrong(`the parts make ${sum}, and must make 100 (or 0, for nothing at all)`);
  return traffic;
}
