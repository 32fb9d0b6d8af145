import { problem } from "../../operations/problems.ts";
import { decimalOf, knownColumn } from "./metric-cells.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { ColumnType, RawRow, RowSource } from "./raw-row.ts";

/** A column of the file: its name, and where a row has it (place in CSV, field name in JSON). */
interface Column {
  readonly name: string;
  readonly key: string | number;
}

export interface MetricColumns {
  /** Null: the row number stands in. */
  readonly buildId: Column | null;
  readonly features: readonly Column[];
  /** Columns that are no features, with the reason. */
  readonly ignored: readonly { readonly name: string; readonly why: "not numeric" | "no values" | "no name" }[];
}

const REQUIRED = ["duration", "failure_rate"] as const;

/**
 * Which columns are what, decided on the header and the first rows. Names are matched exactly, else without regard to letter
 * case. Without `wanted`: build_id, duration, failure_rate must be there, and every further column whose first value is a
 * number is a feature. With it: exactly these columns, in this order. Problem: input-columns.
 */
export function metricColumns(
  shownName: string,
  { header, columnTypes }: Pick<RowSource, "header" | "columnTypes">,
  firstRows: readonly RawRow[],
  wanted: readonly string[] | null,
): MetricColumns {
  const columns = header === null ? fieldsOf(firstRows) : header.map((name, key): Column => ({ name, key }));
  const find = (name: string): Column | undefined => {
    const exact = columns.find((column) => column.name === name);
    if (exact !== undefined) return exact;
    const alike = columns.filter((column) => column.name.toLowerCase() === name.toLowerCase());
    if (alike.length < 2) return alike[0];
    const names = alike.map((column) => printable(column.name)).join(", ");
    throw problem(
      "input-columns",
      shownName,
      `${names}: which of these columns is ${printable(name)}? Rename the others.`,
    );
  };
  const required = wanted ?? ["build_id", ...REQUIRED];
  const missing = required.filter((name) => find(name) === undefined);
  if (missing.length > 0)
    throw problem(
      "input-columns",
      shownName,
      missingText(missing, columns, required) +
        (wanted === null ? " Rename the columns, or choose others with --features." : " Rename the columns."),
    );
  const buildId = find("build_id") ?? null;
  if (wanted !== null) {
    const features = wanted.map((name) => ({ ...(find(name) as Column), name }));
    return { buildId: buildId !== null && wanted.includes(buildId.name) ? null : buildId, features, ignored: [] };
  }
  const known = REQUIRED.map((name) => ({ ...(find(name) as Column), name }));
  const further = columns.filter(
    (column) => column.key !== buildId?.key && !known.some(({ key }) => key === column.key),
  );
  const judged = further.map((column) => ({ column, kind: kindOf(column, firstRows, header === null, columnTypes) }));
  return {
    buildId,
    features: [...known, ...judged.filter(({ kind }) => kind === "feature").map(({ column }) => column)],
    ignored: judged.flatMap(({ column, kind }) => (kind === "feature" ? [] : [{ name: column.name, why: kind }])),
  };
}

function fieldsOf(rows: readonly RawRow[]): readonly Column[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row.cells ?? {})));
  return [...names].map((name) => ({ name, key: name }));
}

function kindOf(
  column: Column,
  rows: readonly RawRow[],
  isJson: boolean,
  types: readonly ColumnType[] | undefined,
): "feature" | "not numeric" | "no values" | "no name" {
  if (column.name === "" || knownColumn(column.name) !== null) return "no name";
  const type = types?.[column.key as number];
  if (type !== undefined) return type.kind === "number" ? "feature" : "not numeric";
  for (const { cells } of rows) {
    const cell = cells?.[column.key];
    if (cell === undefined || cell === null || (typeof cell === "string" && cell.trim() === "")) continue;
    const isNumber = isJson ? typeof cell === "number" : Number.isFinite(decimalOf(cell as string));
    return isNumber ? "feature" : "not numeric";
  }
  return "no values";
}

function missingText(missing: readonly string[], columns: readonly Column[], required: readonly string[]): string {
  const found = columns.slice(0, 20).map((column) => column.name || '""');
  const more = columns.length > 20 ? ` and ${columns.length - 20} more` : "";
  const plural = missing.length === 1 ? "the column" : "the columns";
  return `${plural} ${list(missing)} ${missing.length === 1 ? "is" : "are"} missing. Expected: ${list(required)}. Found: ${list(found)}${more}.`;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map((name) => printable(name)).join(", ");
}
