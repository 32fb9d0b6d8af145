import { Octokit } from "@octokit/core";
import { printable } from "../../operations/text/visible-text.ts";
import type { ApiUrl } from "./api-url.ts";
import type { Json } from "./json.ts";

/** One request to be sent once. */
export interface Sent {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** A path under the API with its query, or a whole address. */
  readonly url: string;
  /** The value of the authorization header; null sends none. */
  readonly authorization: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: Json;
}

/** What came back: an answer of any status with its text, or why there was none that can be used. */
export type Exchange =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: Headers;
      readonly text: string;
      /** There was more of the text than any answer may have. */
      readonly isTooLong: boolean;
    }
  /** "network": no connection, or a broken one; "time-out": too slow; "garbled": not what its encoding says. */
  | { readonly kind: "failed"; readonly how: "network" | "time-out" | "garbled"; readonly why: string };

export interface ExchangeOptions {
  readonly api: ApiUrl;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The versions of GitHub Enterprise Server in use know this one and no newer; github.com keeps it until March 2028 at least. */
const API_VERSION = "2022-11-28";
/** A hundred runs are some 2 MB. */
const BYTES_MAX = 64 * 1024 * 1024;

export type SendOnce = (sent: Sent, limits?: { readonly bytesMax?: number }) => Promise<Exchange>;

/**
 * Sends one request once, without following redirects, and gives what came of it; only the signal's reason is ever thrown.
 * Octokit fills in and merges the request; the body is read here, within bounds, and its JSON is not parsed yet.
 */
export function exchanger(options: ExchangeOptions): SendOnce {
  const octokit = new Octokit({ baseUrl: options.api.base, userAgent: options.userAgent, log: SILENT });
  return async (sent, limits) => {
    let came: Exchange | null = null;
    const transport = async (url: string, init: RequestInit): Promise<Response> => {
      const headers = new Headers(init.headers);
      // Octokit's own name after ours says nothing that GitHub needs.
      headers.set("user-agent", options.userAgent);
      came = await fetchOnce(url, { ...init, headers }, options, limits?.bytesMax);
      // Octokit is not to judge the answer.
      return new Response(null, { status: 204 });
    };
    await octokit.request({
      method: sent.method,
      url: sent.url,
      headers: {
        accept: "application/vnd.github+json",
        "x-github-api-version": API_VERSION,
        ...(sent.authorization === null ? {} : { authorization: sent.authorization }),
        ...sent.headers,
      },
      ...(sent.body === undefined ? {} : { data: sent.body }),
      request: { fetch: transport, redirect: "manual" },
    });
    options.signal.throwIfAborted();
    return came ?? { kind: "failed", how: "network", why: "nothing was sent" };
  };
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

async function fetchOnce(
  url: string,
  init: RequestInit,
  { signal, timeoutMs }: ExchangeOptions,
  bytesWanted: number | undefined,
): Promise<Exchange> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.any([signal, timeout]) });
    const { text, isCut } = await readBody(response, bytesWanted ?? BYTES_MAX);
    const isTooLong = isCut && bytesWanted === undefined;
    return { kind: "answer", status: response.status, headers: response.headers, text, isTooLong };
  } catch (error) {
    if (timeout.aborted) return { kind: "failed", how: "time-out", why: `no answer within ${timeoutMs / 1000} s` };
    return failure(error);
  }
}

async function readBody(response: Response, bytesMax: number): Promise<{ text: string; isCut: boolean }> {
  if (response.body === null) return { text: "", isCut: false };
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    const room = bytesMax - bytes;
    bytes += chunk.length;
    text += decoder.decode(chunk.length > room ? chunk.subarray(0, room) : chunk, { stream: true });
    // leaving the loop closes the connection
    if (bytes > bytesMax) return { text, isCut: true };
  }
  return { text: text + decoder.decode(), isCut: false };
}

/** `fetch` hides what happened in the cause of its error, at times in the cause of that. */
function failure(error: unknown): Exchange {
  const told: string[] = [];
  for (let at: unknown = error; at instanceof Error && told.length < 5; at = at.cause) {
    told.push("code" in at && typeof at.code === "string" ? at.code : printable(at.message));
  }
  const code = told.at(-1) ?? "connection failed";
  const isGarbled = /^(Z_|ERR_BROTLI|ERR_ZSTD)/.test(code);
  return { kind: "failed", how: isGarbled ? "garbled" : "network", why: code };
}
