import type { RunFilter, RunStore } from "../ports.ts";

export interface ExportColumn {
  readonly name: string;
  /** "time" is milliseconds since 1970 UTC; "integer" an id or a count; "number" any other number. */
  readonly kind: "text" | "integer" | "number" | "time";
}

/** Null is unknown. */
export type ExportCell = string | number | null;
export type ExportRow = readonly ExportCell[];

/** What is exported: the columns, and the rows in blocks of some hundreds, read as they are asked for. */
export interface ExportTable {
  readonly columns: readonly ExportColumn[];
  readonly blocks: AsyncIterable<readonly ExportRow[]>;
}

export interface ExportSource {
  readonly store: RunStore;
  readonly filter: RunFilter;
  /**
   * Called after every few hundred stored runs, also while nothing can be written yet, with how many were read. It may
   * throw to end the export.
   */
  readonly onRead: (runCount: number) => Promise<void>;
}

export const BLOCK_ROWS = 500;

/** Counts the runs that are read, and tells after each `BLOCK_ROWS` of them. */
export function readCounter(onRead: ExportSource["onRead"]): () => void | Promise<void> {
  let runCount = 0;
  return () => (++runCount % BLOCK_ROWS === 0 ? onRead(runCount) : undefined);
}
