import type { AzureContext } from "oddrun/ports";
import { waitScale } from "./pause.ts";

const REQUEST_TIMEOUT_MS = 100_000;
/** However much waits are shortened for a test, an answer over a real socket takes some real time. */
const REQUEST_TIMEOUT_LEAST_MS = 2_000;
const NUMBER = /^\d{1,9}(\.\d+)?$/;

/** How long one request may take, in real milliseconds. */
export function requestTimeoutMs(context: Pick<AzureContext, "env">, usualMs = REQUEST_TIMEOUT_MS): number {
  return Math.max(usualMs * waitScale(context), REQUEST_TIMEOUT_LEAST_MS);
}

/** How long an answer asks to wait, in ms: seconds or a date of Retry-After, or Azure's own headers in ms; null when it does not say. */
export function askedWaitMs(header: (name: string) => string | undefined, nowMs: number): number | null {
  for (const name of ["retry-after-ms", "x-ms-retry-after-ms"]) {
    const ms = header(name)?.trim() ?? "";
    if (NUMBER.test(ms)) return Number(ms);
  }
  const text = header("retry-after")?.trim() ?? "";
  if (NUMBER.test(text)) return Number(text) * 1000;
  const dateMs = Date.parse(text);
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - nowMs);
}
