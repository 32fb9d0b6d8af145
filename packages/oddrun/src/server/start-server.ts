import { Server as NetServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { problem } from "../operations/problems.ts";
import { checkExposure } from "./access.ts";
import { createServer, type ServerOptions } from "./create-server.ts";

export interface ListenOptions extends ServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly drain?: DrainTimes;
}

export interface DrainTimes {
  /** How long the server still takes connections after it said that it is not ready: balancers and clients need it to turn away. */
  readonly noticeMs: number;
  /** When connections that are still open are cut. */
  readonly limitMs: number;
}

const DRAIN_TIMES: DrainTimes = { noticeMs: 500, limitMs: 9000 };

export interface RunningServer {
  /** "http://127.0.0.1:8080" */
  readonly url: string;
  /** Not ready at once, then no new connections, then an end when the last answer is out. A second call waits for the same end. */
  stop(): Promise<void>;
}

/**
 * Listens and serves until stopped. The caller closes the model source and the store afterwards.
 * @throws Problem "key-needed" when others could reach it without a key, "port-not-free" when it cannot listen.
 */
export async function startServer(options: ListenOptions): Promise<RunningServer> {
  const { host, port, apiKey, authBy, drain = DRAIN_TIMES } = options;
  checkExposure(host, apiKey, authBy);
  const app = createServer(options);
  try {
    await app.listen({ host, port, listenTextResolver: () => "" });
  } catch (error) {
    await app.close();
    throw problem("port-not-free", host, port, whyNot(error as NodeJS.ErrnoException));
  }
  const address = app.server.address();
  const portTaken = typeof address === "object" && address !== null ? address.port : port;
  const name = host.includes(":") ? `[${host.replace(/^\[|\]$/g, "")}]` : host;
  let stopped: Promise<void> | null = null;
  return {
    url: `http://${name}:${portTaken}`,
    stop() {
      stopped ??= drainServer(app, drain);
      return stopped;
    },
  };
}

/** A connection that was taken just before the end gets this long to send its request. */
const LATE_REQUEST_MS = 100;

async function drainServer(app: FastifyInstance, { noticeMs, limitMs }: DrainTimes): Promise<void> {
  const { server } = app;
  app.oddrun.isDraining = true;
  const cutting = setTimeout(() => server.closeAllConnections(), limitMs);
  if (await hasConnections(app)) await wait(noticeMs);
  // Only the listening ends here: closing the HTTP server would also cut connections whose request is on its way.
  const ended = new Promise((resolve) => NetServer.prototype.close.call(server, resolve));
  const closingIdle = setInterval(() => server.closeIdleConnections(), LATE_REQUEST_MS);
  await ended;
  clearInterval(closingIdle);
  clearTimeout(cutting);
  await app.close();
}

function hasConnections(app: FastifyInstance): Promise<boolean> {
  return new Promise((resolve) => {
    app.server.getConnections((error, count) => resolve(error !== null || count > 0));
  });
}

function whyNot(error: NodeJS.ErrnoException): string {
  if (error.code === "EADDRINUSE") return "another program listens there already";
  if (error.code === "EACCES") return "this user may not use that port";
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") return "this machine has no such address";
  return error.code ?? error.message;
}
