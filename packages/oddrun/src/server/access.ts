import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIPv4 } from "node:net";
import type { RouteAccess } from "../api/index.ts";
import { problem, type ProblemCode } from "../operations/problems.ts";

/** Decides whether a request may come in: null lets it, a code says why not. */
export type AccessCheck = (request: IncomingMessage, access: RouteAccess) => ProblemCode | null;

const KEY_CHARS_MIN = 32;

/**
 * The key of the environment variable, or null when it is unset or empty.
 * @throws Problem "key-too-short" for a key that could be guessed or cannot stand in a header.
 */
export function readApiKey(text: string | undefined): string | null {
  if (text === undefined || text === "") return null;
  if (text.length < KEY_CHARS_MIN) throw problem("key-too-short", `has ${text.length} characters`);
  if (!/^[\x21-\x7e]+$/.test(text)) throw problem("key-too-short", "holds a space or a character outside ASCII");
  return text;
}

/** Whether only this machine can reach an address: 127.0.0.0/8, ::1, localhost. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || name === "::1" || (isIPv4(name) && name.startsWith("127."));
}

/**
 * Who asks callers for what lets them in. "server": this server, for its key. "platform": what stands in front of it and lets no
 * caller through that it has not checked; a key, if there is one, is asked for all the same.
 */
export type AuthBy = "server" | "platform";

/** @throws Problem "key-needed" when others could reach a server that has no key. */
export function checkExposure(host: string, apiKey: string | null, authBy: AuthBy = "server"): void {
  if (apiKey === null && authBy === "server" && !isLoopback(host)) throw problem("key-needed", host);
}

/**
 * With a key: exactly one header with it. Without: requests of this machine that no foreign web page can have sent, or, behind a
 * platform that checks, every request.
 */
export function accessCheck(apiKey: string | null, authBy: AuthBy = "server"): AccessCheck {
  if (apiKey === null && authBy === "platform") return () => null;
  if (apiKey === null)
    return (request, access) => (access === "open" || isLocalRequest(request) ? null : "foreign-origin");
  const digest = hash("sha256", apiKey, "buffer");
  return (request, access) => {
    if (access === "open") return null;
    const presented = presentedKey(request, access === "key-or-browser");
    // The digest is compared whatever was sent, so that a missing key takes the time of a wrong one.
    const isRight = timingSafeEqual(hash("sha256", presented ?? "", "buffer"), digest);
    return isRight && presented !== null ? null : "unauthorized";
  };
}

function presentedKey(request: IncomingMessage, isBasicTaken: boolean): string | null {
  const header = request.headers.authorization;
  if (header === undefined || countHeader(request, "authorization") !== 1) return null;
  const bearer = /^bearer +([\x21-\x7e]+)$/i.exec(header);
  if (bearer !== null) return bearer[1]!;
  const basic = isBasicTaken ? /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header) : null;
  if (basic === null) return null;
  const pair = Buffer.from(basic[1]!, "base64").toString("utf8");
  return pair.includes(":") ? pair.slice(pair.indexOf(":") + 1) : null;
}

/** How often a header was sent: Node keeps only the first of some. */
function countHeader(request: IncomingMessage, name: string): number {
  const { rawHeaders } = request;
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const header = rawHeaders[at]!;
    if (header.length === name.length && header.toLowerCase() === name) count++;
  }
  return count;
}

/**
 * A page of another site can make a browser on this machine send requests here, under its own name (DNS rebinding) or with its
 * own Origin; neither passes.
 */
function isLocalRequest(request: IncomingMessage): boolean {
  const { host, origin } = request.headers;
  if (host === undefined || countHeader(request, "host") !== 1) return false;
  const name = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i.exec(host);
  if (name === null || !isLoopback(name[1]!)) return false;
  return origin === undefined || origin === `http://${host}`;
}
