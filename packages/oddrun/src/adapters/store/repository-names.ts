import { type SqlBool, sql } from "kysely";
import { nameKey } from "./rows.ts";
import type { StoreDatabase } from "./schema.ts";

/**
 * Whether `column` is the repository that is meant by a name: the one that has it, else the newest that had it before. One
 * repository, so that an index gives its runs in their order.
 */
export function isNamed(column: string, fullName: string) {
  const key = nameKey(fullName);
  return sql<SqlBool>`${sql.ref(column)} = (
    select repository_id from repositories where name_key = ${key}
    union all
    select coalesce(merged_into, repository_id) as repository_id from repository_names
    where name_key = ${key} and not exists (select 1 from repositories where name_key = ${key})
    order by repository_id desc limit 1)`;
}

/** Keeps names for good, so that an older one finds its repository too. Call it inside a transaction. */
export async function keepNames(
  db: StoreDatabase,
  repositoryId: number,
  nameKeys: readonly string[],
  mergedInto: number | null = null,
): Promise<void> {
  if (nameKeys.length === 0) return;
  await db
    .insertInto("repository_names")
    .values(nameKeys.map((key) => ({ repository_id: repositoryId, name_key: key, merged_into: mergedInto })))
    .onConflict((conflict) => conflict.columns(["repository_id", "name_key"]).doUpdateSet({ merged_into: mergedInto }))
    .execute();
}

/** The next repository id that GitHub will never give, and that none ever had here. */
export async function newRepositoryId(db: StoreDatabase): Promise<number> {
  const lowest = await Promise.all([
    db
      .selectFrom("repositories")
      .select(({ fn }) => fn.min("repository_id").as("id"))
      .executeTakeFirst(),
    db
      .selectFrom("repository_names")
      .select(({ fn }) => fn.min("repository_id").as("id"))
      .executeTakeFirst(),
  ]);
  return Math.min(0, ...lowest.map((row) => row?.id ?? 0)) - 1;
}
