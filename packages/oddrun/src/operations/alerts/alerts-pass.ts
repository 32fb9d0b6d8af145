import type { AlertReason, AlertWord, Decision, HeldAlert } from "@oddrun/core";
import type { OrderOutcome } from "./alert-mirror.ts";

/** A message that a channel took. */
export interface SaidInPass {
  readonly messageId: string;
  readonly word: AlertWord;
  readonly reason: AlertReason | null;
  readonly title: string;
  readonly incidentNumbers: readonly number[];
  readonly inbox: string;
  readonly channel: string;
  readonly receipt: string | null;
}

/** A message that a channel did not take, now or for good. */
export interface UnsaidInPass extends Omit<SaidInPass, "receipt"> {
  readonly state: "waits" | "refused" | "given-up";
  readonly why: string;
  /** null of what is not tried again. */
  readonly nextTryAtMs: number | null;
}

/** What a person asked for on an issue. */
export interface OrderInPass {
  readonly incidentNumber: number;
  readonly decision: Decision;
  readonly who: string;
  readonly outcome: OrderOutcome;
}

/** What one pass over the alerts did, for a summary or a terminal. */
export interface AlertsPass {
  /** What was told before is the past: nothing of it is pushed as new. */
  readonly watchingSinceMs: number;
  /** Whether watching began with this pass. */
  readonly isFirst: boolean;
  readonly said: readonly SaidInPass[];
  readonly unsaid: readonly UnsaidInPass[];
  /** Incidents that were looked at and not pushed: the next digest has them, but for follow-ups, which wait for room. */
  readonly held: readonly HeldAlert[];
  readonly orders: readonly OrderInPass[];
  /** False when it was stopped: the next pass goes on from there. */
  readonly isComplete: boolean;
}
