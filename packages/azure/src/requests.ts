import type { TokenCredential } from "@azure/core-auth";
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  decompressResponsePolicy,
  type HttpClient,
  isRestError,
  type PipelineResponse,
  proxyPolicy,
  userAgentPolicy,
} from "@azure/core-rest-pipeline";
import { type AzureContext, Problem, printable } from "oddrun/ports";
import { shown } from "./shown.ts";
import { isTransient, Trouble, withTries } from "./tries.ts";
import { askedWaitMs, requestTimeoutMs } from "./waits.ts";

export interface AzureRequest {
  readonly method: "GET" | "PUT" | "PATCH" | "POST" | "DELETE";
  /** https, with its query. */
  readonly url: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * False for what must not happen twice, such as making something that gets a new id each time: then it is sent again only after
   * an answer which says that it was not begun (429, 503).
   */
  readonly isRepeatable?: boolean;
}

export interface AzureAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** The JSON of the body; undefined when there is none. Text that is no JSON only comes with a status of an error. */
  readonly body: unknown;
}

/** Sends until there is an answer that does not ask for another try. Any status may come back but 408, 429 and 5xx. */
export type SendRequest = (request: AzureRequest) => Promise<AzureAnswer>;

export interface RequestSettings {
  /** Who asks; its failures are problems (credential.ts). Null sends no token. */
  readonly credential: TokenCredential | null;
  /** What the token is for: "https://management.azure.com/.default". */
  readonly scope: string;
  readonly context: AzureContext;
  /** In place of real sockets, in tests. */
  readonly httpClient?: HttpClient;
}

const CERTIFICATE_TROUBLE = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|ERR_TLS/;

/** How requests of one kind of token are sent: HTTPS_PROXY and NO_PROXY hold, no redirect is followed, lost ones are sent again. */
export function azureRequests({ credential, scope, context, httpClient }: RequestSettings): SendRequest {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(proxyPolicy());
  pipeline.addPolicy(decompressResponsePolicy());
  pipeline.addPolicy(userAgentPolicy({ userAgentPrefix: "oddrun" }));
  const client = httpClient ?? createDefaultHttpClient();

  async function once(request: AzureRequest): Promise<AzureAnswer | Trouble> {
    const { host, pathname } = new URL(request.url);
    let response: PipelineResponse;
    try {
      response = await pipeline.sendRequest(
        client,
        createPipelineRequest({
          method: request.method,
          url: request.url,
          headers: createHttpHeaders({
            accept: "application/json",
            ...(request.body === undefined ? {} : { "content-type": "application/json" }),
            ...request.headers,
          }),
          ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
          abortSignal: context.signal as AbortSignal,
          timeout: requestTimeoutMs(context),
        }),
      );
    } catch (error) {
      if (error instanceof Problem || context.signal.aborted) throw error;
      return lost(error);
    }
    const answer = { status: response.status, header: (name: string) => response.headers.get(name) };
    context.log.debug("azure answered", {
      method: request.method,
      host,
      path: pathname,
      status: answer.status,
      azureRequestId: answer.header("x-ms-request-id"),
    });
    if (isTransient(answer.status)) {
      return new Trouble(`status ${answer.status}${briefly(response.bodyAsText)}`, {
        askedWaitMs: askedWaitMs(answer.header, context.now()),
        isBegun: answer.status !== 429 && answer.status !== 503,
      });
    }
    const body = parsed(response.bodyAsText);
    if (body !== NOT_JSON) return { ...answer, body };
    if (answer.status >= 300) return { ...answer, body: response.bodyAsText ?? undefined };
    return new Trouble("its answer is no JSON, or only a part of it");
  }

  if (credential !== null) {
    pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: scope }));
  }
  return async (request) => {
    const { host, pathname } = new URL(request.url);
    const { isRepeatable = true } = request;
    return await withTries(context, { host, path: pathname, isRepeatable }, () => once(request));
  };
}

/** A request that got no answer: what came instead. */
export function lost(error: unknown): Trouble {
  const code = isRestError(error) ? (error.code ?? "") : ((error as NodeJS.ErrnoException).code ?? "");
  const { name, message } = error as Error;
  return new Trouble(name === "AbortError" ? "no answer in time" : shown(message), {
    isHopeless: CERTIFICATE_TROUBLE.test(code),
  });
}

const NOT_JSON = Symbol("not JSON");

function parsed(text: string | null | undefined): unknown {
  if (text === null || text === undefined || text.trim() === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return NOT_JSON;
  }
}

/** The code of an error's body, when it has one. */
function briefly(text: string | null | undefined): string {
  const body = parsed(text);
  const error = typeof body === "object" && body !== null && "error" in body ? body.error : undefined;
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? ` (${printable(code)})` : "";
}
