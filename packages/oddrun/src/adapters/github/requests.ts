import { problem } from "../../operations/problems.ts";
import type { Logger } from "../../operations/ports.ts";
import type { RequestBudget } from "../../operations/collect/run-source.ts";
import type { ApiUrl } from "./api-url.ts";
import { requestBudget } from "./budget.ts";
import type { SendOnce, Sent } from "./exchange.ts";
import type { Gate } from "./gate.ts";
import { type Json, parseJson } from "./json.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { redirectTarget, shownPath } from "./redirect.ts";
import type { ServerClock } from "./server-clock.ts";
import type { Waits } from "./waits.ts";
import type { WritePace } from "./write-pace.ts";

/** A request that is to be answered, however often it has to be sent. */
export interface Question {
  readonly method?: "POST" | "PATCH" | "PUT" | "DELETE";
  /** A path under the API with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: Json;
  /** It changes nothing although it is sent as a write is: a query of GraphQL. */
  readonly isRead?: boolean;
  /**
   * It would happen twice if it were sent twice. When its answer is lost, nobody knows whether it happened: then that is the reply, and
   * the asker looks before he asks again.
   */
  readonly isOnce?: boolean;
  readonly credential: Credential;
  /** A page that may be asked for in a smaller size: then that is left to the asker. */
  readonly isShrinkable?: boolean;
  /** How often it is sent at most when it meets passing faults; 5 when left out. */
  readonly faultTriesMax?: number;
  /** The text is wanted as it is; redirects are left to the asker. */
  readonly isRaw?: boolean;
  /** No more of the answer is wanted; without it there is a bound that no answer should reach. */
  readonly bytesMax?: number;
  /** Asked for by a request that has a place already. */
  readonly hasPlace?: boolean;
}

/** In whose name a question is asked. */
export interface Credential {
  readonly authorization: () => Promise<string | null>;
  /** It was answered with 401: whether there is a point in asking once more, which is when there is something new to show. */
  readonly refused: (authorization: string | null, refusals: number) => Promise<boolean>;
}

export type Reply =
  | {
      readonly kind: "ok";
      /** null for raw text. */
      readonly json: Json;
      readonly text: string;
      readonly headers: Headers;
      readonly atMs: number;
      /** The server said that it is to be asked for elsewhere from now on. */
      readonly hasMoved: boolean;
    }
  | { readonly kind: "too-big" }
  /** Only of what `isOnce`: it may have happened or not. */
  | { readonly kind: "lost"; readonly why: string }
  | Exclude<Outcome, { readonly kind: "ok" | "wait" | "back-off" | "fault" | "unauthorized" }>;

export interface Requests {
  /** Throws a problem when the server cannot be reached, will not be asked now, or takes no credential. */
  ask(question: Question): Promise<Reply>;
  budget(): RequestBudget;
}

export interface RequestsOptions {
  readonly api: ApiUrl;
  readonly sendOnce: SendOnce;
  readonly gate: Gate;
  readonly writes: WritePace;
  readonly waits: Waits;
  readonly clock: ServerClock;
  readonly log: Logger;
  readonly requestsMax: number;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  readonly onRetry: (waitMs: number, why: string) => void;
}

const FAULT_TRIES = 5;
const GARBLED_TRIES = 3;
const LIMIT_TRIES = 5;
const REDIRECTS_MAX = 5;
const RETRY_FIRST_MS = 1000;
const POINTS = { GET: 1, POST: 5, PATCH: 5, PUT: 5, DELETE: 5 };
/** Nothing was sent: no way to the server was found. */
const NEVER_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

export function requests(options: RequestsOptions): Requests {
  const { gate, waits, clock, log } = options;
  const budget = requestBudget(clock);

  /** Sends the question once, when that is allowed, and says what came of it. */
  const sendOnce = async (question: Question, url: string, isAgain: boolean) => {
    const method = question.method ?? "GET";
    // Writes go one by one; what an App asks for a token is none, and may be part of one.
    const isWrite = method !== "GET" && question.isRead !== true;
    const turn = !isWrite || question.hasPlace === true ? null : await options.writes.enter();
    const place = question.hasPlace === true ? null : await gate.enter(isWrite ? POINTS[method] : POINTS.GET);
    try {
      let header: string | null;
      do {
        await gate.open();
        // After the wait, since a token may run out meanwhile; fetching another may itself meet a limit.
        header = await question.credential.authorization();
      } while (!gate.isOpen);
      if (budget.now().sent >= options.requestsMax) throw problem("github-requests-used-up", options.requestsMax);
      budget.count(isAgain);
      const sentAtMs = waits.elapsedMs();
      const { headers: wanted = {}, body } = question;
      const sent: Sent = {
        method,
        url,
        authorization: header,
        headers: wanted,
        ...(body === undefined ? {} : { body }),
      };
      const exchange = await options.sendOnce(sent, question);
      const headers = exchange.kind === "answer" ? exchange.headers : new Headers();
      const atMs = clock.observe(headers.get("date"));
      const outcome = outcomeOf(exchange, atMs);
      const renewalMs = budget.observe(headers, atMs, outcome);
      if (outcome.kind === "wait") gate.close(outcome.waitMs, outcome.reason);
      else if (outcome.kind === "back-off") gate.backOff(sentAtMs);
      else if (outcome.kind !== "fault") gate.succeeded(sentAtMs);
      // The allowance is used up: the next request would only be refused.
      if (renewalMs !== null) gate.close(renewalMs, "rate-limit");
      log.debug("github request", {
        path: shownPath(url),
        status: exchange.kind === "answer" ? exchange.status : exchange.why,
        outcome: outcome.kind,
      });
      return { exchange, outcome, headers, atMs, header };
    } finally {
      place?.leave();
      turn?.leave();
    }
  };

  const ask = async (question: Question): Promise<Reply> => {
    // Without the slash a path could be taken for the end of the host's name.
    if (!question.path.startsWith("/"))
      throw problem("github-redirect-refused", shownPath(question.path), "it is no path");
    let url = `${options.api.base}${question.path}`;
    const tries = { limits: 0, faults: 0, garbled: 0, redirects: 0, refusals: 0 };
    let hasMoved = false;
    for (let isAgain = false; ; isAgain = true) {
      const { exchange, outcome, headers, atMs, header } = await sendOnce(question, url, isAgain);
      switch (outcome.kind) {
        case "ok": {
          const text = exchange.kind === "answer" ? exchange.text : "";
          if (question.isRaw === true) return { kind: "ok", json: null, text, headers, atMs, hasMoved };
          const json = parsed(text);
          if (json !== undefined || (exchange.kind === "answer" && exchange.status === 204))
            return { kind: "ok", json, text, headers, atMs, hasMoved };
          if (question.isOnce === true) return { kind: "lost", why: "an answer that is not JSON" };
          await retry(url, "an answer that is not JSON", ++tries.garbled, GARBLED_TRIES);
          continue;
        }
        case "wait":
        case "back-off":
          if (question.isOnce === true && outcome.kind === "wait" && outcome.reason === "overload")
            return { kind: "lost", why: "the server is overloaded" };
          tries.limits += 1;
          if (tries.limits >= LIMIT_TRIES) throw problem("github-limit-persists", shownPath(url), LIMIT_TRIES);
          continue;
        case "fault":
          if (question.isOnce === true && !(exchange.kind === "failed" && NEVER_SENT.test(exchange.why)))
            return { kind: "lost", why: outcome.why };
          if (outcome.isTooBig && question.isShrinkable === true) return { kind: "too-big" };
          if (outcome.isGarbled) await retry(url, outcome.why, ++tries.garbled, GARBLED_TRIES);
          else await retry(url, outcome.why, ++tries.faults, question.faultTriesMax ?? FAULT_TRIES);
          continue;
        case "moved":
          if (question.isRaw === true) return outcome;
          if (++tries.redirects > REDIRECTS_MAX)
            throw problem("github-redirect-refused", shownPath(url), "more than 5 in a row");
          url = redirectTarget(options.api, url, outcome.location);
          hasMoved ||= outcome.isForGood;
          continue;
        case "unauthorized":
          tries.refusals += 1;
          if (await question.credential.refused(header, tries.refusals)) continue;
          throw problem("github-token-refused", options.api.webHost);
        case "unchanged":
        case "forbidden":
        case "gone":
        case "unprocessable":
        case "refused":
          return outcome;
      }
    }
  };

  const retry = async (url: string, why: string, tried: number, triesMax: number): Promise<void> => {
    if (tried >= triesMax) throw problem("github-unreachable", new URL(url).host, shownPath(url), why, triesMax);
    const waitMs = RETRY_FIRST_MS * 2 ** (tried - 1) * (0.5 + options.random());
    options.onRetry(waitMs, `${new URL(url).host}: ${why}, try ${tried} of ${triesMax}`);
    await waits.pause(waitMs);
  };

  return { ask, budget: () => budget.now() };
}

function parsed(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
