import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { Logger } from "../../operations/ports.ts";
import { connectToGithub, type GithubConnection, type GithubOptions } from "./connect.ts";

/** What a request looked like to the server, and when it came. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly atMs: number;
}

export interface Scripted {
  readonly url: string;
  readonly origin: string;
  readonly seen: readonly Seen[];
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a text. */
  readonly body?: unknown;
  /** Instead of an answer. */
  readonly act?: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A small GitHub on loopback whose every answer the test writes; it keeps what it was asked. */
export async function scriptedGithub(
  t: TestContext,
  answer: (seen: Seen, count: number, origin: string) => ScriptedAnswer,
  path = "",
): Promise<Scripted> {
  const seen: Seen[] = [];
  let origin = "";
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", origin);
    const one: Seen = {
      method: request.method ?? "",
      path: url.pathname.slice(path.length),
      query: url.searchParams,
      headers: request.headers,
      atMs: performance.now(),
    };
    seen.push(one);
    const { status = 200, headers = {}, body, act } = answer(one, seen.length, origin);
    if (act !== undefined) {
      act(request, response);
      return;
    }
    const isText = typeof body === "string" || body === undefined;
    response.writeHead(status, { ...(isText ? {} : { "content-type": "application/json" }), ...headers });
    response.end(isText ? body : JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return { url: `${origin}${path}`, origin, seen };
}

export interface LogLine {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** A log that can be read afterwards. */
export function keptLog(): { readonly log: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (message: string, fields?: Readonly<Record<string, unknown>>): void => {
    lines.push({ message, fields });
  };
  return { lines, log: { debug: write, info: write, warn: write, error: write } };
}

export const TOKEN = "ghp_scriptedscriptedscriptedscripted0001";
/** A thousand times faster than GitHub. */
export const WAIT_SCALE = 0.001;

export function connectTo(
  server: Pick<Scripted, "url">,
  options: Partial<GithubOptions> = {},
): Promise<GithubConnection> {
  return connectToGithub({
    apiUrl: server.url,
    marks: null,
    signal: new AbortController().signal,
    log: keptLog().log,
    version: "0.0.0",
    now: Date.now,
    random: () => 0.5,
    ...options,
    env: { GITHUB_TOKEN: TOKEN, ODDRUN_WAIT_SCALE: String(WAIT_SCALE), ...options.env },
  });
}

export const REPOSITORY = { id: 7, fullName: "octo/widgets", defaultBranch: "main", visibility: "public" } as const;

export function runJson(id: number, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id,
    name: "CI",
    path: ".github/workflows/ci.yml",
    workflow_id: 11,
    run_number: id,
    run_attempt: 1,
    head_branch: "main",
    head_sha: "06e6934c35c336b1a2bd3005fb21dc3914a45747",
    event: "push",
    display_title: "A change",
    status: "completed",
    conclusion: "success",
    created_at: "2026-05-01T10:00:00Z",
    run_started_at: "2026-05-01T10:00:00Z",
    updated_at: "2026-05-01T10:05:00Z",
    ...fields,
  };
}

export function jobJson(id: number, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id,
    run_attempt: 1,
    name: `job ${id}`,
    status: "completed",
    conclusion: "success",
    created_at: "2026-05-01T10:00:00Z",
    started_at: "2026-05-01T10:00:05Z",
    completed_at: "2026-05-01T10:04:00Z",
    labels: ["ubuntu-latest"],
    runner_name: "GitHub Actions 2",
    runner_group_name: "GitHub Actions",
    steps: [],
    ...fields,
  };
}
