import type { ServerClock } from "./clock.ts";
import { failure, type Reply } from "./reply.ts";
import type { Token } from "./tokens.ts";

export interface LimitOptions {
  /** Requests an hour; null for none, and then no headers. */
  readonly primary: {
    readonly limit: number;
    readonly windowMs: number;
    readonly status: 403 | 429;
    /** GitHub leaves it out for the primary limit, as a rule. */
    readonly retryAfter: RetryAfterForm;
  } | null;
  /** What headers do not show: points a minute (a read is 1, a write 5) and requests at once; null for none. */
  readonly secondary: {
    readonly pointsPerMinute: number;
    readonly concurrentMax: number;
    readonly status: 403 | 429;
    readonly retryAfter: RetryAfterForm;
    readonly retryAfterS: number;
  } | null;
  /** Writes a minute and an hour; null for none: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api. */
  readonly content: { readonly perMinute: number; readonly perHour: number } | null;
}

export type RetryAfterForm = "none" | "seconds" | "date";

/** GitHub's limits for a person's token; the secondary one is off unless asked for. */
export const USUAL_LIMITS: LimitOptions = {
  primary: { limit: 5000, windowMs: 3_600_000, status: 403, retryAfter: "none" },
  secondary: null,
  content: { perMinute: 80, perHour: 500 },
};

/** GitHub's secondary limits. */
export const USUAL_SECONDARY: NonNullable<LimitOptions["secondary"]> = {
  pointsPerMinute: 900,
  concurrentMax: 100,
  status: 403,
  retryAfter: "seconds",
  retryAfterS: 60,
};

const CONTENT_WORDS =
  "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.";

/** Without a token GitHub allows this many requests an hour. */
const ANONYMOUS_LIMIT = 60;

interface Window {
  limit: number;
  used: number;
  resetAtMs: number;
}

export interface Limits {
  /** The refusal when the token has used up what it may, else null. Costs nothing. */
  refusal(token: Token | null, method: string, inFlight: number): Reply | null;
  /** Takes one request off the primary limit. */
  charge(token: Token | null): void;
  /** As they stand; none where limits are off. */
  headers(token: Token | null): Readonly<Record<string, string>>;
  /** What `GET /rate_limit` says; null where limits are off. */
  overview(token: Token | null): object | null;
  /** Leaves the token this many requests until the given instant, or for the usual time. */
  setRemaining(token: Token | null, remaining: number, resetAtMs?: number): void;
}

export function createLimits(options: LimitOptions, clock: ServerClock): Limits {
  const windows = new Map<string, Window>();
  const minutes = new Map<string, { minute: number; points: number }>();
  const ownerOf = (token: Token | null): string => token?.owner ?? "anonymous";

  const writesOf = new Map<string, number[]>();
  const contentRefusal = (token: Token | null, method: string): Reply | null => {
    if (options.content === null || !["POST", "PATCH", "PUT", "DELETE"].includes(method)) return null;
    const nowMs = clock.nowMs();
    const written = (writesOf.get(ownerOf(token)) ?? []).filter((atMs) => nowMs - atMs < 3_600_000);
    const lastMinute = written.filter((atMs) => nowMs - atMs < 60_000).length;
    if (lastMinute >= options.content.perMinute || written.length >= options.content.perHour)
      return failure(403, CONTENT_WORDS, { "retry-after": "60" });
    writesOf.set(ownerOf(token), [...written, nowMs]);
    return null;
  };

  const windowOf = (token: Token | null): Window | null => {
    const { primary } = options;
    if (primary === null) return null;
    const nowMs = clock.nowMs();
    let window = windows.get(ownerOf(token));
    if (window === undefined || window.resetAtMs <= nowMs) {
      const limit = token === null ? ANONYMOUS_LIMIT : (token.limit ?? primary.limit);
      // A whole second, as it is told.
      window = { limit, used: 0, resetAtMs: Math.ceil((nowMs + primary.windowMs) / 1000) * 1000 };
      windows.set(ownerOf(token), window);
    }
    return window;
  };

  const secondaryRefusal = (token: Token | null, method: string, inFlight: number): Reply | null => {
    const { secondary } = options;
    if (secondary === null) return null;
    const minute = Math.floor(clock.nowMs() / 60_000);
    const key = ownerOf(token);
    let spent = minutes.get(key);
    if (spent?.minute !== minute) {
      spent = { minute, points: 0 };
      minutes.set(key, spent);
    }
    spent.points += method === "GET" || method === "HEAD" || method === "OPTIONS" ? 1 : 5;
    if (spent.points <= secondary.pointsPerMinute && inFlight <= secondary.concurrentMax) return null;
    const message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    return failure(secondary.status, message, retryAfter(secondary.retryAfter, secondary.retryAfterS, clock.nowMs()));
  };

  return {
    refusal(token, method, inFlight) {
      const secondary = secondaryRefusal(token, method, inFlight);
      if (secondary !== null) return secondary;
      const content = contentRefusal(token, method);
      if (content !== null) return content;
      const window = windowOf(token);
      if (window === null || options.primary === null || window.used < window.limit) return null;
      const nowMs = clock.nowMs();
      const leftS = Math.max(0, Math.ceil((window.resetAtMs - nowMs) / 1000));
      const message = `API rate limit exceeded for ${token === null ? "127.0.0.1" : `user ID ${token.id}`}.`;
      return failure(options.primary.status, message, retryAfter(options.primary.retryAfter, leftS, nowMs));
    },
    charge(token) {
      const window = windowOf(token);
      if (window !== null) window.used++;
    },
    headers(token) {
      const window = windowOf(token);
      if (window === null) return {};
      return {
        "x-ratelimit-limit": String(window.limit),
        "x-ratelimit-remaining": String(Math.max(0, window.limit - window.used)),
        "x-ratelimit-reset": String(Math.floor(window.resetAtMs / 1000)),
        "x-ratelimit-used": String(window.used),
        "x-ratelimit-resource": "core",
      };
    },
    overview(token) {
      const window = windowOf(token);
      if (window === null) return null;
      const core = {
        limit: window.limit,
        used: window.used,
        remaining: Math.max(0, window.limit - window.used),
        reset: Math.floor(window.resetAtMs / 1000),
      };
      return { resources: { core }, rate: core };
    },
    setRemaining(token, remaining, resetAtMs) {
      const window = windowOf(token);
      if (window === null) throw new RangeError("There are no limits to set.");
      window.used = Math.max(0, window.limit - remaining);
      if (resetAtMs !== undefined) window.resetAtMs = resetAtMs;
    },
  };
}

function retryAfter(form: RetryAfterForm, seconds: number, nowMs: number): Readonly<Record<string, string>> {
  if (form === "none") return {};
  return { "retry-after": form === "seconds" ? String(seconds) : new Date(nowMs + seconds * 1000).toUTCString() };
}
