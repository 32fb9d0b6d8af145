import { type Problem, printable, problem } from "oddrun/ports";
import { z } from "zod";
import type { AzureAnswer, AzureRequest } from "./requests.ts";
import { shown } from "./shown.ts";
import { shownPath } from "./tries.ts";

const detailShape = z.object({ code: z.string().nullish(), message: z.string().nullish() });
const errorShape = detailShape.extend({ details: z.array(detailShape).nullish() });
const bodyShape = z.object({ error: errorShape });

export interface ArmError {
  readonly code: string;
  readonly message: string;
}

/** What Azure says went wrong, made harmless; its details are often the only part that helps. */
export function armError(body: unknown): ArmError {
  const read = bodyShape.safeParse(body);
  const bare = read.success ? read.data.error : errorShape.safeParse(body).data;
  if (bare === undefined || (!bare.code && !bare.message)) return { code: "", message: "" };
  const details = (bare.details ?? []).map(({ code, message }) => message ?? code ?? "").filter((text) => text !== "");
  const message = [bare.message ?? "", ...details.filter((text) => text !== bare.message)].join(" ").trim();
  return { code: printable(bare.code ?? "", 80), message: shown(message, 400).replace(/[.\s]+$/, "") };
}

/** "Code: message", or whichever there is. */
export function errorText({ code, message }: ArmError): string {
  return [code, message].filter((text) => text !== "").join(": ") || "no reason given";
}

const DENIED = /perform action '([^']{1,200})'(?:.{0,40}over scope '([^']{1,600})')?/;

/** The problem that an answer of Azure Resource Manager stands for. */
export function armProblem(request: Pick<AzureRequest, "method">, path: string, answer: AzureAnswer): Problem {
  const error = armError(answer.body);
  const why = errorText(error);
  const what = `${request.method} ${shownPath(path)}`;
  switch (answer.status) {
    case 401:
      return problem("azure-token-refused", "management.azure.com", why);
    case 403: {
      const denied = DENIED.exec(error.message);
      const action = denied?.[1] ?? `${request.method === "GET" ? "read" : "change"} this`;
      const scope = denied?.[2] ?? path;
      return problem("azure-forbidden", `do ${action}`, shownPath(scope), roleFor(path), error.code || "status 403");
    }
    case 404:
      return problem("azure-not-found", described(path), why);
    case 409:
    case 412:
      return problem("azure-conflict", described(path), why);
    default:
      return problem("azure-refused", what, answer.status, why);
  }
}

/** The narrowest built-in role with which a path of this kind can be used. */
function roleFor(path: string): string {
  if (/\/providers\/Microsoft\.Authorization\//i.test(path)) return "Role Based Access Control Administrator";
  if (/\/workspaces\/[^/]+\/./i.test(path)) return "AzureML Data Scientist";
  return "Reader";
}

/** "onlineEndpoints/ep-1 of workspaces/ml-a": the last two of the pairs that a resource's path is made of. */
function described(path: string): string {
  const parts = path
    .split("?", 1)[0]!
    .split("/")
    .filter((part) => part !== "")
    .map(decoded);
  const pairs: string[] = [];
  const from = parts.findLastIndex((part) => part.toLowerCase() === "providers");
  // what comes after "providers/NAMESPACE" goes in pairs of kind and name, as does everything when there is no provider
  for (let at = from === -1 ? 0 : from + 2; at < parts.length; at += 2) pairs.push(parts.slice(at, at + 2).join("/"));
  return printable(pairs.slice(-2).reverse().join(" of "), 200);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
