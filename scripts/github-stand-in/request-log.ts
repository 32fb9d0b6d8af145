import { createWriteStream, type WriteStream } from "node:fs";

/** One request as the stand-in saw it. Instants are of the stand-in's clock, in milliseconds since 1970 UTC. */
export interface LoggedRequest {
  /** From 1, in order of arrival. */
  readonly index: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON that was sent; null where there was none. */
  body: unknown;
  /** Its kind: "repositories", "repository", "runs", "run", "attempt", "jobs", "attempt-jobs", "job-log", "access-token", ... */
  route: string;
  repositoryId: number | null;
  /** The answer; 0 while there is none, and for a connection that was cut. */
  status: number;
  readonly atMs: number;
  answeredAtMs: number | null;
  /** Real time of arrival, in milliseconds since the process began; it tells what came first. */
  readonly realMs: number;
  /** Real time when the answer was handed over. */
  answeredRealMs: number | null;
  /** Tells tokens apart; null without one. The token itself is nowhere in the log, nor in `headers`. */
  readonly tokenId: string | null;
  /** Requests being answered at its arrival, itself included. */
  readonly inFlight: number;
  /** Whether it was taken off the primary limit. */
  isCharged: boolean;
  /** Before this instant GitHub forbids further requests with this token; null unless the answer was a limit. */
  notBeforeMs: number | null;
  /** The names of the faults that answered or altered it. */
  faults: readonly string[];
}

export interface RequestLog {
  readonly requests: readonly LoggedRequest[];
  add(entry: LoggedRequest): void;
  /** Writes the line of an answered request. */
  answered(entry: LoggedRequest): void;
  clear(): void;
  close(): Promise<void>;
}

export function createRequestLog(file: string | null): RequestLog {
  const requests: LoggedRequest[] = [];
  const stream: WriteStream | null = file === null ? null : createWriteStream(file, { flags: "a" });
  return {
    requests,
    add: (entry) => void requests.push(entry),
    answered: (entry) => void stream?.write(`${JSON.stringify(entry)}\n`),
    clear: () => void requests.splice(0),
    close: () =>
      new Promise((resolve, reject) => {
        if (stream === null) return resolve();
        stream.once("error", reject);
        stream.end(resolve);
      }),
  };
}

/**
 * Until when GitHub's rules say to wait after a refusal: `retry-after`, else the reset when nothing remains, else a minute. null
 * for an answer that is no limit: another status, or a 403 without any of these signs and without the words of a limit.
 */
export function waitedUntil(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
  nowMs: number,
): number | null {
  if (status !== 403 && status !== 429) return null;
  const after = headers["retry-after"];
  if (after !== undefined && /^\d+$/.test(after)) return nowMs + Number(after) * 1000;
  if (after !== undefined && Number.isFinite(Date.parse(after))) return Date.parse(after);
  const reset = headers["x-ratelimit-reset"];
  if (headers["x-ratelimit-remaining"] === "0" && reset !== undefined) return Number(reset) * 1000;
  return status === 429 || /rate limit|abuse/i.test(body) ? nowMs + 60_000 : null;
}

/**
 * Requests that came after a refusal was answered and before the instant it named for this token. What was under way at that moment
 * cannot be told from what was sent too early: `underWayMs` of real time after the answer is forgiven, as is `graceMs` of the
 * stand-in's clock at the end of the wait.
 */
export function earlyRequests(
  requests: readonly LoggedRequest[],
  underWayMs: number,
  graceMs: number,
): readonly LoggedRequest[] {
  const refusals = requests.filter(({ notBeforeMs }) => notBeforeMs !== null);
  return requests.filter((request) =>
    refusals.some(
      (refusal) =>
        refusal.tokenId === request.tokenId &&
        refusal.answeredRealMs !== null &&
        request.realMs > refusal.answeredRealMs + underWayMs &&
        request.atMs < refusal.notBeforeMs! - graceMs,
    ),
  );
}
