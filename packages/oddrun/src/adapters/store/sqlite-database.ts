import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { Kysely, SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteStatement } from "kysely";
import { problem } from "../../operations/problems.ts";
import { makeFolder } from "../files/make-folder.ts";
import { importSqlite } from "../files/sqlite-module.ts";
import type { StoreDatabase, StoreTables } from "./schema.ts";

/** Everything that is SQLite's own lives here; the queries beside this file know only the portable SQL. */
export interface SqliteOptions {
  readonly readOnly: boolean;
  readonly create: boolean;
  /** How long a write waits for another process's write. */
  readonly busyTimeoutMs: number;
}

/** Prepared statements are kept up to this many: the queries are few, but their chunks come in several sizes. */
const STATEMENTS_MAX = 200;

export async function openSqlite(path: string, options: SqliteOptions): Promise<StoreDatabase> {
  checkPath(path, options);
  const { DatabaseSync } = await importSqlite();
  const open = (file: string | URL) =>
    new DatabaseSync(file, { readOnly: options.readOnly, timeout: options.busyTimeoutMs });
  let database: DatabaseSync;
  try {
    database = open(path);
    // The first read of the file tells whether it is a SQLite file and may be read at all.
    database.exec("pragma schema_version");
  } catch (error) {
    const walPresent = existsSync(`${path}-wal`);
    // A WAL store in a folder that may not be written can be opened only as one that nobody changes.
    if (!options.readOnly || walPresent || !cannotOpen(error)) throw error;
    const url = pathToFileURL(path);
    url.searchParams.set("immutable", "1");
    database = open(url);
  }
  try {
    if (!options.readOnly) {
      await useWal(database, options.busyTimeoutMs);
      database.exec("pragma synchronous = full");
      // Room for the indexes of a large history, and fewer but longer moves from the log into the file.
      database.exec("pragma cache_size = -65536; pragma wal_autocheckpoint = 4000");
    }
    return new Kysely<StoreTables>({ dialect: sqliteDialect(database) });
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Readers and one writer at once. The switch needs the file for itself for a moment and does not wait for it: two processes
 * that open a new store together would meet here.
 */
async function useWal(database: DatabaseSync, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      database.exec("pragma journal_mode = wal");
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

function sqliteDialect(database: DatabaseSync): SqliteDialect {
  const dialect = new SqliteDialect({ database: shim(database) });
  // In SQLite a schema change is part of a transaction like any other change; Kysely is told so, to migrate all or nothing.
  const adapter = new SqliteAdapter();
  Object.defineProperty(adapter, "supportsTransactionalDdl", { value: true });
  dialect.createAdapter = () => adapter;
  return dialect;
}

/** node:sqlite in the shape that Kysely's SQLite dialect asks for. */
function shim(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => {
      statements.clear();
      database.close();
    },
    prepare: (text) => {
      const kept = statements.get(text);
      if (kept !== undefined) return kept;
      // All our transactions write: taking the write lock first avoids the upgrade that fails when two processes meet.
      const statement = shimStatement(database.prepare(text === "begin" ? "begin immediate" : text));
      const [oldest] = statements.keys();
      if (statements.size >= STATEMENTS_MAX && oldest !== undefined) statements.delete(oldest);
      statements.set(text, statement);
      return statement;
    },
  };
}

function shimStatement(statement: StatementSync): SqliteStatement {
  return {
    // asked for once: naming the columns takes as long as running a short statement
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...(parameters as readonly SQLInputValue[])),
    run: (parameters) => statement.run(...(parameters as readonly SQLInputValue[])),
    iterate: (parameters) => statement.iterate(...(parameters as readonly SQLInputValue[])),
  };
}

function checkPath(path: string, options: SqliteOptions): void {
  if (existsSync(path)) {
    if (!statSync(path).isFile()) throw problem("store-not-a-store", path, "it is not a regular file");
    return;
  }
  if (options.readOnly || !options.create) throw problem("no-runs", path);
  makeFolder(dirname(path));
}

const isBusy = (error: unknown): boolean => resultCode(error) === 5;
const cannotOpen = (error: unknown): boolean => [8, 14].includes(resultCode(error));

/** SQLite's primary result code, https://sqlite.org/rescode.html; 0 for any other error. */
function resultCode(error: unknown): number {
  const code = (error as { readonly errcode?: unknown }).errcode;
  return typeof code === "number" ? code & 0xff : 0;
}
