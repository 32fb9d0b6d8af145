import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Problem, problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";

/** Text that waits in a temporary file until it is wanted. */
export interface Spool {
  write(text: string): Promise<void>;
  /** All that was written, from the start. */
  read(): AsyncIterable<string>;
  /** Leaves nothing behind; harmless when called twice. */
  close(): Promise<void>;
}

/** Opens a spool in the system's folder for temporary files. Problem: output-unwritable. */
export async function openSpool(): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), "oddrun-spool-")).catch((error: unknown) => {
    throw refuse(error);
  });
  const file = await open(join(folder, "spool"), "wx+");
  // Gone from the folder at once where the system allows it: nothing is left even by a process that is killed.
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  let isOpen = true;
  return {
    write: async (text) => {
      await file.writeFile(text).catch((error: unknown) => {
        throw refuse(error);
      });
    },
    read: () => file.createReadStream({ start: 0, encoding: "utf8", autoClose: false, highWaterMark: 1 << 17 }),
    close: async () => {
      if (!isOpen) return;
      isOpen = false;
      await file.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function refuse(error: unknown): Problem {
  return problem("output-unwritable", printable(tmpdir(), 200), (error as NodeJS.ErrnoException).code ?? String(error));
}
