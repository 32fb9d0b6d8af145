import { once } from "node:events";
import { connect } from "node:net";
import type { Logger } from "../operations/ports.ts";
import type { ModelSource, ServedModel } from "./served-model.ts";
import { type ListenOptions, type RunningServer, startServer } from "./start-server.ts";

export const KEY = "k".repeat(32);
export const GOOD_BODY =
  '{"data":[{"build_id":"a","duration":300,"failure_rate":0.05},{"duration":900,"failure_rate":0.45}]}';

/** A model whose score is the duration in thousands of seconds, capped at 1; odd from 0.6. */
export function simpleModel(version = "metrics-1"): ServedModel {
  const features = ["duration", "failure_rate"];
  return {
    version,
    sha256: version.padEnd(64, "0"),
    features,
    threshold: 0.6,
    scores: ({ values, rowCount }) =>
      Float64Array.from({ length: rowCount }, (_, row) => Math.min(1, values[row * 2]! / 1000)),
    isOdd: (score) => score >= 0.6,
    reason: (row) => `duration ${row[0]} s by ${version}`,
  };
}

export function fixedModel(model: ServedModel | null): ModelSource {
  return { current: () => model, isDegraded: () => false, refresh: async () => {}, close: () => {} };
}

export interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function keepingLog(): { readonly log: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: keyof Logger) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
      void lines.push({ level, message, fields });
  return { log: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") }, lines };
}

export interface ServerUnderTest extends RunningServer {
  readonly port: number;
  readonly lines: readonly LogLine[];
}

/** A real server on a free port of loopback; what is not said is the everyday case: a model, no store, no key. */
export async function serverUnderTest(options: Partial<ListenOptions> = {}): Promise<ServerUnderTest> {
  const { log, lines } = keepingLog();
  const running = await startServer({
    models: fixedModel(simpleModel()),
    store: null,
    apiKey: null,
    log,
    now: () => Date.UTC(2026, 10, 22, 12),
    version: "0.0.0-test",
    host: "127.0.0.1",
    port: 0,
    drain: { noticeMs: 20, limitMs: 2000 },
    ...options,
  });
  return { ...running, port: Number(new URL(running.url).port), lines };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: any; // oxlint-disable-line typescript/no-explicit-any -- tests look into it
}

export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: "manual", ...init });
  const text = await response.text();
  const isJson = text !== "" && response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

export function postScore(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return ask(`${url}/score`, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
}

/** Writes these bytes to a socket of its own and gives all that came back until the server closed it. */
export async function askRaw(port: number, ...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("latin1").on("data", (text: string) => {
    answer += text;
  });
  // A server that refuses closes while we still write: that is an answer too.
  socket.on("error", () => {});
  const closed = once(socket, "close");
  await once(socket, "connect");
  for (const part of parts) socket.write(part);
  await closed;
  return answer;
}

/** The head of a POST to /score as raw text; the caller says how long the body is. */
export function scoreHead(...headers: readonly string[]): string {
  return [
    "POST /score HTTP/1.1",
    "Host: 127.0.0.1",
    "Content-Type: application/json",
    "Connection: close",
    ...headers,
    "",
    "",
  ].join("\r\n");
}

/** Waits until something has come true, looking every few milliseconds. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** The header with a key as a browser sends it. */
export function basicAuthorization(password: string): string {
  return `Basic ${Buffer.from(`me:${password}`).toString("base64")}`;
}
