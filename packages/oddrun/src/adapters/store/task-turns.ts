import { sql } from "kysely";
import type { CollectionTaskRow, StoreDatabase } from "./schema.ts";

export interface TurnsFilter {
  readonly repositoryIds: readonly number[] | null;
  readonly triesMax: number;
  readonly limit: number;
  /** Of runs created before this instant. */
  readonly beforeMs: number;
}

/**
 * Tasks in turn from every workflow: the newest run of each, then the second of each, and so on, the default branch's before others.
 * So few questions tell something of all pipelines, also of those that run once a week.
 */
export async function tasksInTurn(
  db: StoreDatabase,
  { repositoryIds, triesMax, limit, beforeMs }: TurnsFilter,
): Promise<readonly CollectionTaskRow[]> {
  if (repositoryIds?.length === 0) return [];
  const among = repositoryIds === null ? sql`` : sql`and t.repository_id in (${sql.join(repositoryIds)})`;
  const { rows } = await sql<CollectionTaskRow>`
    select repository_id, run_id, run_attempt, kind, created_at_ms, tries from (
      select t.repository_id, t.run_id, t.run_attempt, t.kind, t.created_at_ms, t.tries,
        row_number() over (
          partition by t.repository_id, r.workflow_id
          order by t.tries, case when r.branch = p.default_branch then 0 else 1 end,
            t.created_at_ms desc, t.run_id desc, t.run_attempt desc, t.kind
        ) as turn
      from collection_tasks t
      left join run_attempts r
        on r.repository_id = t.repository_id and r.run_id = t.run_id and r.run_attempt = t.run_attempt
      left join repositories p on p.repository_id = t.repository_id
      where t.tries <= ${triesMax} and t.created_at_ms < ${Math.round(beforeMs)} ${among}
    ) as turns
    order by tries, turn, created_at_ms desc, run_id desc, run_attempt desc, repository_id, kind
    limit ${limit}`.execute(db);
  return rows;
}
