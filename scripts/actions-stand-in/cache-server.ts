import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One entry of the cache. Once finalized it never changes. */
export interface CacheEntry {
  readonly id: number;
  readonly key: string;
  readonly version: string;
  /** The git ref whose runs wrote it. */
  readonly scope: string;
  bytes: Buffer | null;
  isFinal: boolean;
}

/** What a faulty service does in place of an answer. */
export type CacheFault = (call: {
  readonly name: string;
  readonly count: number;
}) => { readonly status: number; readonly body?: string } | "cut" | null;

export interface CacheStandIn {
  /** What the runner names as ACTIONS_RESULTS_URL. */
  readonly url: string;
  readonly token: string;
  readonly entries: CacheEntry[];
  /** Names of all calls, oldest first; "upload" and "download" are the blob storage's. */
  readonly calls: string[];
  /** Signatures that were handed out: no log may show one. */
  readonly signatures: string[];
  /** The git ref that the token stands for: it writes there, and reads that and the default branch's. */
  scope: string;
  fault: CacheFault | null;
  close(): Promise<void>;
}

const SERVICE = "/twirp/github.actions.results.api.v1.CacheService/";
const DEFAULT_SCOPE = "refs/heads/main";

/**
 * GitHub's cache service, version 2, on the loopback interface: the three Twirp calls and the signed blob addresses, as actions/toolkit's
 * packages/cache speaks to them. Keys match whole or by their beginning, the newest first; of a key and version there is one entry a scope.
 */
export async function startCacheStandIn(): Promise<CacheStandIn> {
  const token = `runtime-${randomUUID()}`;
  const uploads = new Map<string, CacheEntry>();
  const counts = new Map<string, number>();
  let lastId = 0;

  const create = ({ key, version }: Body): Answer => {
    if (typeof key !== "string" || typeof version !== "string" || key.length > 512 || key.includes(",")) return BAD;
    const isTaken = standIn.entries.some(
      (entry) => entry.key === key && entry.version === version && entry.scope === standIn.scope,
    );
    if (isTaken) return { status: 409, body: { code: "already_exists", msg: "cache entry with the same key exists" } };
    const entry: CacheEntry = { id: ++lastId, key, version, scope: standIn.scope, bytes: null, isFinal: false };
    standIn.entries.push(entry);
    return { status: 200, body: { ok: true, signed_upload_url: signedUrl(entry) } };
  };

  const finalize = ({ key, version, size_bytes: size }: Body): Answer => {
    const entry = standIn.entries.find((each) => each.key === key && each.version === version && !each.isFinal);
    if (entry === undefined || entry.bytes === null) return BAD;
    // an int64 is a text in Twirp's JSON
    if (typeof size !== "string" || Number(size) !== entry.bytes.length) return BAD;
    entry.isFinal = true;
    return { status: 200, body: { ok: true, entry_id: String(entry.id) } };
  };

  const find = ({ key, restore_keys: restoreKeys, version }: Body): Answer => {
    if (typeof key !== "string" || !Array.isArray(restoreKeys) || restoreKeys.length > 9) return BAD;
    const scopes = standIn.scope === DEFAULT_SCOPE ? [DEFAULT_SCOPE] : [standIn.scope, DEFAULT_SCOPE];
    for (const scope of scopes) {
      const seen = standIn.entries.filter(
        (entry) => entry.isFinal && entry.scope === scope && entry.version === version,
      );
      const wanted = [key, ...(restoreKeys as string[])];
      const entry =
        seen.find((each) => each.key === key) ??
        wanted.map((prefix) => seen.findLast((each) => each.key.startsWith(prefix))).find((each) => each !== undefined);
      if (entry === undefined) continue;
      return { status: 200, body: { ok: true, signed_download_url: signedUrl(entry), matched_key: entry.key } };
    }
    return { status: 200, body: { ok: false } };
  };

  const signedUrl = (entry: CacheEntry): string => {
    const signature = `${randomUUID()}+/=`;
    uploads.set(signature, entry);
    standIn.signatures.push(signature);
    return `${standIn.url}blobs/${entry.id}?${String(new URLSearchParams({ sv: "2025-01-05", sig: signature }))}`;
  };

  const calls = { CreateCacheEntry: create, FinalizeCacheEntryUpload: finalize, GetCacheEntryDownloadURL: find };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", standIn.url);
    const isBlob = url.pathname.startsWith("/blobs/");
    const name = isBlob ? (request.method === "PUT" ? "upload" : "download") : url.pathname.slice(SERVICE.length);
    standIn.calls.push(name);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const sent = await bodyOf(request);
    const fault = standIn.fault?.({ name, count }) ?? null;
    if (fault === "cut") return void response.destroy();
    if (fault !== null) return void response.writeHead(fault.status).end(fault.body ?? "");
    if (isBlob) return blob(request, response, uploads.get(url.searchParams.get("sig") ?? ""), sent);
    const isKnown = url.pathname.startsWith(SERVICE) && Object.hasOwn(calls, name);
    const isAllowed = request.headers.authorization === `Bearer ${token}`;
    const reply: Answer = !isAllowed
      ? { status: 401, body: { code: "unauthenticated" } }
      : !isKnown || request.method !== "POST"
        ? { status: 404, body: { code: "bad_route" } }
        : calls[name as keyof typeof calls](JSON.parse(sent.toString("utf8")) as Body);
    response.writeHead(reply.status, { "content-type": "application/json" }).end(JSON.stringify(reply.body));
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const standIn: CacheStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    token,
    entries: [],
    calls: [],
    signatures: [],
    scope: DEFAULT_SCOPE,
    fault: null,
    async close() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return standIn;
}

type Body = Readonly<Record<string, unknown>>;
interface Answer {
  readonly status: number;
  readonly body: Body;
}
const BAD: Answer = { status: 400, body: { code: "invalid_argument", msg: "not as the service takes it" } };

/** Azure's blob storage takes a whole blob with this header only. */
function blob(request: IncomingMessage, response: ServerResponse, entry: CacheEntry | undefined, sent: Buffer): void {
  if (entry === undefined) return void response.writeHead(403).end();
  if (request.method === "GET") {
    if (entry.bytes === null) return void response.writeHead(404).end();
    return void response.writeHead(200, { "content-length": entry.bytes.length }).end(entry.bytes);
  }
  if (request.method !== "PUT" || request.headers["x-ms-blob-type"] !== "BlockBlob" || entry.isFinal) {
    return void response.writeHead(400).end();
  }
  entry.bytes = sent;
  response.writeHead(201).end();
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
