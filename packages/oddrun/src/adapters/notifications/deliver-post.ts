import type { Delivery } from "../../operations/alerts/alert-channel.ts";
import type { Waits } from "../github/waits.ts";
import { type Posted, type PostOptions, postOnce } from "./post-once.ts";
import type { WebAddress } from "./web-address.ts";

/** What every channel over the web is given. */
export interface TransportOptions extends Omit<PostOptions, "timeoutMs"> {
  readonly waits: Waits;
  /** "oddrun/1.2.3" */
  readonly userAgent: string;
}

export interface Posting {
  readonly address: WebAddress;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether the receiver tells repeats: only then is sent again what may have arrived. */
  readonly isIdempotent: boolean;
  /** Judges an answer of 2xx: null where it says "delivered", else why it does not. */
  readonly whyNotDelivered: (answer: Extract<Posted, { kind: "answer" }>) => string | null;
  /** What an answer of 4xx means, where the receiver has words of its own for it. */
  readonly wordsOf?: (answer: Extract<Posted, { kind: "answer" }>) => string | null;
}

const TRIES_MAX = 3;
const TIMEOUT_MS = 10_000;
const PAUSE_MS = 1000;
/** A longer wait is the next pass's. */
const RETRY_AFTER_MAX_MS = 30_000;

/** Sends a message, at most three times; every wait and time-out goes by `waits`. Only the signal's reason is thrown. */
export async function deliverPost(posting: Posting, options: TransportOptions): Promise<Delivery> {
  const { address, isIdempotent, body } = posting;
  const { waits, userAgent } = options;
  const headers = { "user-agent": userAgent, ...posting.headers };
  const timeoutMs = Math.min(TIMEOUT_MS, waits.requestTimeoutMs);
  for (let tries = 1; ; tries++) {
    const posted = await postOnce(address, headers, body, { ...options, timeoutMs });
    const outcome = judge(posted, posting);
    if (outcome.kind !== "later" || tries === TRIES_MAX) return outcome;
    if (posted.kind === "unanswered" && !isIdempotent) return outcome;
    const waitMs = Math.max(outcome.retryAfterMs ?? 0, PAUSE_MS * 2 ** (tries - 1));
    if (waitMs > RETRY_AFTER_MAX_MS) return outcome;
    await waits.pause(waitMs);
  }
}

function judge(posted: Posted, { address, whyNotDelivered, wordsOf }: Posting): Delivery {
  const { shown } = address;
  if (posted.kind === "forbidden") return { kind: "refused", why: posted.why };
  if (posted.kind === "unsent")
    return { kind: "later", why: `${shown} can't be reached: ${posted.why}`, retryAfterMs: null };
  if (posted.kind === "unanswered") {
    return {
      kind: "later",
      why: `${shown} gave no answer (${posted.why}): whether the message arrived is not known`,
      retryAfterMs: null,
    };
  }
  const { status } = posted;
  if (status >= 200 && status < 300) {
    const why = whyNotDelivered(posted);
    return why === null ? { kind: "delivered", receipt: null } : { kind: "refused", why: `${shown} ${why}` };
  }
  if (status >= 300 && status < 400) {
    return {
      kind: "refused",
      why: `${shown} answered with a redirect (${status}), which is not followed: set the address that it leads to`,
    };
  }
  const isLater = status === 408 || status === 425 || status === 429 || status >= 500;
  if (isLater) {
    const why = status === 429 ? "asks for fewer messages" : "has trouble of its own";
    return { kind: "later", why: `${shown} ${why} (${status})`, retryAfterMs: retryAfterMs(posted.retryAfter) };
  }
  const words = wordsOf?.(posted) ?? null;
  if (status === 404 || status === 410) {
    return {
      kind: "refused",
      why: `${shown} is gone (${status}${words === null ? "" : `, ${words}`}): make a new one there and put it into the secret`,
    };
  }
  return { kind: "refused", why: `${shown} refused the message (${status}${words === null ? "" : `, ${words}`})` };
}

/** Seconds only: what every receiver here sends. A date would need its clock. */
function retryAfterMs(text: string | null): number | null {
  const seconds = text !== null && /^\d{1,7}$/.test(text.trim()) ? Number(text) : null;
  return seconds === null ? null : seconds * 1000;
}

/** Whether an answer is a page: then something else than the receiver gave it. */
export const isPage = ({ contentType, text }: { readonly contentType: string; readonly text: string }): boolean =>
  /html/i.test(contentType) || /^\s*</.test(text);
