import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { printable } from "../../operations/text/visible-text.ts";
import { isMetadataAddress, isPrivateAddress } from "./private-address.ts";

/** Where messages are sent. The address itself is a secret: who has it can write to the channel. */
export interface WebAddress {
  readonly url: URL;
  /** What may be shown of it: its host, and a few letters by which two addresses can be told apart. */
  readonly shown: string;
}

/** Hosts inside of a network that a setting allows: "host", "host:port", or with "http://" before it. */
export interface AllowedHosts {
  readonly isAllowed: (url: URL) => boolean;
  readonly isHttpAllowed: (url: URL) => boolean;
}

const ADDRESS_CHARS_MAX = 4096;

/** An address from the environment, or why it is none. The reason holds no part of it but the host. */
export function webAddress(text: string, allowed: AllowedHosts): WebAddress | { readonly why: string } {
  const trimmed = text.trim();
  if (trimmed === "") return { why: "it is empty" };
  if (trimmed.length > ADDRESS_CHARS_MAX || !URL.canParse(trimmed))
    return { why: "it is no address such as https://…" };
  const url = new URL(trimmed);
  if (url.protocol !== "https:" && url.protocol !== "http:") return { why: "it does not begin with https://" };
  const shown = shownAddress(url);
  if (url.username !== "" || url.password !== "")
    return { why: `${shown} has a user name or password before its host` };
  if (url.protocol === "http:" && !allowed.isHttpAllowed(url)) {
    return { why: `${shown} is without encryption: it must begin with https://` };
  }
  const literal = hostOf(url);
  const why = isIP(literal) === 0 ? null : whyNotThere(url, literal, allowed);
  return why === null ? { url, shown } : { why };
}

/** The host as a resolver takes it: without the brackets of an IPv6 address. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, "$1");

/** Why nothing is sent to an address that the host has; null when it may be. */
export function whyNotThere(url: URL, address: string, allowed: AllowedHosts): string | null {
  if (!isPrivateAddress(address)) return null;
  const shown = shownAddress(url);
  const isItself = hostOf(url) === address;
  if (allowed.isAllowed(url) && (isItself || !isMetadataAddress(address))) return null;
  return `${shown} leads to ${isItself ? "a private address" : "an address inside of a network"}, which is refused unless ODDRUN_ALERT_HOSTS names the host`;
}

const shownAddress = (url: URL): string => {
  const hash = createHash("sha256").update(url.href).digest("hex").slice(0, 6);
  return `${printable(url.host, 100)} (address ${hash})`;
};

/** The hosts in ODDRUN_ALERT_HOSTS, with commas or spaces between; loopback ones may go without encryption. */
export function allowedHosts(text: string | undefined): AllowedHosts {
  const hosts = new Set<string>();
  const plain = new Set<string>();
  for (const entry of (text ?? "").split(/[\s,]+/)) {
    if (entry === "") continue;
    const isPlain = entry.startsWith("http://");
    const address = isPlain ? entry : `https://${entry.replace(/^https:\/\//, "")}`;
    if (!URL.canParse(address)) continue;
    const { host, hostname } = new URL(address);
    for (const set of isPlain ? [hosts, plain] : [hosts]) set.add(host === hostname ? hostname : host);
  }
  const has = (set: ReadonlySet<string>, { host, hostname }: URL): boolean => set.has(host) || set.has(hostname);
  return {
    isAllowed: (url) => has(hosts, url),
    isHttpAllowed: (url) => has(plain, url) || (has(hosts, url) && isLoopback(hostOf(url))),
  };
}

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
