import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServerClock } from "./clock.ts";
import type { Answer, Block, Fault, FaultRequest } from "./faults.ts";
import type { Limits } from "./limits.ts";
import type { Mutations } from "./mutations.ts";
import { failure, type Reply, type RouteContext, type RoutedRequest } from "./reply.ts";
import { type LoggedRequest, type RequestLog, waitedUntil } from "./request-log.ts";
import { route, type Routed } from "./routes.ts";
import { bodyOf, send } from "./send.ts";
import { isUsable, type Token, type Tokens } from "./tokens.ts";

const API_VERSIONS = new Set(["2022-11-28", "2026-03-10"]);

/** What answering needs, for the life of one stand-in. */
export interface Parts {
  readonly context: RouteContext;
  readonly clock: ServerClock;
  readonly limits: Limits;
  readonly log: RequestLog;
  readonly tokens: Tokens;
  readonly mutate: Mutations;
  readonly faults: readonly (readonly [string, Fault])[];
  readonly scripts: readonly Fault[];
  readonly blocks: readonly Block[];
  readonly prefix: string;
  readonly isGhes: boolean;
  inFlight: number;
  requestCount: number;
}

/** Answers one request and logs it. */
export async function answer(parts: Parts, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { clock, log } = parts;
  const url = new URL(incoming.url ?? "/", "http://stand-in");
  const headers = plainHeaders(incoming);
  const authorization = headers["authorization"] ?? null;
  const token = parts.tokens.find(/^(?:token|bearer) (.+)$/i.exec(authorization ?? "")?.[1] ?? "") ?? null;
  parts.inFlight++;
  const entry: LoggedRequest = {
    index: ++parts.requestCount,
    method: incoming.method ?? "GET",
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: keptHeaders(headers),
    body: null,
    route: "",
    repositoryId: null,
    status: 0,
    atMs: clock.nowMs(),
    answeredAtMs: null,
    realMs: performance.now(),
    answeredRealMs: null,
    tokenId: token?.id ?? null,
    inFlight: parts.inFlight,
    isCharged: false,
    notBeforeMs: null,
    faults: [],
  };
  log.add(entry);
  response.once("close", () => {
    parts.inFlight--;
    entry.answeredAtMs ??= clock.nowMs();
    log.answered(entry);
  });
  const sentText = entry.method === "GET" ? "" : await textOf(incoming);
  const body = sentText === "" ? undefined : parsed(sentText);
  entry.body = body ?? null;
  const received = { url, headers, authorization, token, body };
  const blocked = blockedAnswer(parts, entry, received);
  const reply = blocked === undefined ? usualReply(parts, entry, received) : null;
  const changed = blocked ?? faultyAnswer(parts, entry, url, reply!);
  const final: Answer = changed ?? reply!;
  entry.status = final.status;
  const text = bodyOf(final);
  const sent = { date: new Date(clock.nowMs()).toUTCString(), ...final.headers };
  entry.notBeforeMs = waitedUntil(final.status, sent, String(text), clock.nowMs());
  response.once("finish", () => {
    entry.answeredAtMs = clock.nowMs();
    entry.answeredRealMs = performance.now();
  });
  await send(response, final, sent, text);
}

interface Received {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization: string | null;
  readonly token: Token | null;
  readonly body: unknown;
}

function usualReply(parts: Parts, entry: LoggedRequest, received: Received): Reply {
  const { context, clock, limits } = parts;
  const { url, headers, token, authorization } = received;
  const nowMs = clock.nowMs();
  const isLog = url.pathname.startsWith("/_logs/");
  const whole = (reply: Reply): Reply => ({
    ...reply,
    headers: { ...commonHeaders(parts.isGhes, entry.index), ...limits.headers(token), ...reply.headers },
  });
  if (!isLog && !`${url.pathname}/`.startsWith(`${parts.prefix}/`))
    return { status: 404, headers: { "content-type": "text/html" }, body: "<h1>Not Found</h1>" };
  const request = routedRequest(parts, entry, received);
  const { pieces } = request;
  const isAppRequest = pieces[0] === "app" || pieces.at(-1) === "installation";
  const routed = (routed: Routed): Reply => {
    entry.route = routed.route;
    entry.repositoryId = routed.repository?.id ?? null;
    return routed.reply;
  };
  // A log's signed address is not the API: no token, no limits.
  if (isLog) return routed(route(context, request));
  const refusal = refused(parts, headers, token, authorization, isAppRequest, nowMs);
  if (refusal !== null) {
    // Only to name it in the log.
    routed(route(context, { ...request, isRefused: true }));
    return whole(refusal);
  }
  if (pieces[0] === "rate_limit") {
    entry.route = "rate-limit";
    const overview = limits.overview(token);
    return whole(
      overview === null
        ? failure(404, "Rate limiting is not enabled.")
        : { status: 200, body: JSON.stringify(overview) },
    );
  }
  if (isAppRequest) return whole(routed(route(context, request)));
  if (token !== null) token.requestCount++;
  const limited = limits.refusal(token, pieces[0] === "graphql" ? "GET" : entry.method, entry.inFlight);
  const found = route(context, limited === null ? request : { ...request, isRefused: true });
  const reply = routed(found);
  if (limited !== null) return whole(limited);
  const etag = reply.status === 200 ? etagOf(token, reply.body) : null;
  if (etag !== null && matches(headers["if-none-match"], etag)) {
    const { link: _, ...kept } = reply.headers ?? {};
    return whole({ status: 304, body: "", headers: { ...kept, etag } });
  }
  limits.charge(token);
  entry.isCharged = true;
  return whole(etag === null ? reply : { ...reply, headers: { ...reply.headers, etag } });
}

function routedRequest(parts: Parts, entry: LoggedRequest, received: Received): RoutedRequest {
  const { url, token, authorization, body } = received;
  const path = url.pathname.startsWith("/_logs/") ? url.pathname : url.pathname.slice(parts.prefix.length);
  return {
    method: entry.method,
    pieces: path.split("/").filter(Boolean).map(decoded),
    path: path + url.search,
    query: url.searchParams,
    token,
    authorization,
    nowMs: parts.clock.nowMs(),
    body,
  };
}

/** What is answered before anything is done. */
function blockedAnswer(parts: Parts, entry: LoggedRequest, received: Received): Answer | undefined {
  if (parts.blocks.length === 0) return undefined;
  const named = route(parts.context, { ...routedRequest(parts, entry, received), isRefused: true });
  entry.route = named.route;
  entry.repositoryId = named.repository?.id ?? null;
  const request = faultRequest(parts, entry, received.url);
  for (const block of parts.blocks) {
    const answer = block(request);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function refused(
  { clock }: Parts,
  headers: Readonly<Record<string, string>>,
  token: Token | null,
  authorization: string | null,
  isAppRequest: boolean,
  nowMs: number,
): Reply | null {
  if (!headers["user-agent"]) {
    const words = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.";
    return { status: 403, headers: { "content-type": "text/html" }, body: words };
  }
  const version = headers["x-github-api-version"];
  if (version !== undefined && !API_VERSIONS.has(version))
    return failure(400, `The API version "${version}" is not supported.`);
  if (isAppRequest || authorization === null) return null;
  return token === null || !isUsable(token, Math.max(nowMs, clock.nowMs())) ? failure(401, "Bad credentials") : null;
}

function faultyAnswer(parts: Parts, entry: LoggedRequest, url: URL, reply: Reply): Answer | undefined {
  if (parts.scripts.length === 0 && parts.faults.length === 0) return undefined;
  const request = faultRequest(parts, entry, url);
  for (const script of parts.scripts) {
    const answer = script(request, reply, parts.mutate);
    if (answer !== undefined) {
      entry.faults = ["script"];
      return answer;
    }
  }
  if (reply.status >= 400) return undefined;
  for (const [name, fault] of parts.faults) {
    const answer = fault(request, reply, parts.mutate);
    if (answer !== undefined) {
      entry.faults = [name];
      return answer;
    }
  }
  return undefined;
}

function faultRequest(parts: Parts, entry: LoggedRequest, url: URL): FaultRequest {
  return {
    index: entry.index,
    method: entry.method,
    path: url.pathname.slice(parts.prefix.length) + url.search,
    query: url.searchParams,
    headers: entry.headers,
    route: entry.route,
    repositoryId: entry.repositoryId,
    tokenId: entry.tokenId,
    nowMs: entry.atMs,
    apiUrl: parts.context.place.apiUrl,
  };
}

function commonHeaders(isGhes: boolean, index: number): Readonly<Record<string, string>> {
  return {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "private, max-age=60, s-maxage=60",
    vary: "Accept, Authorization, Cookie, X-GitHub-OTP",
    "x-github-media-type": "github.v3; format=json",
    "x-github-request-id": `STAND:IN:${index.toString(16).toUpperCase()}`,
    ...(isGhes ? { "x-github-enterprise-version": "3.17.0" } : { server: "github.com" }),
  };
}

/** A tag belongs to the token it was given to, as GitHub's do. */
function etagOf(token: Token | null, body: string): string {
  return `W/"${createHash("sha1")
    .update(token?.text ?? "")
    .update(body)
    .digest("hex")}"`;
}

/** Tags without their quotes match nothing. */
function matches(sent: string | undefined, etag: string): boolean {
  const bare = (tag: string): string => tag.trim().replace(/^W\//, "");
  return sent !== undefined && sent.split(",").some((tag) => bare(tag) === bare(etag));
}

function plainHeaders(request: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
}

/** The headers without secrets; a client sends the same ones again and again, and the log keeps them once. */
function keptHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept = "authorization" in headers ? { ...headers, authorization: "***" } : headers;
  const key = JSON.stringify(kept);
  const known = knownHeaders.get(key);
  if (known !== undefined) return known;
  if (knownHeaders.size < 1000) knownHeaders.set(key, kept);
  return kept;
}

const knownHeaders = new Map<string, Readonly<Record<string, string>>>();

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** null for what is no JSON: the routes refuse it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function decoded(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}
