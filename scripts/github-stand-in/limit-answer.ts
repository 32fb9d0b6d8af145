import type { Answer } from "./faults.ts";

export interface LimitAnswerPlan {
  readonly status: 403 | 429;
  readonly retryAfter: "none" | "seconds" | "date";
  /** In `retry-after`, and until the reset; seconds of the stand-in's clock. */
  readonly waitS: number;
  /** In `x-ratelimit-remaining`, with the reset beside it; null leaves both out. */
  readonly remaining: number | null;
  readonly words: "primary" | "secondary" | "unknown";
}

const WORDS = {
  primary: "API rate limit exceeded for user ID 1.",
  secondary: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
  unknown: "Slow down, please.",
} as const;

/** A refusal because of a limit, in any of the forms GitHub has used, for a script to answer with. */
export function limitAnswer(nowMs: number, plan: LimitAnswerPlan): Answer {
  const untilMs = nowMs + plan.waitS * 1000;
  return {
    status: plan.status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      ...(plan.retryAfter === "seconds" ? { "retry-after": String(plan.waitS) } : {}),
      ...(plan.retryAfter === "date" ? { "retry-after": new Date(untilMs).toUTCString() } : {}),
      ...(plan.remaining === null
        ? {}
        : {
            "x-ratelimit-limit": "5000",
            "x-ratelimit-remaining": String(plan.remaining),
            "x-ratelimit-reset": String(Math.ceil(untilMs / 1000)),
          }),
    },
    body: {
      message: WORDS[plan.words],
      documentation_url: "https://docs.github.com/rest",
      status: String(plan.status),
    },
  };
}
