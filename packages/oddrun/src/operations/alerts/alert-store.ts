import type { AlertReason, AlertWord, IncidentIdentity, InboxScope } from "@oddrun/core";
import type { AlertMessage } from "./alert-message.ts";
import type { OrderOutcome } from "./alert-mirror.ts";

/**
 * Where one message stands on its way to one channel. *In-flight*: a process took it, and has not told yet how it ended. *Refused* is
 * tried again now and then, for a person may mend it; *given-up* is not: it is no news any more.
 */
export type DeliveryState = "pending" | "in-flight" | "delivered" | "refused" | "given-up";

export interface DeliveryKey {
  readonly messageId: string;
  readonly channel: string;
}

export interface StoredDelivery extends DeliveryKey {
  readonly state: DeliveryState;
  readonly tries: number;
  /** Not before this instant; while in flight when it was taken. */
  readonly nextTryAtMs: number;
  /** When it came to its state. */
  readonly atMs: number;
  /** How the channel finds it again. */
  readonly receipt: string | null;
  /** Why not, of one that waits or was refused; never with a secret in it. */
  readonly why: string | null;
  /** Whether the mirror shows that it was delivered. */
  readonly isNoted: boolean;
}

/** A message that was planned, or of which only its traces were found. */
export interface StoredAlert {
  readonly id: string;
  readonly threadKey: string;
  readonly word: AlertWord;
  readonly scope: InboxScope;
  readonly inbox: string;
  readonly reason: AlertReason | null;
  readonly plannedAtMs: number;
  readonly incidentNumbers: readonly number[];
  /** None: it was kept, and there was nobody to tell. */
  readonly deliveries: readonly StoredDelivery[];
  /** Whether only its traces are known, and not its words. */
  readonly isTrace: boolean;
}

export interface StoredThread {
  readonly key: string;
  readonly identity: IncidentIdentity;
  readonly incidentNumber: number | null;
  /** Where the mirror shows it: an issue's number. */
  readonly receipt: string | null;
}

/** What is known of alerts: all of it is read at once, for there are few. */
export interface StoredAlerts {
  /** Grows with every step. */
  readonly version: number;
  /** null before the first pass. */
  readonly watchingSinceMs: number | null;
  readonly digestsSinceMs: number;
  /** How far what was said of changes is decided: `place` of a `StoredChange`. */
  readonly decidedPlace: number;
  /** When what may become dear without another word was last looked at. */
  readonly lookedAtMs: number;
  /** Up to when the digests of each inbox are done. */
  readonly digestsDone: Readonly<Record<string, number>>;
  readonly threads: readonly StoredThread[];
  /** In the order in which they were planned. */
  readonly alerts: readonly StoredAlert[];
}

export interface NewAlert extends Omit<StoredAlert, "deliveries" | "isTrace"> {
  /** null of one that was delivered by another process or into a lost store. */
  readonly message: AlertMessage | null;
  readonly deliveries: readonly Pick<StoredDelivery, "channel" | "state" | "atMs" | "receipt" | "isNoted">[];
}

/** What one pass decided: all of it is kept, or none. */
export interface AlertsStep {
  readonly fromVersion: number;
  readonly watchingSinceMs?: number;
  readonly digestsSinceMs?: number;
  readonly decidedPlace?: number;
  readonly lookedAtMs?: number;
  readonly digestsDone?: Readonly<Record<string, number>>;
  /** New ones, and those that changed. */
  readonly threads?: readonly StoredThread[];
  /** One whose id is known already is not kept again; but its words, where they were not known, and whom it goes to. */
  readonly alerts?: readonly NewAlert[];
}

/** A person's order on an issue, and what became of it. */
export interface StoredOrder {
  readonly id: string;
  readonly outcome: OrderOutcome;
  readonly isAnswered: boolean;
}

/** Keeps what is to be said, what was, and to whom. What was kept survives the death of the process. */
export interface AlertStore {
  storedAlerts(): Promise<StoredAlerts>;
  /** False, and nothing is kept, when another process was quicker: then its step is to be read first. */
  keepAlerts(step: AlertsStep): Promise<boolean>;
  /** The message itself; null where only its traces are known. */
  alertMessage(id: string): Promise<AlertMessage | null>;
  /**
   * Takes a delivery that is due, so that no other process tries it too: one that waits, or that was taken before `takenBeforeMs` by a
   * process that must have died. Null when there is none. `mayRepeat`: it was under way before, and may have arrived. `isByHand`: one that
   * was refused is due at once, for a person has mended it.
   */
  takeDelivery(
    key: DeliveryKey,
    at: { readonly nowMs: number; readonly takenBeforeMs: number; readonly isByHand?: boolean },
  ): Promise<{ readonly mayRepeat: boolean; readonly tries: number } | null>;
  settleDelivery(settled: Omit<StoredDelivery, "tries">): Promise<void>;
  storedOrders(ids: readonly string[]): Promise<readonly StoredOrder[]>;
  saveOrder(order: StoredOrder): Promise<void>;
}
