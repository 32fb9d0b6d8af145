import { checkUpToDate, migrate } from "./migrations.ts";
import { type Store, sqlStore } from "./sql-store.ts";
import { openSqlite, type SqliteOptions } from "./sqlite-database.ts";
import { storeProblem } from "./store-problems.ts";

export async function openSqliteStore(path: string, options: SqliteOptions): Promise<Store> {
  const explain = (error: unknown): unknown => storeProblem(path, error);
  try {
    const db = await openSqlite(path, options);
    try {
      await (options.readOnly ? checkUpToDate(db, path) : migrate(db, path));
    } catch (error) {
      await db.destroy();
      throw error;
    }
    return sqlStore(db, explain);
  } catch (error) {
    throw explain(error);
  }
}
