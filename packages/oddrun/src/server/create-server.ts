import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import {
  ALL_ROUTES,
  type Health,
  LIMITS,
  openApiDocument,
  ROUTES,
  type RouteAccess,
  SCORING_ROUTES,
} from "../api/index.ts";
import type { Logger } from "../operations/ports.ts";
import type { OddRunsStore } from "./odd-runs-list.ts";
import { Problem, problem } from "../operations/problems.ts";
import { accessCheck, type AuthBy } from "./access.ts";
import { oddRunsRoutes } from "./odd-runs-routes.ts";
import { problemOfFrameworkError, rawProblemAnswer, replyProblem } from "./problem-reply.ts";
import { checkBodyHeaders, parseJsonBody } from "./read-body.ts";
import { scoreHandler } from "./score-route.ts";
import type { ModelSource } from "./served-model.ts";

export interface ServerTimeouts {
  /** For the headers to arrive; the body has twice as long. */
  readonly headersMs: number;
  readonly keepAliveMs: number;
}

export interface ServerOptions {
  readonly models: ModelSource;
  /** Runs and verdicts for the page; without it the page says so and scoring works alike. */
  readonly store: OddRunsStore | null;
  /** No page and no list of runs: the routes of `SCORING_ROUTES` alone. */
  readonly isScoringOnly?: boolean;
  readonly apiKey: string | null;
  /** "server" when absent. */
  readonly authBy?: AuthBy;
  readonly log: Logger;
  readonly now: () => number;
  /** Oddrun's own version, for the OpenAPI document. */
  readonly version: string;
  /** Log every request, at level info. */
  readonly logRequests?: boolean;
  readonly timeouts?: ServerTimeouts;
}

/** What changes while the server lives. */
export interface ServerState {
  /** Set when the server begins to shut down: not ready any more, and each answer closes its connection. */
  isDraining: boolean;
}

declare module "fastify" {
  interface FastifyInstance {
    readonly oddrun: ServerState;
  }
  interface FastifyContextConfig {
    readonly access?: RouteAccess;
  }
}

/** The routes, not yet listening: `inject` works, `listen` opens it. */
export function createServer(options: ServerOptions): FastifyInstance {
  const { models, store, apiKey, log, now, version, timeouts = { headersMs: 10_000, keepAliveMs: 65_000 } } = options;
  const routes = options.isScoringOnly === true ? SCORING_ROUTES : ALL_ROUTES;
  const idPrefix = randomBytes(6).toString("base64url");
  let requestCount = 0;
  const app = Fastify({
    logger: false,
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: timeouts.headersMs * 2,
    keepAliveTimeout: timeouts.keepAliveMs,
    return503OnClosing: false,
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: 100 },
    genReqId: () => `${idPrefix}-${(++requestCount).toString(36)}`,
    http: {
      headersTimeout: timeouts.headersMs,
      connectionsCheckingInterval: Math.min(1000, timeouts.headersMs / 2),
      maxHeaderSize: 16_384,
    },
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (error, _request, reply) => {
      void replyProblem(reply, problemOfFrameworkError(error.code, LIMITS.bodyBytes) ?? problem("malformed-request"));
    },
  });
  const state: ServerState = { isDraining: false };
  app.decorate("oddrun", state);

  const check = accessCheck(apiKey, options.authBy);
  app.addHook("onRequest", (request, reply, done) => {
    if (state.isDraining) reply.header("connection", "close");
    const code = check(request.raw, request.routeOptions.config.access ?? "key");
    if (code === null) {
      done();
      return;
    }
    if (code === "unauthorized") {
      const isPage = request.routeOptions.config.access === "key-or-browser";
      reply.header("www-authenticate", isPage ? 'Basic realm="oddrun", charset="UTF-8"' : 'Bearer realm="oddrun"');
      void replyProblem(reply, problem("unauthorized"));
    } else void replyProblem(reply, problem("foreign-origin"));
  });
  if (options.logRequests === true) {
    app.addHook("onResponse", (request, reply, done) => {
      const durationMs = Math.round(reply.elapsedTime * 100) / 100;
      log.info("request", {
        requestId: request.id,
        method: request.method,
        path: pathOf(request.url),
        status: reply.statusCode,
        durationMs,
      });
      done();
    });
  }

  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });

  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Problem) return replyProblem(reply, error);
    const known = problemOfFrameworkError((error as { code?: string }).code, LIMITS.bodyBytes);
    if (known !== null) return replyProblem(reply, known);
    log.error("a request failed", {
      requestId: request.id,
      method: request.method,
      path: pathOf(request.url),
      reason: stackOf(error),
    });
    return replyProblem(reply, problem("bug", `request ${request.id} failed`));
  });
  app.setNotFoundHandler({}, (request, reply) => {
    const here = routes.filter((route) => route.path === pathOf(request.url));
    if (here.length === 0) return replyProblem(reply, problem("no-such-route"));
    const allowed = here.flatMap((route) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method])).join(", ");
    return replyProblem(reply.header("allow", allowed), problem("method-not-allowed", allowed));
  });

  const score = scoreHandler(models);
  app.route({
    method: "POST",
    url: ROUTES.score.path,
    config: { access: ROUTES.score.access },
    preParsing: (request, _reply, payload, done) => {
      try {
        checkBodyHeaders(request);
        done(null, payload);
      } catch (error) {
        done(error as Error);
      }
    },
    handler: score,
  });
  addGet(app, ROUTES.live, () => ({ status: "live" }) satisfies Health);
  addGet(app, ROUTES.ready, (reply) => {
    const health = readiness(state, models);
    if (health.status !== "ready") reply.code(503);
    return health;
  });
  let openApi: string | null = null;
  addGet(app, ROUTES.openapi, (reply) => {
    openApi ??= JSON.stringify(openApiDocument(version, routes));
    return reply.header("content-type", "application/json; charset=utf-8").send(openApi);
  });
  if (options.isScoringOnly !== true) oddRunsRoutes(app, { store, models, now, log, addGet });
  return app;
}

/** Adds a GET route of the table; the handler answers with the reply or with what to send as JSON. */
export type AddGet = typeof addGet;

function addGet(
  app: FastifyInstance,
  route: { readonly path: string; readonly access: RouteAccess },
  handle: (reply: FastifyReply, query: Readonly<Record<string, unknown>>) => unknown,
): void {
  app.route({
    method: "GET",
    url: route.path,
    config: { access: route.access },
    handler: (request, reply) => {
      reply.header("cache-control", "no-store").header("x-content-type-options", "nosniff");
      return handle(reply, request.query as Readonly<Record<string, unknown>>);
    },
  });
}

function readiness(state: ServerState, models: ModelSource): Health {
  if (state.isDraining) return { status: "draining" };
  if (models.current() === null) return { status: "no-model" };
  return models.isDegraded() ? { status: "ready", degraded: true } : { status: "ready" };
}

/** A connection whose request could not be read gets one answer, if it still listens, and is closed. */
function answerUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const code =
    error.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? "request-too-slow"
      : error.code === "HPE_HEADER_OVERFLOW"
        ? "headers-too-large"
        : "malformed-request";
  socket.end(rawProblemAnswer(code, problem(code).message));
  socket.destroySoon();
}

function pathOf(url: string): string {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
