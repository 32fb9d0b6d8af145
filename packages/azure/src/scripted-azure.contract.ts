import { createHttpHeaders, type HttpClient, RestError } from "@azure/core-rest-pipeline";
import type { AzureContext } from "oddrun/ports";

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a text. */
  readonly body?: unknown;
  /** In place of an answer: the connection is lost, with this code. */
  readonly lost?: string;
}

export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly body: unknown;
}

export interface ScriptedAzure {
  readonly httpClient: HttpClient;
  readonly seen: readonly SeenRequest[];
  /** "GET /subscriptions/s", in order. */
  readonly lines: () => readonly string[];
}

/** An Azure whose answers the test writes: in order, or by what is asked. It keeps what it was asked. */
export function scriptedAzure(
  script: readonly ScriptedAnswer[] | ((request: SeenRequest, count: number) => ScriptedAnswer),
): ScriptedAzure {
  const seen: SeenRequest[] = [];
  return {
    seen,
    lines: () => seen.map(({ method, url }) => `${method} ${url.pathname}`),
    httpClient: {
      async sendRequest(request) {
        const asked = {
          method: request.method,
          url: new URL(request.url),
          authorization: request.headers.get("authorization"),
          ifNoneMatch: request.headers.get("if-none-match"),
          body: typeof request.body === "string" ? (JSON.parse(request.body) as unknown) : undefined,
        };
        seen.push(asked);
        const answer = typeof script === "function" ? script(asked, seen.length) : script[seen.length - 1];
        if (answer === undefined) throw new Error(`nothing is scripted for ${asked.method} ${request.url}`);
        if (answer.lost !== undefined) throw new RestError("the connection was lost", { code: answer.lost, request });
        const { body } = answer;
        return {
          request,
          status: answer.status ?? 200,
          headers: createHttpHeaders({ ...answer.headers }),
          ...(body === undefined ? {} : { bodyAsText: typeof body === "string" ? body : JSON.stringify(body) }),
        };
      },
    },
  };
}

/** A world in which no wait takes time; `progress` is what was said. */
export function testContext(extra: Partial<AzureContext> = {}): AzureContext & { readonly said: readonly string[] } {
  const said: string[] = [];
  const ignore = () => {};
  return {
    env: { ODDRUN_WAIT_SCALE: "0" },
    now: () => Date.UTC(2026, 10, 20),
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    signal: new AbortController().signal,
    progress: (line) => said.push(line),
    said,
    ...extra,
  };
}

export const testCredential = {
  getToken: async (scopes: string | string[]) => ({
    token: `token for ${String(scopes)}`,
    expiresOnTimestamp: Date.UTC(2100, 0),
  }),
};
