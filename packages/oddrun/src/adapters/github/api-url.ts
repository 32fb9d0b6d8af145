import { isIP } from "node:net";
import { problem } from "../../operations/problems.ts";

/** Where GitHub's API is. */
export interface ApiUrl {
  /** Without a slash at the end: "https://api.github.com", "https://ghes.example/api/v3". */
  readonly base: string;
  readonly origin: string;
  /** The path before every route: "" or "/api/v3". */
  readonly path: string;
  /** The host as `gh` knows it: "github.com", "ghes.example". */
  readonly webHost: string;
}

export const GITHUB_API_URL = "https://api.github.com";

const METADATA_NAMES = new Set(["metadata.google.internal", "metadata", "instance-data"]);
const METADATA_ADDRESSES = new Set(["100.100.100.200", "[fd00:ec2::254]", "[::]", "0.0.0.0"]);

/**
 * Checks the address of the API, so that a token is never sent in the clear, nor to an address that answers with a machine's own
 * secrets. Plain http is for this machine alone.
 */
export function readApiUrl(text: string): ApiUrl {
  const refuse = (why: string) => problem("github-api-url", why);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refuse("it is not an address");
  }
  if (url.username !== "" || url.password !== "") throw refuse("it carries a user name or password");
  const isLoopback = isLoopbackHost(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) {
    throw refuse("it does not begin with https://");
  }
  if (isMetadataHost(url.hostname)) throw refuse("it names a link-local or metadata address");
  if (url.search !== "" || url.hash !== "") throw refuse("it has a query or fragment");
  if (url.hostname === "github.com" || url.hostname === "www.github.com") {
    throw refuse(`that is the site for people; its API is ${GITHUB_API_URL}`);
  }
  const path = url.pathname.replace(/\/+$/, "");
  if (path !== "" && path !== "/api/v3") throw refuse("its path is neither / nor /api/v3");
  const isCloud = url.hostname === "api.github.com" || (/^api\.[^.]+\.ghe\.com$/.test(url.hostname) && path === "");
  if (path === "" && !isCloud && !isLoopback) {
    throw refuse(`the API of a GitHub Enterprise Server is at ${url.origin}/api/v3`);
  }
  const webHost = isCloud ? url.hostname.slice("api.".length) : url.host;
  return { base: `${url.origin}${path}`, origin: url.origin, path, webHost };
}

function isLoopbackHost(hostname: string): boolean {
  if (hostname === "localhost" || hostname === "[::1]") return true;
  return isIP(hostname) === 4 && hostname.startsWith("127.");
}

/** The addresses under which clouds hand out a machine's credentials. URL has already made every spelling of an address one. */
export function isMetadataHost(hostname: string): boolean {
  const name = hostname.replace(/\.$/, "").toLowerCase();
  if (METADATA_NAMES.has(name) || METADATA_ADDRESSES.has(name)) return true;
  if (isIP(name) === 4) return name.startsWith("169.254.");
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):[0-9a-f]{1,4}\]$/.exec(name);
  if (mapped !== null) return mapped[1] === "a9fe";
  return /^\[fe[89ab][0-9a-f]:/.test(name);
}
