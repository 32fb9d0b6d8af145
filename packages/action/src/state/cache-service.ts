import { createHash } from "node:crypto";
import { scaledWaits } from "oddrun/internal/adapters/github/waits";
import { isObject, type JsonObject } from "oddrun/internal/adapters/github/json";
import { printable } from "oddrun/internal/operations/text/visible-text";

/**
 * GitHub's cache service, version 2, as actions/toolkit speaks it (packages/cache/src: internal/shared/cacheTwirpClient.ts,
 * internal/config.ts, cache.ts, generated/results/api/v1/cache.ts): three Twirp calls as JSON, and the bytes to and from a signed address of
 * Azure's blob storage.
 */
export interface CacheService {
  /** The newest entry of that key, or whose key begins with one of the others. Null when there is none. */
  find(key: string, restoreKeys: readonly string[]): Promise<{ readonly key: string; readonly bytes: Buffer } | null>;
  /** "exists" when an entry of that key is there: entries never change. */
  save(key: string, bytes: Uint8Array): Promise<"saved" | "exists">;
}

export interface CacheServiceOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Told each signature, so that no log shows it. */
  readonly mask: (secret: string) => void;
  readonly userAgent: string;
}

/** A reason for the user, in place of what went wrong in detail. Holds no address and no key. */
export class CacheTrouble extends Error {}

const SERVICE = "github.actions.results.api.v1.CacheService";
/** An entry is found by its key and this; it tells what the bytes are. */
const ENTRY_VERSION = createHash("sha256").update("oddrun state, format 1").digest("hex");
/** What the toolkit sends in one piece; larger files it sends in blocks. */
const ENTRY_BYTES_MAX = 128 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const TRANSFER_TIMEOUT_MS = 120_000;
const TRIES_MAX = 4;
const RETRY_FIRST_MS = 1500;
const RETRIED: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** Null, with the reason, where no cache service of this kind is to be had: a GitHub Enterprise Server, `act`, a plain shell. */
export function cacheService(options: CacheServiceOptions): CacheService | { readonly missing: string } {
  const { env } = options;
  const host = hostOf(env["GITHUB_SERVER_URL"] || "https://github.com").toLowerCase();
  // the toolkit's own test of what is no GitHub Enterprise Server
  const isCloud = host === "github.com" || host.endsWith(".ghe.com") || host.endsWith(".localhost");
  if (!isCloud) return { missing: "a GitHub Enterprise Server has another cache service" };
  if (!env["ACTIONS_CACHE_SERVICE_V2"]) return { missing: "the runner names no cache service of version 2" };
  const token = env["ACTIONS_RUNTIME_TOKEN"] ?? "";
  const base = safeUrl(env["ACTIONS_RESULTS_URL"] ?? "");
  if (base === null || token === "") return { missing: "the runner gives no address or no token for it" };
  return service(base, token, options);
}

function service(base: URL, token: string, options: CacheServiceOptions): CacheService {
  const { signal, mask, userAgent } = options;
  const waits = scaledWaits(options.env["ODDRUN_WAIT_SCALE"], signal);

  /** Sends until there is an answer that trying again would not change. */
  const send = async (what: string, url: string, init: RequestInit, timeoutMs: number): Promise<Response> => {
    for (let tried = 1; ; tried++) {
      let why: string;
      try {
        const limits = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
        const response = await fetch(url, { ...init, redirect: "error", signal: limits });
        if (!RETRIED.has(response.status)) return response;
        why = `status ${response.status}`;
        await response.body?.cancel();
      } catch (error) {
        signal.throwIfAborted();
        why = causeOf(error);
      }
      if (tried >= TRIES_MAX) throw new CacheTrouble(`${what} failed ${TRIES_MAX} times (${why})`);
      await waits.pause(RETRY_FIRST_MS * 2 ** (tried - 1));
    }
  };

  const call = async (
    method: string,
    body: JsonObject,
  ): Promise<{ readonly status: number; readonly body: JsonObject }> => {
    const url = new URL(`/twirp/${SERVICE}/${method}`, base).href;
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json",
      "user-agent": userAgent,
    };
    const response = await send(
      method,
      url,
      { method: "POST", headers, body: JSON.stringify(body) },
      REQUEST_TIMEOUT_MS,
    );
    const answer: unknown = await response.json().catch(() => null);
    return { status: response.status, body: isObject(answer) ? answer : {} };
  };

  /** The service's addresses are secrets: who has one may read or write the entry. */
  const signed = (body: JsonObject, snake: string, camel: string): string => {
    const text = body[snake] ?? body[camel];
    const url = typeof text === "string" ? safeUrl(text) : null;
    if (url === null) throw new CacheTrouble("the cache service named no address");
    const signature = url.searchParams.get("sig");
    for (const form of signature === null ? [] : [signature, encodeURIComponent(signature)]) mask(form);
    return url.href;
  };

  return {
    async find(key, restoreKeys) {
      const { status, body } = await call("GetCacheEntryDownloadURL", {
        key,
        restore_keys: restoreKeys,
        version: ENTRY_VERSION,
      });
      if (status === 404) return null;
      if (status >= 300) throw new CacheTrouble(`GetCacheEntryDownloadURL was answered with ${status}`);
      const matched = body["matched_key"] ?? body["matchedKey"];
      if (body["ok"] !== true || typeof matched !== "string") return null;
      const url = signed(body, "signed_download_url", "signedDownloadUrl");
      const response = await send("the download", url, { headers: { "user-agent": userAgent } }, TRANSFER_TIMEOUT_MS);
      if (!response.ok) throw new CacheTrouble(`the download was answered with ${response.status}`);
      return { key: matched, bytes: await bytesOf(response) };
    },

    async save(key, bytes) {
      if (bytes.byteLength > ENTRY_BYTES_MAX)
        throw new CacheTrouble(`it has ${mebibytes(bytes.byteLength)}, more than 128 MiB`);
      const created = await call("CreateCacheEntry", { key, version: ENTRY_VERSION });
      if (created.status === 409 || created.body["code"] === "already_exists") return "exists";
      if (created.status >= 300) throw new CacheTrouble(`CreateCacheEntry was answered with ${created.status}`);
      // with a reason it is a refusal, such as of a cache that is full; without one the key is taken, as the toolkit has it
      const reason = created.body["message"];
      if (created.body["ok"] !== true && typeof reason === "string" && reason !== "")
        throw new CacheTrouble(`the cache service refused it: ${printable(reason, 200)}`);
      if (created.body["ok"] !== true) return "exists";
      const url = signed(created.body, "signed_upload_url", "signedUploadUrl");
      const headers = { "x-ms-blob-type": "BlockBlob", "content-type": "application/octet-stream" };
      const init: RequestInit = { method: "PUT", headers, body: Buffer.from(bytes) };
      const uploaded = await send("the upload", url, init, TRANSFER_TIMEOUT_MS);
      if (!uploaded.ok) throw new CacheTrouble(`the upload was answered with ${uploaded.status}`);
      const size = String(bytes.byteLength);
      const done = await call("FinalizeCacheEntryUpload", { key, size_bytes: size, version: ENTRY_VERSION });
      if (done.status >= 300 || done.body["ok"] !== true) {
        throw new CacheTrouble(`FinalizeCacheEntryUpload was answered with ${done.status}`);
      }
      return "saved";
    },
  };
}

/** A body that ends early is an error of fetch where its length was told. */
async function bytesOf(response: Response): Promise<Buffer> {
  const length = Number(response.headers.get("content-length") ?? 0);
  if (length > ENTRY_BYTES_MAX) throw new CacheTrouble(`the entry has ${mebibytes(length)}`);
  try {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > ENTRY_BYTES_MAX) throw new CacheTrouble("the entry has more than 128 MiB");
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    throw error instanceof CacheTrouble ? error : new CacheTrouble(`the download broke off (${causeOf(error)})`);
  }
}

/** https, or plain http to this very machine. */
function safeUrl(text: string): URL | null {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") return null;
  if (url.protocol === "https:") return url;
  return url.protocol === "http:" && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname) ? url : null;
}

const hostOf = (text: string): string => URL.parse(text)?.hostname ?? "";
const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MiB`;

/** The system's word for it, such as ECONNREFUSED; never the message, which may name the address. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return "no answer";
  const code = (error.cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : error.name;
}
