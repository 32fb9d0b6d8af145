import { CompiledQuery, type Kysely, sql } from "kysely";
import type { SaveCounts } from "../../operations/ports.ts";
import type { TableShape } from "./rows.ts";
import type { StoreTables } from "./schema.ts";

type Cell = string | number | null;

/** Rows go to the database so many at a time; a rest goes in chunks of the next smaller size. */
const CHUNK_SIZES = [64, 8, 1] as const;

/**
 * Saves rows by their key and says what that changed. Rows already there as they are cost a read and no write, so that
 * repeating a save is cheap. Of rows with one key the last one counts. Call it inside a transaction.
 */
export type Upsert<Row> = (db: Kysely<StoreTables>, rows: readonly Row[]) => Promise<SaveCounts>;

export function upsertInto<Row extends object>(shape: TableShape<Row>): Upsert<Row> {
  const { table, key, columns, kept, whenSeen, isWeaker = () => false, merge = (row) => row } = shape;
  const keyOf = (row: Row): string => key.map((column) => String(row[column])).join("\u001f");
  // Building a query of a thousand parameters costs more than running it: the text is built once, the values change.
  const selects = new Map<number, string>();
  const inserts = new Map<number, string>();
  const updates = columns.filter((column) => !key.includes(column));
  const idColumn = key[1] ?? key[0];

  const selectText = (db: Kysely<StoreTables>, size: number): string => {
    const [repository] = key;
    const ids = sql.join(Array.from({ length: size }, () => sql`${0}`));
    const ofRepository = key.length > 1 ? sql`${sql.ref(repository as string)} = ${0} and ` : sql``;
    return sql`select ${sql.join(columns.map((column) => sql.ref(column)))} from ${sql.table(table)}
      where ${ofRepository}${sql.ref(idColumn as string)} in (${ids})`.compile(db).sql;
  };

  const insertText = (db: Kysely<StoreTables>, size: number): string => {
    const row = sql`(${sql.join(columns.map(() => sql`${0}`))})`;
    const sets = updates.map((column) =>
      kept.has(column)
        ? sql`${sql.ref(column)} = coalesce(${sql.ref(`excluded.${column}`)}, ${sql.ref(`${table}.${column}`)})`
        : sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`,
    );
    return sql`insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
      values ${sql.join(Array.from({ length: size }, () => row))}
      on conflict (${sql.join(key.map((column) => sql.ref(column)))}) do update set ${sql.join(sets)}`.compile(db).sql;
  };

  const present = async (db: Kysely<StoreTables>, rows: readonly Row[]): Promise<Map<string, Row>> => {
    const found = new Map<string, Row>();
    for (const [repository, ids] of idsByRepository(rows)) {
      for (const chunk of chunksOf(ids)) {
        const text = remembered(selects, chunk.length, (size) => selectText(db, size));
        const parameters = key.length > 1 ? [repository, ...chunk] : chunk;
        const result = await db.executeQuery(CompiledQuery.raw(text, [...parameters]));
        for (const row of result.rows as Row[]) found.set(keyOf(row), row);
      }
    }
    return found;
  };

  const idsByRepository = (rows: readonly Row[]): Map<Cell, Cell[]> => {
    const sets = new Map<Cell, Set<Cell>>();
    const [repository] = key;
    for (const row of rows) {
      const leading = key.length > 1 ? (row[repository as keyof Row] as Cell) : null;
      const ids = sets.get(leading) ?? new Set();
      if (ids.size === 0) sets.set(leading, ids);
      ids.add(row[idColumn as keyof Row] as Cell);
    }
    return new Map([...sets].map(([leading, ids]) => [leading, [...ids]]));
  };

  const isSame = (row: Row, old: Row, beside?: keyof Row): boolean =>
    columns.every(
      (column) => row[column] === old[column] || column === beside || (kept.has(column) && row[column] === null),
    );

  return async (db, rows) => {
    if (rows.length === 0) return NOTHING_SAVED;
    const latest = new Map<string, Row>();
    for (const row of rows) {
      const rowKey = keyOf(row);
      const before = latest.get(rowKey);
      if (before === undefined) latest.set(rowKey, row);
      else if (!isWeaker(row, before)) latest.set(rowKey, merge(row, before));
    }
    const old = await present(db, rows);
    const toWrite: Row[] = [];
    let added = 0;
    let changed = 0;
    for (const [rowKey, given] of latest) {
      const before = old.get(rowKey);
      const row = before === undefined ? given : merge(given, before);
      if (before !== undefined && (isSame(row, before) || isWeaker(row, before))) continue;
      if (before === undefined) added++;
      else if (!isSame(row, before, whenSeen)) changed++;
      toWrite.push(row);
    }
    for (const chunk of chunksOf(toWrite)) {
      const text = remembered(inserts, chunk.length, (size) => insertText(db, size));
      const parameters: Cell[] = [];
      for (const row of chunk) for (const column of columns) parameters.push(row[column] as Cell);
      await db.executeQuery(CompiledQuery.raw(text, parameters));
    }
    return { added, changed, unchanged: latest.size - added - changed };
  };
}

const NOTHING_SAVED: SaveCounts = { added: 0, changed: 0, unchanged: 0 };

/** The text for that size, built when it is first asked for. */
export function remembered(texts: Map<number, string>, size: number, make: (size: number) => string): string {
  const kept = texts.get(size);
  if (kept !== undefined) return kept;
  const text = make(size);
  texts.set(size, text);
  return text;
}

/** Chunks of few different sizes, so that few texts are built. */
export function* chunksOf<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  let from = 0;
  for (const size of CHUNK_SIZES) {
    for (; items.length - from >= size; from += size) yield items.slice(from, from + size);
  }
}
