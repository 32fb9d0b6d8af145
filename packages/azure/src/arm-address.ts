import { printable, problem } from "oddrun/ports";
import type { z } from "zod";
import { armProblem } from "./arm-problems.ts";
import { apiVersionFor } from "./arm-versions.ts";
import type { AzureAnswer, AzureRequest } from "./requests.ts";
import { shownPath } from "./tries.ts";

export const ARM_ORIGIN = "https://management.azure.com";

/** An address that an answer names, if it is on the host that the token is for. */
export function ownAddress(text: string, path: string): string {
  const url = URL.canParse(text, ARM_ORIGIN) ? new URL(text, ARM_ORIGIN) : null;
  if (url === null || url.origin !== ARM_ORIGIN || url.username !== "" || url.password !== "") {
    const where = url === null ? "what is no address" : printable(`${url.protocol}//${url.host}`, 120);
    throw problem("azure-address-refused", shownPath(path), where);
  }
  return url.href;
}

export function addressOf(path: string, options: { readonly query?: Readonly<Record<string, string>> } = {}): string {
  const query = new URLSearchParams({ "api-version": apiVersionFor(path), ...options.query });
  return `${ARM_ORIGIN}${path}?${query.toString()}`;
}

/** The answer, when it is one of success. */
export function expectOk(request: Pick<AzureRequest, "method">, path: string, answer: AzureAnswer): AzureAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw armProblem(request, path, answer);
}

/** JSON from outside as a type, or a problem that names the field. */
export function checked<T>(path: string, shape: z.ZodType<T>, body: unknown): T {
  const read = shape.safeParse(body);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  const field = printable(issue?.path.join(".") ?? "", 80);
  const what = `${field === "" ? "" : `${field}: `}${printable(issue?.message ?? "unknown form", 200)}`;
  throw problem("azure-answer-unreadable", shownPath(path), what);
}
