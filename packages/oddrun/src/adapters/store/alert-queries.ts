import type {
  AlertsStep,
  AlertStore,
  NewAlert,
  StoredAlerts,
  StoredThread,
} from "../../operations/alerts/alert-store.ts";
import { alertRow, deliveryRow, storedAlert, storedDelivery, storedThread, threadRow } from "./alert-rows.ts";
import { safeText } from "./rows.ts";
import type { StoreDatabase } from "./schema.ts";

const VERSION = "version";
const WATCHING_SINCE = "watching-since";
const DIGESTS_SINCE = "digests-since";
const DECIDED = "decided-place";
const LOOKED_AT = "looked-at";
const DIGEST = "digest ";

/** The port over a database; `writing` runs its work in a transaction, `reading` explains what goes wrong. */
export function alertStore(
  db: StoreDatabase,
  writing: <Result>(work: (transaction: StoreDatabase) => Promise<Result>) => Promise<Result>,
  reading: <Result>(work: () => Promise<Result>) => Promise<Result>,
): AlertStore {
  return {
    storedAlerts: () => reading(() => storedAlerts(db)),
    keepAlerts: (step) => writing((transaction) => keepAlerts(transaction, step)),
    alertMessage: (id) =>
      reading(async () => {
        const row = await db
          .selectFrom("alert_messages")
          .where("message_id", "=", id)
          .select("message")
          .executeTakeFirst();
        return row?.message == null ? null : JSON.parse(row.message);
      }),
    takeDelivery: ({ messageId, channel }, { nowMs, takenBeforeMs, isByHand = false }) =>
      writing(async (transaction) => {
        const row = await transaction
          .selectFrom("alert_deliveries")
          .where("message_id", "=", messageId)
          .where("channel", "=", channel)
          .selectAll()
          .executeTakeFirst();
        if (row === undefined) return null;
        const { state, next_try_at_ms: nextMs, at_ms: atMs, tries } = row;
        const isLeft = state === "in-flight" && atMs < takenBeforeMs;
        const isDue =
          (state === "pending" || state === "refused") && (nextMs <= nowMs || (isByHand && state === "refused"));
        if (!isLeft && !isDue) return null;
        await setDelivery(transaction, messageId, channel, { state: "in-flight", at_ms: nowMs, tries: tries + 1 });
        return { mayRepeat: isLeft, tries: tries + 1 };
      }),
    settleDelivery: ({ messageId, channel, ...settled }) =>
      writing((transaction) =>
        setDelivery(transaction, messageId, channel, {
          state: settled.state,
          next_try_at_ms: Math.round(settled.nextTryAtMs),
          at_ms: Math.round(settled.atMs),
          receipt: settled.receipt,
          why: settled.why === null ? null : safeText(settled.why),
          is_noted: settled.isNoted ? 1 : 0,
        }),
      ),
    storedOrders: (ids) =>
      reading(async () => {
        if (ids.length === 0) return [];
        const rows = await db.selectFrom("alert_orders").where("order_id", "in", ids).selectAll().execute();
        return rows.map((row) => ({
          id: row.order_id,
          outcome: { isDone: row.is_done === 1, text: row.outcome },
          isAnswered: row.is_answered === 1,
        }));
      }),
    saveOrder: ({ id, outcome, isAnswered }) =>
      writing(async (transaction) => {
        const row = {
          is_done: outcome.isDone ? 1 : 0,
          outcome: safeText(outcome.text),
          is_answered: isAnswered ? 1 : 0,
        };
        await transaction
          .insertInto("alert_orders")
          .values({ order_id: id, ...row })
          .onConflict((conflict) => conflict.column("order_id").doUpdateSet(row))
          .execute();
      }),
  };
}

async function setDelivery(
  db: StoreDatabase,
  messageId: string,
  channel: string,
  set: Partial<ReturnType<typeof deliveryRow>>,
): Promise<void> {
  await db
    .updateTable("alert_deliveries")
    .where("message_id", "=", messageId)
    .where("channel", "=", channel)
    .set(set)
    .execute();
}

async function storedAlerts(db: StoreDatabase): Promise<StoredAlerts> {
  const marks = new Map(
    (await db.selectFrom("alert_marks").selectAll().execute()).map(({ name, value }) => [name, value]),
  );
  const threads = await db.selectFrom("alert_threads").orderBy("thread_key").selectAll().execute();
  const messages = await db
    .selectFrom("alert_messages")
    .orderBy("place")
    .select(["message_id", "place", "thread_key", "word", "scope", "inbox", "reason", "planned_at_ms"])
    .select(["incident_numbers", (is) => is("message", "is", null).as("is_trace")])
    .execute();
  const deliveries = await db
    .selectFrom("alert_deliveries")
    .orderBy("message_id")
    .orderBy("channel")
    .selectAll()
    .execute();
  const byMessage = Map.groupBy(deliveries.map(storedDelivery), ({ messageId }) => messageId);
  const digests = [...marks].filter(([name]) => name.startsWith(DIGEST));
  return {
    version: marks.get(VERSION) ?? 0,
    watchingSinceMs: marks.get(WATCHING_SINCE) ?? null,
    digestsSinceMs: marks.get(DIGESTS_SINCE) ?? 0,
    decidedPlace: marks.get(DECIDED) ?? 0,
    lookedAtMs: marks.get(LOOKED_AT) ?? 0,
    digestsDone: Object.fromEntries(digests.map(([name, value]) => [name.slice(DIGEST.length), value])),
    threads: threads.map(storedThread),
    alerts: messages.map((row) => storedAlert(row, byMessage.get(row.message_id) ?? [])),
  };
}

async function keepAlerts(db: StoreDatabase, step: AlertsStep): Promise<boolean> {
  const version = await markOf(db, VERSION);
  if ((version ?? 0) !== step.fromVersion) return false;
  const { watchingSinceMs, digestsSinceMs, decidedPlace, lookedAtMs, digestsDone = {} } = step;
  await setMark(db, VERSION, step.fromVersion + 1);
  if (watchingSinceMs !== undefined) await setMark(db, WATCHING_SINCE, watchingSinceMs);
  if (digestsSinceMs !== undefined) await setMark(db, DIGESTS_SINCE, digestsSinceMs);
  if (decidedPlace !== undefined) await setMark(db, DECIDED, decidedPlace);
  if (lookedAtMs !== undefined) await setMark(db, LOOKED_AT, lookedAtMs);
  for (const [inbox, dueMs] of Object.entries(digestsDone)) await setMark(db, `${DIGEST}${safeText(inbox)}`, dueMs);
  for (const thread of step.threads ?? []) await saveThread(db, thread);
  for (const alert of step.alerts ?? []) await saveAlert(db, alert);
  return true;
}

async function markOf(db: StoreDatabase, name: string): Promise<number | null> {
  const row = await db.selectFrom("alert_marks").where("name", "=", name).select("value").executeTakeFirst();
  return row?.value ?? null;
}

async function setMark(db: StoreDatabase, name: string, value: number): Promise<void> {
  const rounded = Math.round(value);
  await db
    .insertInto("alert_marks")
    .values({ name, value: rounded })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: rounded }))
    .execute();
}

async function saveThread(db: StoreDatabase, thread: StoredThread): Promise<void> {
  const { thread_key: key, ...row } = threadRow(thread);
  await db
    .insertInto("alert_threads")
    .values({ thread_key: key, ...row })
    .onConflict((conflict) => conflict.column("thread_key").doUpdateSet(row))
    .execute();
}

async function saveAlert(db: StoreDatabase, alert: NewAlert): Promise<void> {
  const { last } = await db
    .selectFrom("alert_messages")
    .select(({ fn }) => fn.max("place").as("last"))
    .executeTakeFirstOrThrow();
  await db
    .insertInto("alert_messages")
    .values(alertRow(alert, (last ?? 0) + 1))
    .onConflict((conflict) =>
      conflict.column("message_id").doUpdateSet((is) => ({
        message: is.fn.coalesce(is.ref("alert_messages.message"), is.ref("excluded.message")),
      })),
    )
    .execute();
  for (const delivery of alert.deliveries) {
    const row = deliveryRow(alert.id, delivery);
    await db
      .insertInto("alert_deliveries")
      .values(row)
      .onConflict((conflict) =>
        delivery.state === "delivered"
          ? conflict.columns(["message_id", "channel"]).doUpdateSet({
              state: row.state,
              at_ms: row.at_ms,
              receipt: row.receipt,
              is_noted: row.is_noted,
            })
          : conflict.columns(["message_id", "channel"]).doNothing(),
      )
      .execute();
  }
}

/** What was said of an imported repository goes on as that of the real one. Call it inside a transaction. */
export async function moveAlerts(db: StoreDatabase, importedId: number, realId: number): Promise<void> {
  await db
    .updateTable("alert_threads")
    .where("repository_id", "=", importedId)
    .set({ repository_id: realId })
    .execute();
}

/** What is told of changes is told anew, from the first place on. Call it inside a transaction. */
export async function forgetDecided(db: StoreDatabase): Promise<void> {
  await db.deleteFrom("alert_marks").where("name", "=", DECIDED).execute();
}
