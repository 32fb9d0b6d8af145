import { lookup as resolve } from "node:dns/promises";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { type AllowedHosts, hostOf, type WebAddress, whyNotThere } from "./web-address.ts";

/** What came of one request. */
export type Posted =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly retryAfter: string | null;
      readonly contentType: string;
      readonly text: string;
    }
  /** Nothing was sent: no such host, no connection. */
  | { readonly kind: "unsent"; readonly why: string }
  /** It was sent, or part of it: whether it arrived is not known. */
  | { readonly kind: "unanswered"; readonly why: string }
  /** The host leads where nothing is to be sent. */
  | { readonly kind: "forbidden"; readonly why: string };

/** Every address that a host has, as the system's resolver tells. */
export type ResolveHost = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

export interface PostOptions {
  readonly allowed: AllowedHosts;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly resolveHost?: ResolveHost;
  /** Certificate authorities that are trusted besides the system's. */
  readonly ca?: string;
}

/** Answers are a word or two; nobody needs more of a page than this. */
const BYTES_MAX = 64 * 1024;

const ofSystem: ResolveHost = (host) => resolve(host, { all: true, verbatim: true });

/**
 * Sends a body once, and follows no redirect. The host is resolved first, every address it has is judged, and the connection goes to
 * one of those and no other: a name that is resolved anew meanwhile gains nothing. Only the signal's reason is ever thrown.
 */
export async function postOnce(
  { url }: WebAddress,
  headers: Readonly<Record<string, string>>,
  body: string,
  options: PostOptions,
): Promise<Posted> {
  const { signal, allowed, resolveHost = ofSystem } = options;
  signal.throwIfAborted();
  const host = hostOf(url);
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const stop = AbortSignal.any([signal, timeout]);
  try {
    const family = isIP(host);
    const found = family === 0 ? await until(resolveHost(host), stop) : [{ address: host, family }];
    for (const { address } of found) {
      const why = whyNotThere(url, address, allowed);
      if (why !== null) return { kind: "forbidden", why };
    }
    if (found.length === 0) return { kind: "unsent", why: "its host has no address" };
    return await exchange(url, headers, body, found, stop, options.ca);
  } catch (error) {
    signal.throwIfAborted();
    const why = timeout.aborted ? `no answer within ${options.timeoutMs / 1000} s` : codeOf(error);
    return { kind: timeout.aborted || !NOTHING_SENT.has(codeOf(error)) ? "unanswered" : "unsent", why };
  }
}

/** Errors before a connection stood. */
const NOTHING_SENT: ReadonlySet<string> = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** Errors' messages hold addresses: only their code is told. */
function codeOf(error: unknown): string {
  const at = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  return at instanceof Error && "code" in at && typeof at.code === "string" ? at.code : "the connection failed";
}

function exchange(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  found: Awaited<ReturnType<ResolveHost>>,
  signal: AbortSignal,
  ca: string | undefined,
): Promise<Posted> {
  const bytes = Buffer.from(body);
  const request = url.protocol === "http:" ? requestHttp : requestHttps;
  return new Promise((settle, fail) => {
    const sent = request(
      url,
      {
        method: "POST",
        agent: false,
        headers: { ...headers, "content-length": bytes.length, connection: "close" },
        lookup: onlyThese(found),
        signal,
        maxHeaderSize: 16 * 1024,
        ...(ca === undefined ? {} : { ca }),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let length = 0;
        const done = (): void =>
          settle({
            kind: "answer",
            status: answer.statusCode ?? 0,
            retryAfter: answer.headers["retry-after"] ?? null,
            contentType: answer.headers["content-type"] ?? "",
            text: Buffer.concat(chunks).subarray(0, BYTES_MAX).toString("utf8"),
          });
        answer.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length < BYTES_MAX) return;
          done();
          sent.destroy();
        });
        answer.on("end", done);
        answer.on("error", fail);
      },
    );
    sent.on("error", fail);
    sent.end(bytes);
  });
}

const onlyThese =
  (found: Awaited<ReturnType<ResolveHost>>): LookupFunction =>
  (_host, options, callback) => {
    const all = found.map(({ address, family }) => ({ address, family }));
    if (options.all === true) callback(null, all);
    else callback(null, all[0]!.address, all[0]!.family);
  };

/** The promise, or the signal's reason when that comes first. */
async function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
