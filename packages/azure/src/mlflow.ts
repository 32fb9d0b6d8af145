import { printable, type Problem, problem } from "oddrun/ports";
import type { z } from "zod";
import { checked } from "./arm-address.ts";
import { armError, errorText } from "./arm-problems.ts";
import type { AzureAnswer, SendRequest } from "./requests.ts";

/** MLflow's tracking interface as a workspace offers it, version 2.0. */
export interface Mlflow {
  /** Null when there is no such thing. */
  find<T>(name: string, query: Readonly<Record<string, string>>, shape: z.ZodType<T>): Promise<T | null>;
  post<T>(name: string, body: unknown, shape: z.ZodType<T>, options?: MlflowPost): Promise<T>;
}

export interface MlflowPost {
  /** False for what would be there twice. */
  readonly isRepeatable?: boolean;
}

/** The token of Azure Resource Manager goes to these hosts, of the workspace's region, and no other. */
const HOST = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.api\.azureml\.ms$/;

/**
 * Where a workspace takes MLflow's requests, from its property mlFlowTrackingUri: the same address with https for azureml, as
 * azureml-examples (using_mlflow_rest_api) has it.
 */
export function trackingBase(uri: string): string {
  const text = uri.replace(/^azureml:/, "https:").replace(/\?$/, "");
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOurs =
    url !== null &&
    url.protocol === "https:" &&
    HOST.test(url.host) &&
    url.pathname.startsWith("/mlflow/") &&
    `${url.username}${url.password}${url.search}${url.hash}` === "";
  if (!isOurs) throw problem("azure-address-refused", "the workspace (mlFlowTrackingUri)", printable(uri, 120));
  return `${url.origin}${url.pathname.replace(/\/$/, "")}/api/2.0/mlflow/`;
}

export function mlflowClient(base: string, send: SendRequest, scope: string): Mlflow {
  return {
    async find(name, query, shape) {
      const answer = await send({ method: "GET", url: `${base}${name}?${new URLSearchParams(query).toString()}` });
      if (answer.status === 404 && mlflowCode(answer) === "RESOURCE_DOES_NOT_EXIST") return null;
      return checked(name, shape, expectOk(name, scope, answer).body);
    },
    async post(name, body, shape, { isRepeatable = true } = {}) {
      const answer = await send({ method: "POST", url: `${base}${name}`, body, isRepeatable });
      return checked(name, shape, expectOk(name, scope, answer).body);
    },
  };
}

function expectOk(name: string, scope: string, answer: AzureAnswer): AzureAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw mlflowProblem(name, scope, answer);
}

/** MLflow's own code of an error; what stands before MLflow has errors of another form. */
function mlflowCode({ body }: AzureAnswer): string {
  const code = typeof body === "object" && body !== null && "error_code" in body ? body.error_code : "";
  return typeof code === "string" ? code : "";
}

function mlflowProblem(name: string, scope: string, answer: AzureAnswer): Problem {
  const { code, message } = armError(answer.body);
  const why = errorText({ code: mlflowCode(answer) || code, message });
  switch (answer.status) {
    case 401:
      return problem("azure-token-refused", "MLflow tracking", why);
    case 403:
      return problem("azure-forbidden", "record runs", scope, "AzureML Data Scientist", code || "status 403");
    case 404:
      return problem("azure-not-found", `${name} in MLflow tracking`, why);
    default:
      return problem("azure-refused", `MLflow's ${name}`, answer.status, why);
  }
}
