import type { TokenCredential } from "@azure/core-auth";
import type { HttpClient } from "@azure/core-rest-pipeline";
import { type AzureContext, type AzureWorkspaceName, problem } from "oddrun/ports";
import { z } from "zod";
import { ARM_ORIGIN, addressOf, checked, expectOk, ownAddress } from "./arm-address.ts";
import { awaitOperation } from "./arm-operation.ts";
import { type AzureAnswer, type AzureRequest, azureRequests, type SendRequest } from "./requests.ts";
import { shownPath } from "./tries.ts";

const ARM_SCOPE = `${ARM_ORIGIN}/.default`;
const PAGES_MAX = 1_000;

export interface ArmReadOptions {
  /** Further parameters of the query; api-version is added by the client. */
  readonly query?: Readonly<Record<string, string>>;
}

export interface ArmWriteOptions extends ArmReadOptions {
  /** What is going on, for progress and failures of a long operation: "Creating endpoint ep-1". */
  readonly doing?: string;
  /** How long an operation is waited for; an hour when not given. */
  readonly waitMaxMs?: number;
}

/**
 * Azure Resource Manager, as much of it as Oddrun needs. Paths begin with "/subscriptions/"; the api-version is pinned by provider
 * (arm-versions.ts). Answers are checked against the shape given. 408, 429, 5xx and lost connections are tried again, writes too: every
 * PUT here says the whole resource, a PATCH the same values, a POST asks or sets the same thing twice, so that a second one changes nothing.
 * Writes return when the operation that they began has ended. Whatever goes wrong is a `Problem` of exit code 4.
 */
export interface ArmClient {
  get<T>(path: string, shape: z.ZodType<T>, options?: ArmReadOptions): Promise<T>;
  /** Null when there is no such resource (404). */
  find<T>(path: string, shape: z.ZodType<T>, options?: ArmReadOptions): Promise<T | null>;
  /** The items of all pages. */
  list<T>(path: string, itemShape: z.ZodType<T>, options?: ArmReadOptions): Promise<readonly T[]>;
  /** Creates or replaces; answers with the resource as it is after the operation. */
  put<T>(path: string, body: unknown, shape: z.ZodType<T>, options?: ArmWriteOptions): Promise<T>;
  /** Asks to create only (If-None-Match: *); null when it is there already (409, 412). A kind of resource that takes no notice of that header replaces: read back what counts. */
  create<T>(path: string, body: unknown, shape: z.ZodType<T>, options?: ArmWriteOptions): Promise<T | null>;
  patch<T>(path: string, body: unknown, shape: z.ZodType<T>, options?: ArmWriteOptions): Promise<T>;
  /** An action such as ".../listKeys"; its result, read from where the operation left it. */
  post<T>(path: string, body: unknown, shape: z.ZodType<T>, options?: ArmWriteOptions): Promise<T>;
  /** False when there was nothing of that name. */
  delete(path: string, options?: ArmWriteOptions): Promise<boolean>;
}

export interface ArmSettings {
  readonly credential: TokenCredential;
  readonly context: AzureContext;
  /** In place of real sockets, in tests. */
  readonly httpClient?: HttpClient;
}

/** The path of a workspace, or of something below it: `workspacePath(name, "models", "m", "versions", "1")`. */
export function workspacePath(name: AzureWorkspaceName, ...below: readonly string[]): string {
  const group = ["subscriptions", name.subscriptionId, "resourceGroups", name.resourceGroup];
  const parts = [...group, "providers", "Microsoft.MachineLearningServices", "workspaces", name.workspace, ...below];
  // "." and ".." would be taken away when the address is read
  if (parts.some((part) => /^\.{0,2}$/.test(part)))
    throw problem("bad-usage", "A name in Azure is not empty, nor dots.");
  return parts.map((part) => `/${encodeURIComponent(part)}`).join("");
}

export function armClient({ credential, context, httpClient }: ArmSettings): ArmClient {
  const send = azureRequests({
    credential,
    scope: ARM_SCOPE,
    context,
    ...(httpClient === undefined ? {} : { httpClient }),
  });

  async function read<T>(path: string, shape: z.ZodType<T>, options?: ArmReadOptions): Promise<T | null> {
    const answer = await send({ method: "GET", url: addressOf(path, options) });
    if (answer.status === 404) return null;
    return checked(path, shape, expectOk({ method: "GET" }, path, answer).body);
  }

  async function get<T>(path: string, shape: z.ZodType<T>, options?: ArmReadOptions): Promise<T> {
    const answer = await send({ method: "GET", url: addressOf(path, options) });
    return checked(path, shape, expectOk({ method: "GET" }, path, answer).body);
  }

  async function write(request: Written, path: string, options: ArmWriteOptions = {}): Promise<AzureAnswer | null> {
    const answer = await send({ ...request, url: addressOf(path, options) });
    if (request.isRefusable?.includes(answer.status) === true) return null;
    expectOk(request, path, answer);
    const doing = options.doing ?? `${request.method} ${shownPath(path)}`;
    return await awaitOperation({ method: request.method, path, answer, doing, ...options }, { send, context });
  }

  return {
    get,
    find: read,
    list: (path, itemShape, options) => allPages(send, path, itemShape, options),
    async put(path, body, shape, options) {
      const answer = await write({ method: "PUT", body }, path, options);
      return checked(path, shape, answer?.body);
    },
    async create(path, body, shape, options) {
      const request = { method: "PUT", body, headers: { "if-none-match": "*" }, isRefusable: [409, 412] } as const;
      const answer = await write(request, path, options);
      return answer === null ? null : checked(path, shape, answer.body);
    },
    async patch(path, body, shape, options) {
      const answer = await write({ method: "PATCH", body }, path, options);
      return checked(path, shape, answer?.body);
    },
    async post(path, body, shape, options) {
      const answer = await write({ method: "POST", ...(body === null ? {} : { body }) }, path, options);
      return checked(path, shape, answer?.body);
    },
    async delete(path, options) {
      const answer = await write({ method: "DELETE", isRefusable: [404] }, path, options);
      return answer !== null && answer.status !== 204;
    },
  };
}

interface Written extends Pick<AzureRequest, "method" | "body" | "headers"> {
  /** Statuses that are an answer, not a problem. */
  readonly isRefusable?: readonly number[];
}

async function allPages<T>(
  send: SendRequest,
  path: string,
  itemShape: z.ZodType<T>,
  options?: ArmReadOptions,
): Promise<readonly T[]> {
  const pageShape = z.object({ value: z.array(itemShape), nextLink: z.string().nullish() });
  const items: T[] = [];
  const seen = new Set<string>();
  for (let url = addressOf(path, options); ; ) {
    if (seen.has(url) || seen.size === PAGES_MAX) {
      throw problem("azure-answer-unreadable", shownPath(path), "its pages have no end");
    }
    seen.add(url);
    const answer = await send({ method: "GET", url });
    const page = checked(path, pageShape, expectOk({ method: "GET" }, path, answer).body);
    items.push(...page.value);
    if (!page.nextLink) return items;
    url = ownAddress(page.nextLink, path);
  }
}
