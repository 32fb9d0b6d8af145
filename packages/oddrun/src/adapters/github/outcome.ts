import { printable } from "../../operations/text/visible-text.ts";
import type { Exchange } from "./exchange.ts";
import { isObject, type Json } from "./json.ts";

/** What an exchange means for the request: the one place where it is decided. Spans are milliseconds of the server's time. */
export type Outcome =
  | { readonly kind: "ok" }
  | { readonly kind: "unchanged" }
  | { readonly kind: "moved"; readonly location: string; readonly isForGood: boolean }
  /** The server said when to ask again. */
  | { readonly kind: "wait"; readonly reason: "rate-limit" | "secondary-limit" | "overload"; readonly waitMs: number }
  /** A limit was met, and the server did not say for how long. */
  | { readonly kind: "back-off" }
  /** A passing fault. `isTooBig`: a smaller page may do. `isGarbled`: there was an answer, but no sense in it. */
  | { readonly kind: "fault"; readonly why: string; readonly isTooBig: boolean; readonly isGarbled: boolean }
  | { readonly kind: "unauthorized" }
  | { readonly kind: "forbidden"; readonly needsSso: boolean; readonly permissions: string | null }
  | { readonly kind: "gone"; readonly status: number; readonly permissions: string | null }
  /** What is asked for cannot be: `said` is why, as far as GitHub says so. */
  | { readonly kind: "unprocessable"; readonly said: string }
  | { readonly kind: "refused"; readonly status: number };

/** GitHub renews a limit every hour: a reset further away is a mistake. */
const RESET_LONGEST_MS = 3_700_000;
/** Texts that GitHub has used for its limits; headers and status come first, since the wording has changed before. */
const LIMIT_TEXT = /rate limit|abuse detection|too many requests/i;
const CUT_WORK_TEXT = /server error/i;
const MOVED = new Set([301, 302, 303, 307, 308]);

/** `serverNowMs` is the instant of the answer by the server's own clock. */
export function outcomeOf(exchange: Exchange, serverNowMs: number): Outcome {
  if (exchange.kind === "failed") {
    const { how, why } = exchange;
    return { kind: "fault", why, isTooBig: how === "time-out", isGarbled: how === "garbled" };
  }
  const { status, headers, text } = exchange;
  if (status === 304) return { kind: "unchanged" };
  if (MOVED.has(status)) {
    const location = headers.get("location");
    if (location === null) return garbled(`${status} without a location`);
    return { kind: "moved", location, isForGood: status === 301 || status === 308 };
  }
  if (status === 204) return { kind: "ok" };
  if (status >= 200 && status < 300) {
    if (exchange.isTooLong) return garbled("more than an answer may have");
    return text.trim() === "" ? garbled("an empty answer") : { kind: "ok" };
  }
  if (status === 403 || status === 429) {
    const limit = limitOutcome(exchange, serverNowMs);
    if (limit !== null) return limit;
  }
  const permissions = printableHeader(headers.get("x-accepted-github-permissions"));
  if (status === 401) return { kind: "unauthorized" };
  if (status === 403) {
    return { kind: "forbidden", needsSso: headers.get("x-github-sso")?.startsWith("required") === true, permissions };
  }
  if (status === 404 || status === 410 || status === 451) return { kind: "gone", status, permissions };
  if (status === 422) return { kind: "unprocessable", said: saidIn(text) };
  if (status === 408 || status >= 500) {
    const waitMs = retryAfterMs(headers, serverNowMs);
    if (waitMs !== null) return { kind: "wait", reason: "overload", waitMs };
    const isTooBig = status === 502 || status === 504 || (status === 500 && CUT_WORK_TEXT.test(text.slice(0, 2000)));
    return { kind: "fault", why: `status ${status}`, isTooBig, isGarbled: false };
  }
  return { kind: "refused", status };
}

/** The order is GitHub's: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api. */
function limitOutcome(exchange: Exchange & { readonly kind: "answer" }, serverNowMs: number): Outcome | null {
  const { status, headers, text } = exchange;
  const waitMs = retryAfterMs(headers, serverNowMs);
  if (waitMs !== null) return { kind: "wait", reason: "secondary-limit", waitMs };
  if (headers.get("x-ratelimit-remaining") === "0") {
    const renewalMs = untilRenewalMs(headers, serverNowMs);
    return renewalMs === null ? { kind: "back-off" } : { kind: "wait", reason: "rate-limit", waitMs: renewalMs };
  }
  return status === 429 || LIMIT_TEXT.test(text.slice(0, 10_000)) ? { kind: "back-off" } : null;
}

/** From `retry-after`, as seconds or as an HTTP date; null when there is none that lies ahead. */
function retryAfterMs(headers: Headers, serverNowMs: number): number | null {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) > 0 ? Number(text) * 1000 : null;
  const dateMs = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return dateMs > serverNowMs ? dateMs - serverNowMs : null;
}

/** How long until the limit is renewed, at most a good hour; null when that is not said or is already past. */
export function untilRenewalMs(headers: Headers, serverNowMs: number): number | null {
  const renewedAtMs = renewalMs(headers);
  if (renewedAtMs === null || renewedAtMs <= serverNowMs) return null;
  return Math.min(renewedAtMs - serverNowMs, RESET_LONGEST_MS);
}

/** When the limit is renewed, by the server's clock. */
export function renewalMs(headers: Headers): number | null {
  const text = headers.get("x-ratelimit-reset") ?? "";
  return /^\d{1,12}$/.test(text) ? Number(text) * 1000 : null;
}

/** GitHub's message and what it says of each field: "Validation Failed: name already_exists". */
function saidIn(text: string): string {
  let json: Json;
  try {
    json = JSON.parse(text.slice(0, 100_000));
  } catch {
    return "";
  }
  if (!isObject(json)) return "";
  const errors = Array.isArray(json["errors"]) ? json["errors"].slice(0, 5) : [];
  const told = errors.map((error: Json) => {
    if (typeof error === "string") return error;
    const { field, code, message } = isObject(error) ? error : {};
    return [field, code, message].filter((part) => typeof part === "string").join(" ");
  });
  const message = typeof json["message"] === "string" ? json["message"] : "";
  return printable([message, ...told].filter((part) => part !== "").join(": "), 300);
}

const garbled = (why: string): Outcome => ({ kind: "fault", why, isTooBig: false, isGarbled: true });

/** Only what the names of permissions are made of. */
function printableHeader(text: string | null): string | null {
  const plain = text?.replace(/[^a-z0-9_=;, -]/gi, "").slice(0, 200) ?? "";
  return plain === "" ? null : plain;
}
