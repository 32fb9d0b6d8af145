import { acceptedIn, barsAfter, changeKeyId, type ChangeKey, incidentAt } from "@oddrun/core";
import type { IncidentFilter, IncidentStore } from "../../operations/incidents/incident-store.ts";
import { recordsOf } from "./incident-rows.ts";
import { isNamed } from "./repository-names.ts";
import { isWorkflowNamed } from "./run-queries.ts";
import { markOf, saveIncidents, setMark } from "./save-incidents.ts";
import type { StoreDatabase } from "./schema.ts";

const CHUNK = 500;
/** Whatever is said and done of it, no time passes: what people decided does not change by itself. */
const ANY_TIME_MS = 0;

/** The port over a database; `writing` runs its work in a transaction, `reading` explains what goes wrong. */
export function incidentStore(
  db: StoreDatabase,
  writing: <Result>(work: (transaction: StoreDatabase) => Promise<Result>) => Promise<Result>,
  reading: <Result>(work: () => Promise<Result>) => Promise<Result>,
): IncidentStore {
  return {
    amendIncidents: (wanted, decide) =>
      writing(async (transaction) => {
        const numbers = [
          ...(wanted.numbers ?? []),
          ...(await numbersOfChanges(transaction, wanted.changes)),
          ...(wanted.sinceMs === null ? [] : await numbersSince(transaction, wanted.sinceMs)),
        ];
        const known = await recordsOf(transaction, numbers);
        const { last } = await transaction
          .selectFrom("incidents")
          .select(({ fn }) => fn.max("incident_number").as("last"))
          .executeTakeFirstOrThrow();
        const answer = decide(known, { nextNumber: (last ?? 0) + 1, readPlace: await markOf(transaction) });
        await saveIncidents(transaction, answer.records, known);
        if (answer.readPlace !== undefined) await setMark(transaction, answer.readPlace);
        return answer;
      }),
    readPlace: () => reading(() => markOf(db)),
    incidents: (filter, nowMs) =>
      reading(async () => {
        const records = await recordsOf(db, await numbersWithin(db, filter));
        return records
          .map((record) => incidentAt(record, nowMs))
          .filter(({ state }) => filter.states === undefined || filter.states.includes(state))
          .filter(({ overAtMs }) => filter.sinceMs === undefined || overAtMs === null || overAtMs >= filter.sinceMs)
          .toReversed();
      }),
    incident: (number, nowMs) =>
      reading(async () => {
        const [record] = await recordsOf(db, [number]);
        return record === undefined ? null : incidentAt(record, nowMs);
      }),
    countIncidents: () =>
      reading(async () => {
        const { count } = await db
          .selectFrom("incidents")
          .select(({ fn }) => fn.countAll<number>().as("count"))
          .executeTakeFirstOrThrow();
        return count;
      }),
    barsOfSeries: () => reading(async () => barsAfter(await decided(db, "rejected"))),
    acceptedChanges: () => reading(async () => acceptedIn(await decided(db, "accepted"))),
    workflowActivity: () => reading(() => workflowActivity(db)),
  };
}

async function numbersOfChanges(db: StoreDatabase, changes: readonly ChangeKey[]): Promise<readonly number[]> {
  const wanted = new Set(changes.map(changeKeyId));
  const ids = [...new Set(changes.map(({ seriesId }) => seriesId))];
  const numbers = new Set<number>();
  for (let from = 0; from < ids.length; from += CHUNK) {
    const rows = await db
      .selectFrom("incident_changes")
      .where("series_id", "in", ids.slice(from, from + CHUNK))
      .select(["series_id", "change_number", "incident_number"])
      .execute();
    for (const row of rows) {
      if (wanted.has(changeKeyId({ seriesId: row.series_id, changeNumber: row.change_number }))) {
        numbers.add(row.incident_number);
      }
    }
  }
  return [...numbers];
}

async function numbersSince(db: StoreDatabase, sinceMs: number): Promise<readonly number[]> {
  const rows = await db
    .selectFrom("incidents")
    .where("anchor_ms", ">=", Math.ceil(sinceMs))
    .select("incident_number")
    .execute();
  return rows.map((row) => row.incident_number);
}

async function numbersWithin(
  db: StoreDatabase,
  { repository, workflow, numbers }: IncidentFilter,
): Promise<readonly number[]> {
  if (repository === undefined && workflow === undefined) {
    let all = db.selectFrom("incidents").select("incident_number");
    if (numbers !== undefined) all = all.where("incident_number", "in", numbers);
    return (await all.execute()).map((row) => row.incident_number);
  }
  let query = db.selectFrom("incident_changes as c").select("c.incident_number").distinct();
  if (repository !== undefined) query = query.where(isNamed("c.repository_id", repository));
  if (workflow !== undefined) query = query.where(isWorkflowNamed("c", workflow));
  return (await query.execute()).map((row) => row.incident_number);
}

async function decided(db: StoreDatabase, what: "accepted" | "rejected") {
  const rows = await db
    .selectFrom("incident_events")
    .where("what", "=", what)
    .select("incident_number")
    .distinct()
    .execute();
  const numbers = rows.map((row) => row.incident_number);
  return (await recordsOf(db, numbers)).map((record) => incidentAt(record, ANY_TIME_MS));
}

async function workflowActivity(db: StoreDatabase) {
  const rows = await db
    .selectFrom("run_attempts")
    .where("finished_at_ms", "is not", null)
    .groupBy(["repository_id", "workflow_id"])
    .select(({ fn }) => [
      "repository_id",
      "workflow_id",
      fn.min("finished_at_ms").as("first_ms"),
      fn.max("finished_at_ms").as("last_ms"),
    ])
    .execute();
  return rows.map((row) => ({
    repositoryId: row.repository_id,
    workflowId: row.workflow_id,
    firstMs: row.first_ms ?? 0,
    lastMs: row.last_ms ?? 0,
  }));
}
