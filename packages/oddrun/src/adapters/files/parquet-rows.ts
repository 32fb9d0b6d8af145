import { Problem, problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { csvCell } from "./csv-cell.ts";
import type { ByteSource, RandomAccess } from "./open-source.ts";
import { type ParquetColumn, type ParquetFooter, readFooter } from "./parquet-footer.ts";
import { isRefusal } from "./parquet-guard.ts";
import { pagesOf } from "./parquet-pages.ts";
import { type ParquetCell, READABLE } from "./parquet-types.ts";
import { type RawRow, ROW_BYTES_MAX, type RowSource, TOO_LONG } from "./raw-row.ts";

const BLOCK_ROWS = 1000;

/** The rows of a Parquet file, of which never more than a page a column is held. Problems: input-format, input-columns. */
export async function parquetRows(source: ByteSource): Promise<RowSource> {
  const { shownName, randomAccess: file } = source;
  if (file === null) {
    throw problem("input-format", shownName, "Parquet is read from its end. Name the file instead of a pipe.");
  }
  const footer = await readFooter(file).catch((error: unknown) => {
    throw damaged(shownName, error);
  });
  const header = footer.columns.map(({ name }) => name);
  const twice = header.find((name, place) => header.indexOf(name) !== place);
  if (twice !== undefined) {
    throw problem("input-columns", shownName, `the column "${printable(twice)}" is there twice. Rename one.`);
  }
  return {
    format: "parquet",
    header,
    columnTypes: footer.columns.map(({ kind, what }) => ({ kind, what })),
    blocks: rowsOf(file, footer, shownName),
  };
}

/** Refuses a column that is needed and of a kind that is not read. Problem: input-columns. */
export function refuseUnreadable(shownName: string, rows: RowSource, isNeeded: (place: number) => boolean): void {
  const place = rows.columnTypes?.findIndex(({ kind }, place) => kind === "unreadable" && isNeeded(place)) ?? -1;
  if (place < 0) return;
  const named = `the column "${printable(rows.header?.[place] ?? "")}" holds ${rows.columnTypes?.[place]?.what}`;
  throw problem("input-columns", shownName, `${named}, which are not read. ${READABLE}`);
}

/** Anything that goes wrong in here is the file's fault: its bytes are checked, not believed. */
function damaged(shownName: string, error: unknown, where = ""): Problem {
  if (error instanceof Problem) return error;
  // what JavaScript says of a place beyond the end helps nobody
  const detail = error instanceof RangeError || error instanceof TypeError ? "" : ` (${String(error)})`;
  const what = isRefusal(error) ? error.message : `it is damaged or cut short${detail}. Write the file anew`;
  return problem("input-format", shownName, `its Parquet data cannot be read: ${printable(where + what, 300)}.`);
}

async function* rowsOf(
  file: RandomAccess,
  footer: ParquetFooter,
  shownName: string,
): AsyncGenerator<readonly RawRow[]> {
  let row = 0;
  try {
    for (const group of footer.groups) {
      // writers give the places of no values as they like: a group of none is not looked at
      const cursors = footer.columns.map((column) =>
        column.kind === "unreadable"
          ? null
          : cursorOver(pagesOf(file, column, group), (error) =>
              damaged(shownName, error, `the column "${printable(column.name)}": `),
            ),
      );
      for (let left = group.rowCount; left > 0; ) {
        const ready = await Promise.all(cursors.flatMap((cursor) => (cursor === null ? [] : [cursor.ready()])));
        const count = Math.min(left, BLOCK_ROWS, ...ready);
        if (count === 0) throw new Error("a column ends before the others");
        const columns = cursors.map((cursor) => cursor?.take(count) ?? null);
        const rows: RawRow[] = [];
        for (let place = 0; place < count; place++) rows.push(rowAt(++row, place, columns, footer.columns));
        yield rows;
        left -= count;
      }
    }
    file.checkUnchanged();
  } catch (error) {
    throw damaged(shownName, error);
  }
}

/** Hands out a column's cells in the pieces that all columns have at hand. */
function cursorOver(pages: AsyncGenerator<readonly ParquetCell[]>, problemOf: (error: unknown) => Problem) {
  let page: readonly ParquetCell[] = [];
  let at = 0;
  return {
    /** How many cells can be taken. */
    ready: async (): Promise<number> => {
      while (at === page.length) {
        const next = await pages.next().catch((error: unknown) => {
          throw problemOf(error);
        });
        if (next.done === true) return 0;
        page = next.value;
        at = 0;
      }
      return page.length - at;
    },
    take: (count: number): readonly ParquetCell[] => {
      at += count;
      return page.slice(at - count, at);
    },
  };
}

function rowAt(
  row: number,
  place: number,
  columns: readonly (readonly ParquetCell[] | null)[],
  about: readonly ParquetColumn[],
): RawRow {
  const cells: (string | number | null)[] = [];
  let fault: string | null = null;
  let length = 0;
  for (const [index, column] of columns.entries()) {
    const cell = column?.[place] ?? null;
    if (typeof cell === "object" && cell !== null) {
      fault ??= `the column "${printable(about[index]?.name ?? "")}" ${cell.fault}`;
      cells.push(null);
    } else cells.push(cell);
    if (typeof cell === "string") length += cell.length;
  }
  if (length > ROW_BYTES_MAX) fault ??= TOO_LONG;
  return {
    row,
    line: 0,
    // only a row that is passed over is ever written down again
    get raw() {
      return cells.map((cell) => (typeof cell === "string" ? csvCell(cell) : (cell ?? ""))).join(",");
    },
    cells: fault === null ? (cells as never) : null,
    fault,
  };
}
