import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { answer, type Parts } from "./answer.ts";
import { createApp, type GitHubApp } from "./app.ts";
import { type ServerClock, serverClock } from "./clock.ts";
import type { Corpus } from "./corpus.ts";
import { type Block, type Fault, type FaultName, FAULTS } from "./faults.ts";
import { createIssues, type Issues } from "./issues.ts";
import { createLimits, type LimitOptions, USUAL_LIMITS } from "./limits.ts";
import { createMutations, type Mutations } from "./mutations.ts";
import type { RouteContext, RouteOptions } from "./reply.ts";
import { createRequestLog, earlyRequests, type LoggedRequest } from "./request-log.ts";
import { createTokens, type TokenPlan } from "./tokens.ts";
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
  /** Issues, comments, labels, pull requests and people's roles: to look at, and to do what people do. */
  readonly issues: Issues;
  /** Looks at every request before it is carried out. Answers how to take it away again. */
  block(block: Block): () => void;
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
  const usual = options.ghes === true ? { primary: null, secondary: null, content: null } : USUAL_LIMITS;
  const limits = createLimits({ ...usual, ...options.limits }, clock);
  const log = createRequestLog(options.logFile ?? null);
  const issues = createIssues(world, clock);
  const deletedRunIds = new Set<number>();
  const mutate = createMutations(world, tokens, clock, deletedRunIds);
  const routeOptions: RouteOptions = {
    unfilteredItemsMax: options.unfilteredItemsMax ?? 40_000,
    filteredItemsMax: options.filteredItemsMax ?? 1000,
    totals: options.totals ?? "exact",
    oidcSubject: options.oidcSubject === undefined ? { isImmutable: true } : options.oidcSubject,
    bigJobsPage: options.bigJobsPage === undefined ? { runJobsMin: 88, itemsMax: 80 } : options.bigJobsPage,
    logsKeptDays: options.logsKeptDays ?? 90,
  };
  const faults = (options.faults ?? []).map((fault): readonly [string, Fault] =>
    typeof fault === "string" ? [fault, FAULTS[fault]()] : ["own", fault],
  );
  const scripts: Fault[] = [];
  const blocks: Block[] = [];
  const server = createServer({ keepAliveTimeout: 30_000 });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const prefix = options.ghes === true ? "/api/v3" : "";
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`;
  const context: RouteContext = { world, place: { apiUrl: url }, app, issues, options: routeOptions };
  const parts: Parts = {
    context,
    clock,
    limits,
    log,
    tokens,
    mutate,
    faults,
    scripts,
    blocks,
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
      return world.finishDue(clock.nowMs(), clock.nowMs()).map(({ id }) => id);
    },
    issues,
    block(block) {
      blocks.push(block);
      return () => void blocks.splice(blocks.indexOf(block), 1);
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

async function close(server: Server, closeLog: () => Promise<void>): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
  await closeLog();
}
