import type { EvidenceStore } from "../../operations/evidence-store.ts";
import type { RunStore } from "../../operations/ports.ts";
import { checkUpToDate, migrate } from "./migrations.ts";
import { sqlStore } from "./sql-store.ts";
import { openSqlite, type SqliteOptions } from "./sqlite-database.ts";
import { storeProblem } from "./store-problems.ts";

export async function openSqliteStore(path: string, options: SqliteOptions): Promise<RunStore & EvidenceStore> {
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
