import {
  createDefaultHttpClient,
  createPipelineRequest,
  createEmptyPipeline,
  proxyPolicy,
} from "@azure/core-rest-pipeline";
import { ML_VERSION } from "./arm.ts";
import type { AzureStandIn } from "./index.ts";
import { workspaceId } from "./names.ts";

interface Credential {
  getToken(scope: string): Promise<{ readonly token: string } | null>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What the tests look into; undefined when there is none. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/**
 * Asks as the tests do: a path beneath the workspace, or a whole address; through the proxy, without any retry. A null credential
 * sends no token.
 */
export function arm(standIn: AzureStandIn, credential: Credential | null) {
  const client = createDefaultHttpClient();
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(proxyPolicy());
  return async (
    method: "GET" | "PUT" | "PATCH" | "POST" | "DELETE" | "HEAD",
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> => {
    const url = new URL(
      path.startsWith("https://") ? path : `https://management.azure.com${workspaceId(standIn.names)}${path}`,
    );
    if (url.host === "management.azure.com" && !url.searchParams.has("api-version")) {
      url.searchParams.set("api-version", ML_VERSION);
    }
    const token = await credential?.getToken("https://management.azure.com/.default");
    const request = createPipelineRequest({ url: url.href, method });
    if (token !== undefined && token !== null) request.headers.set("authorization", `Bearer ${token.token}`);
    if (body !== undefined) {
      request.headers.set("content-type", "application/json");
      request.body = JSON.stringify(body);
    }
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
    const response = await pipeline.sendRequest(client, request);
    const text = response.bodyAsText ?? "";
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    return {
      status: response.status,
      headers: response.headers.toJSON({ preserveCase: false }),
      body: text === "" ? undefined : isJson ? (JSON.parse(text) as unknown) : text,
    };
  };
}

/** `arm`, and besides it what goes through to the end of a long operation. */
export function asker(standIn: AzureStandIn, credential: Credential) {
  const ask = arm(standIn, credential);
  const until = async (
    url: string,
  ): Promise<{ readonly status: string; readonly error?: { readonly message: string } }> => {
    for (;;) {
      const { body } = await ask("GET", url);
      if (body.status !== "InProgress") return body;
    }
  };
  /** How it ended, in words: "Succeeded", "Failed ...", or the status and message of the refusal. */
  const done = async (method: "PUT" | "DELETE", path: string, body?: object): Promise<string> => {
    const answer = await ask(method, path, body);
    const url = answer.headers["azure-asyncoperation"];
    if (url === undefined) return `${answer.status} ${answer.body?.error?.message ?? ""}`;
    const { status, error } = await until(url);
    return error === undefined ? status : `${status} ${error.message}`;
  };
  return { ask, until, done };
}
