import { Problem, problem } from "../../operations/problems.ts";
import type { Waits } from "./waits.ts";

/** Something that collecting waits for, told so that it can be shown. */
export interface WaitNotice {
  readonly reason: "rate-limit" | "secondary-limit" | "overload" | "retry";
  /** By our own clock, as the user's watch. */
  readonly untilMs: number;
  /** Of a retry: what came instead of an answer, such as "api.github.com: ENOTFOUND". */
  readonly why?: string;
}

export interface GateOptions {
  readonly waits: Waits;
  readonly now: () => number;
  /** How many requests may be under way at once. */
  readonly inFlightMax: number;
  /** The longest wait for a limit before giving up instead. */
  readonly waitLongestMs: number;
  readonly onWait: (notice: WaitNotice) => void;
}

/** Lets requests out: few at once, evenly paced, and none at all while the server wants to be left alone. */
export interface Gate {
  /** Waits for a place among the requests under way, then for `points` of the allowance; the place must be given back. */
  enter(points: number): Promise<{ leave(): void }>;
  /** Waits until nothing forbids sending. To be called right before each request, also for those that need no place. */
  open(): Promise<void>;
  readonly isOpen: boolean;
  /** Nothing is sent for so long. */
  close(waitMs: number, reason: WaitNotice["reason"]): void;
  /**
   * A limit without a word on how long: a minute, and twice as long each time it is met again. `sentAtMs` (of the waits' clock) tells
   * whether the request had been sent before the last wait: then it is no new sign.
   */
  backOff(sentAtMs: number): void;
  /** A request sent at this moment (of the waits' clock) was answered. */
  succeeded(sentAtMs: number): void;
}

/** Nothing is sent until then, by the waits' clock. */
interface Closure {
  readonly untilMs: number;
  readonly notice: WaitNotice;
}

/** GitHub allows 900 points a minute; these two leave at most 850 in any minute. */
const POINTS_PER_SECOND = 800 / 60;
const POINTS_AT_ONCE = 50;
const BACK_OFF_FIRST_MS = 60_000;
const BACK_OFF_LONGEST_MS = 3_700_000;

export function gate(options: GateOptions): Gate {
  const { waits } = options;
  const allowance = pointsBucket(waits);
  const places = placesFor(options.inFlightMax);
  let closed: Closure | null = null;
  let told: Closure | null = null;
  let backOffs = 0;
  let lastBackOffEndMs = Number.NEGATIVE_INFINITY;

  const close = (waitMs: number, reason: WaitNotice["reason"]): void => {
    const untilMs = waits.elapsedMs() + waitMs;
    if (closed !== null && closed.untilMs >= untilMs) return;
    closed = { untilMs, notice: { reason, untilMs: options.now() + waitMs } };
  };
  const open = async (): Promise<void> => {
    for (let now = closed; now !== null; now = closed) {
      const leftMs = now.untilMs - waits.elapsedMs();
      if (leftMs <= 0) {
        closed = null;
        return;
      }
      if (leftMs > options.waitLongestMs) throw limitTooLong(now.notice.reason, leftMs);
      if (told !== now) options.onWait(now.notice);
      told = now;
      await waits.pause(leftMs);
    }
  };
  return {
    async enter(points) {
      const leave = await places.take();
      try {
        await allowance.take(points);
      } catch (error) {
        leave();
        throw error;
      }
      return { leave };
    },
    open,
    get isOpen() {
      return closed === null;
    },
    close,
    backOff(sentAtMs) {
      if (sentAtMs < lastBackOffEndMs) return;
      const waitMs = Math.min(BACK_OFF_FIRST_MS * 2 ** backOffs, BACK_OFF_LONGEST_MS);
      backOffs += 1;
      lastBackOffEndMs = waits.elapsedMs() + waitMs;
      close(waitMs, "secondary-limit");
    },
    succeeded(sentAtMs) {
      if (sentAtMs >= lastBackOffEndMs) backOffs = 0;
    },
  };
}

/** The problem of a wait that is longer than is waited for; it keeps how long. */
export function limitTooLong(reason: WaitNotice["reason"], leftMs: number): Problem {
  const minutes = Math.ceil(leftMs / 60_000);
  const { code, message } = problem("github-limit-too-long", reason, minutes);
  return new Problem(code, message, { retryAfterMs: minutes * 60_000 });
}

/** A token bucket: `POINTS_AT_ONCE` to begin with, refilled evenly. */
function pointsBucket(waits: Waits): { take(points: number): Promise<void> } {
  let left = POINTS_AT_ONCE;
  let filledAtMs = waits.elapsedMs();
  return {
    async take(points) {
      const nowMs = waits.elapsedMs();
      left = Math.min(POINTS_AT_ONCE, left + ((nowMs - filledAtMs) / 1000) * POINTS_PER_SECOND) - points;
      filledAtMs = nowMs;
      // What is lacking is taken in advance, and waited for: whoever comes next waits longer.
      if (left < 0) await waits.pause((-left / POINTS_PER_SECOND) * 1000);
    },
  };
}

/** First come, first served. */
function placesFor(count: number): { take(): Promise<() => void> } {
  let free = count;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      let isLeft = false;
      return () => {
        if (isLeft) return;
        isLeft = true;
        leave();
      };
    },
  };
}
