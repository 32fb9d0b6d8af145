import { type AzureContext, printable, problem } from "oddrun/ports";
import { pause } from "./pause.ts";

/** Why a try gave nothing. */
export class Trouble {
  readonly why: string;
  readonly askedWaitMs: number | null;
  /** Whether Azure may have acted on the request. */
  readonly isBegun: boolean;
  /** Another try would end the same way. */
  readonly isHopeless: boolean;
  constructor(
    why: string,
    {
      askedWaitMs = null,
      isBegun = true,
      isHopeless = false,
    }: { readonly askedWaitMs?: number | null; readonly isBegun?: boolean; readonly isHopeless?: boolean } = {},
  ) {
    this.why = why;
    this.askedWaitMs = askedWaitMs;
    this.isBegun = isBegun;
    this.isHopeless = isHopeless;
  }
}

export interface Tried {
  readonly host: string;
  readonly path: string;
  /** False: sent again only when Azure surely did not act on it. */
  readonly isRepeatable?: boolean;
}

const TRIES_MAX = 5;
const FIRST_WAIT_MS = 1_000;
const TOLD_WAIT_MS = 4_000;
/** A longer wait is not sat out but told. */
const WAIT_MAX_MS = 300_000;

/** Whether a status asks for another try. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Tries until there is an answer, waiting as Azure asks, else 1, 2, 4 and 8 s; gives up after five tries. */
export async function withTries<T>(context: AzureContext, tried: Tried, once: () => Promise<T | Trouble>): Promise<T> {
  const { host, path } = tried;
  for (let tryCount = 1; ; tryCount += 1) {
    const answer = await once();
    if (!(answer instanceof Trouble)) return answer;
    const isLast = tryCount === TRIES_MAX || answer.isHopeless || (answer.isBegun && tried.isRepeatable === false);
    if (isLast) throw problem("azure-unreachable", host, shownPath(path), answer.why, tryCount);
    const waitMs = answer.askedWaitMs ?? FIRST_WAIT_MS * 2 ** (tryCount - 1);
    if (waitMs > WAIT_MAX_MS) throw problem("azure-limit-too-long", host, Math.ceil(waitMs / 1000));
    context.log.info("asking Azure again", { host, path, why: answer.why, waitMs, tryCount });
    if (waitMs >= TOLD_WAIT_MS)
      context.progress(`${host}: ${answer.why}; asking again in ${Math.ceil(waitMs / 1000)} s`);
    await pause(context, waitMs);
  }
}

/** A path in a message: in full when it is short, else its end, which says what it is about. */
export function shownPath(path: string): string {
  const text = printable(path, 2_000);
  return text.length <= 160 ? text : `…${text.slice(-159)}`;
}
