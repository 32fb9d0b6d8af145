import type { AlertReason, AlertWord, IncidentIdentity, InboxScope } from "@oddrun/core";
import type {
  DeliveryState,
  NewAlert,
  StoredAlert,
  StoredDelivery,
  StoredThread,
} from "../../operations/alerts/alert-store.ts";
import { safeText } from "./rows.ts";
import type { AlertDeliveryRow, AlertMessageRow, AlertThreadRow } from "./schema.ts";

export function threadRow({ key, identity, incidentNumber, receipt }: StoredThread): AlertThreadRow {
  return {
    thread_key: key,
    repository_id: identity.repositoryId,
    identity: JSON.stringify(identity),
    incident_number: incidentNumber,
    receipt,
  };
}

export const storedThread = (row: AlertThreadRow): StoredThread => ({
  key: row.thread_key,
  identity: { ...(JSON.parse(row.identity) as IncidentIdentity), repositoryId: row.repository_id },
  incidentNumber: row.incident_number,
  receipt: row.receipt,
});

export function alertRow(alert: NewAlert, place: number): AlertMessageRow {
  return {
    message_id: alert.id,
    place,
    thread_key: alert.threadKey,
    word: alert.word,
    scope: alert.scope,
    inbox: safeText(alert.inbox),
    reason: alert.reason,
    planned_at_ms: Math.round(alert.plannedAtMs),
    incident_numbers: JSON.stringify(alert.incidentNumbers),
    message: alert.message === null ? null : JSON.stringify(alert.message),
  };
}

export const storedAlert = (
  row: Omit<AlertMessageRow, "message"> & { readonly is_trace: unknown },
  deliveries: readonly StoredDelivery[],
): StoredAlert => ({
  id: row.message_id,
  threadKey: row.thread_key,
  word: row.word as AlertWord,
  scope: row.scope as InboxScope,
  inbox: row.inbox,
  reason: row.reason as AlertReason | null,
  plannedAtMs: row.planned_at_ms,
  incidentNumbers: JSON.parse(row.incident_numbers) as readonly number[],
  deliveries,
  // SQLite says 1, PostgreSQL true
  isTrace: Boolean(row.is_trace),
});

export const deliveryRow = (
  messageId: string,
  { channel, state, atMs, receipt, isNoted }: NewAlert["deliveries"][number],
): AlertDeliveryRow => ({
  message_id: messageId,
  channel,
  state,
  tries: 0,
  next_try_at_ms: Math.round(atMs),
  at_ms: Math.round(atMs),
  receipt,
  why: null,
  is_noted: isNoted ? 1 : 0,
});

export const storedDelivery = (row: AlertDeliveryRow): StoredDelivery => ({
  messageId: row.message_id,
  channel: row.channel,
  state: row.state as DeliveryState,
  tries: row.tries,
  nextTryAtMs: row.next_try_at_ms,
  atMs: row.at_ms,
  receipt: row.receipt,
  why: row.why,
  isNoted: row.is_noted === 1,
});
