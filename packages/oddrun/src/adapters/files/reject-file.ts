import { type AtomicFile, checkOutputPlace, openAtomicFile } from "./atomic-file.ts";
import { csvCell } from "./csv-cell.ts";

/** Keeps the rows that were passed over: why, and the row as it stood, as CSV. There is no file when there was no such row. */
export interface RejectFile {
  add(reason: string, raw: string): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

export async function openRejectFile(path: string, options: { readonly force?: boolean }): Promise<RejectFile> {
  await checkOutputPlace(path, options);
  let file: AtomicFile | null = null;
  let gathered = "reason,row\n";
  return {
    add: async (reason, raw) => {
      gathered += `${csvCell(reason)},${csvCell(raw)}\n`;
      file ??= await openAtomicFile(path, options);
      if (gathered.length < 1 << 16) return;
      await file.write(gathered);
      gathered = "";
    },
    commit: async () => {
      await file?.write(gathered);
      await file?.commit();
    },
    abort: async () => {
      await file?.abort();
    },
  };
}
