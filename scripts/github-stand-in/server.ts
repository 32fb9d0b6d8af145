import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp, type GitHubApp } from "./app.ts";
import { type ServerClock, serverClock } from "./clock.ts";
import type { Corpus } from "./corpus.ts";
import { type Answer, type Fault, type FaultName, FAULTS, type FaultRequest } from "./faults.ts";
import { createLimits, type LimitOptions, type Limits, USUAL_LIMITS } from "./limits.ts";
import { createMutations, type Mutations } from "./mutations.ts";
import { failure, type Reply, type RouteContext, type RoutedRequest, type RouteOptions } from "./reply.ts";
import { createRequestLog, earlyRequests, type LoggedRequest, waitedUntil } from "./request-log.ts";
import { route, type Routed } from "./routes.ts";
import { createTokens, isUsable, type Token, type TokenPlan } from "./tokens.ts";
import { readTruth, type Truth } from "./truth.ts";
import { createWorld } from "./world.ts";

export interface StandInOptions extends Partial<RouteOptions> {
  readonly corpus: Corpus;
  /** 0, the usual, for any free port of 127.0.0.1. */
  readonly port?: number;
  /** What the stand-in's clock shows at the start, milliseconds since 1970 UTC; real time when not given. */
  readonly nowMs?: number;
  /**
   * The stand-in's clock runs `1 / waitScale` times as fast as real time (default 1). Give the client the same number as ODDRUN_WAIT_SCALE:
   * at 0.001 a limit that ends in an hour ends after 3.6 real seconds, and the log tells whether the client waited the hour.
   */
  readonly waitScale?: number;
  /** As GitHub Enterprise Server: everything under /api/v3, no limits and none of their headers. */
  readonly ghes?: boolean;
  readonly limits?: Partial<LimitOptions>;
  /** Names of `FAULTS` or faults of one's own; they look at every request that would be answered well. */
  readonly faults?: readonly (FaultName | Fault)[];
  /** Each request as a line of JSON. */
  readonly logFile?: string | null;
}

export interface GitHubStandIn {
  /** What `--api-url` takes: "http://127.0.0.1:PORT", with "/api/v3" in GHES mode. */
  readonly url: string;
  /** A token that sees everything. */
  readonly token: string;
  /** An App that is installed on every account. */
  readonly app: GitHubApp;
  /** Oldest first. */
  readonly requests: readonly LoggedRequest[];
  readonly clock: ServerClock;
  readonly mutate: Mutations;
  addToken(plan: TokenPlan): string;
  /** Leaves a token (the usual one when not given) this many requests, until then or for an hour. */
  setRemaining(remaining: number, until?: { readonly resetAtMs?: number; readonly token?: string }): void;
  /** Moves the stand-in's clock; open runs whose time has come are finished. Answers their ids. */
  advance(ms: number): readonly number[];
  /** Looks at every request, also at those that would be refused, before all faults. Answers how to take it away again. */
  script(fault: Fault): () => void;
  truth(): Truth;
  clearRequests(): void;
  /**
   * Requests sent before GitHub allowed it again. A client with several requests under way needs some real `underWayMs` (0) of
   * patience after a refusal; two real milliseconds are forgiven at the end of a wait, as timers are not exact.
   */
  earlyRequests(underWayMs?: number): readonly LoggedRequest[];
  close(): Promise<void>;
}

const TOKEN = "ghp_standinstandinstandinstandinstandin00";
const API_VERSIONS = new Set(["2022-11-28", "2026-03-10"]);
const GRACE_REAL_MS = 2;

/**
 * A GitHub on the loopback interface: a real HTTP server that behaves as GitHub's REST API does for Actions, with its limits, its
 * oddities and, when asked to, its failures. The same corpus and the same requests give the same answers, byte for byte.
 */
export async function startGitHubStandIn(options: StandInOptions): Promise<GitHubStandIn> {
  const waitScale = options.waitScale ?? 1;
  const clock = serverClock(options.nowMs ?? Math.floor(Date.now() / 1000) * 1000, waitScale);
  const world = createWorld(options.corpus);
  const tokens = createTokens();
  tokens.add({ text: TOKEN, owner: "octo-dev" });
  const app = createApp(world.accounts, tokens);
  const usual = options.ghes === true ? { primary: null, secondary: null } : USUAL_LIMITS;
  const limits = createLimits({ ...usual, ...options.limits }, clock);
  const log = createRequestLog(options.logFile ?? null);
  const deletedRunIds = new Set<number>();
  const mutate = createMutations(world, tokens, clock, deletedRunIds);
  const routeOptions: RouteOptions = {
    unfilteredItemsMax: options.unfilteredItemsMax ?? 40_000,
    filteredItemsMax: options.filteredItemsMax ?? 1000,
    totals: options.totals ?? "exact",
    bigJobsPage: options.bigJobsPage === undefined ? { runJobsMin: 88, itemsMax: 80 } : options.bigJobsPage,
    logsKeptDays: options.logsKeptDays ?? 90,
  };
  const faults = (options.faults ?? []).map((fault): readonly [string, Fault] =>
    typeof fault === "string" ? [fault, FAULTS[fault]()] : ["own", fault],
  );
  const scripts: Fault[] = [];
  const server = createServer({ keepAliveTimeout: 30_000 });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const prefix = options.ghes === true ? "/api/v3" : "";
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`;
  const context: RouteContext = { world, place: { apiUrl: url }, app, options: routeOptions };
  const parts: Parts = {
    context,
    clock,
    limits,
    log,
    tokens,
    mutate,
    faults,
    scripts,
    prefix,
    isGhes: options.ghes === true,
    inFlight: 0,
    requestCount: 0,
  };
  server.on("request", (request, response) => {
    answer(parts, request, response).catch((error: unknown) => {
      process.stderr.write(`The stand-in failed at ${request.url ?? ""}: ${String(error)}\n`);
      response.destroy();
    });
  });

  return {
    url,
    token: TOKEN,
    app,
    requests: log.requests,
    clock,
    mutate,
    addToken: (plan) => tokens.add(plan).text,
    setRemaining: (remaining, until = {}) =>
      limits.setRemaining(tokens.find(until.token ?? TOKEN) ?? null, remaining, until.resetAtMs),
    advance(ms) {
      clock.advance(ms);
      return world.finishDue(clock.nowMs()).map(({ id }) => id);
    },
    script(fault) {
      scripts.push(fault);
      return () => void scripts.splice(scripts.indexOf(fault), 1);
    },
    truth: () => readTruth(world, routeOptions, deletedRunIds),
    clearRequests: () => log.clear(),
    earlyRequests: (underWayMs = 0) => earlyRequests(log.requests, underWayMs, GRACE_REAL_MS / waitScale),
    close: () => close(server, () => log.close()),
  };
}

interface Parts {
  readonly context: RouteContext;
  readonly clock: ServerClock;
  readonly limits: Limits;
  readonly log: ReturnType<typeof createRequestLog>;
  readonly tokens: ReturnType<typeof createTokens>;
  readonly mutate: Mutations;
  readonly faults: readonly (readonly [string, Fault])[];
  readonly scripts: readonly Fault[];
  readonly prefix: string;
  readonly isGhes: boolean;
  inFlight: number;
  requestCount: number;
}

async function answer(parts: Parts, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
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
  if (entry.method !== "GET") for await (const _ of incoming);
  const reply = usualReply(parts, entry, { url, headers, authorization, token });
  const changed = faultyAnswer(parts, entry, url, reply);
  const final: Answer = changed ?? reply;
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
}

function usualReply(parts: Parts, entry: LoggedRequest, received: Received): Reply {
  const { context, clock, limits, prefix } = parts;
  const { url, headers, token, authorization } = received;
  const nowMs = clock.nowMs();
  const isLog = url.pathname.startsWith("/_logs/");
  const whole = (reply: Reply): Reply => ({
    ...reply,
    headers: { ...commonHeaders(parts.isGhes, entry.index), ...limits.headers(token), ...reply.headers },
  });
  if (!isLog && !`${url.pathname}/`.startsWith(`${prefix}/`))
    return { status: 404, headers: { "content-type": "text/html" }, body: "<h1>Not Found</h1>" };
  const pieces = (isLog ? url.pathname : url.pathname.slice(prefix.length)).split("/").filter(Boolean).map(decoded);
  const request: RoutedRequest = {
    method: entry.method,
    pieces,
    path: url.pathname.slice(prefix.length) + url.search,
    query: url.searchParams,
    token,
    authorization,
    nowMs,
  };
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
    routed(route(context, { ...request, method: entry.method === "POST" ? "NONE" : entry.method }));
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
  const limited = limits.refusal(token, entry.method, entry.inFlight);
  const found = route(context, request);
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
  const request: FaultRequest = {
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

function bodyOf({ body = "" }: Answer): string | Uint8Array {
  return typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
}

async function send(
  response: ServerResponse,
  answer: Answer,
  headers: Readonly<Record<string, string>>,
  text: string | Uint8Array,
): Promise<void> {
  if (answer.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answer.delayMs).unref());
  if (answer.isReset === true) {
    response.socket?.resetAndDestroy();
    return;
  }
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  response.sendDate = false;
  const hasBody = answer.status !== 304 && answer.status !== 204;
  const written = Object.entries(headers).filter(([name, value]) => name !== "link" || value !== "");
  response.writeHead(answer.status, {
    ...Object.fromEntries(written),
    ...(hasBody ? { "content-length": bytes.length } : {}),
  });
  const part = answer.cutAfterBytes ?? answer.stallAfterBytes;
  if (part === undefined) {
    response.end(hasBody ? bytes : undefined);
    return;
  }
  response.write(bytes.subarray(0, part), () => {
    if (answer.cutAfterBytes !== undefined) response.socket?.destroy();
  });
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

function decoded(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}

async function close(server: Server, closeLog: () => Promise<void>): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
  await closeLog();
}
