import { once } from "node:events";
import type { AtomicFileOptions } from "./atomic-file.ts";

/** Where a result goes: a file that appears whole, or the standard output. */
export interface Output {
  /** A person is looking: hostile text must be made visible. */
  readonly isTerminal: boolean;
  /** The reader has gone (`| head`): there is no use in writing more, and nothing to complain about. */
  readonly isClosed: boolean;
  write(text: string): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/** Text is gathered to pieces of about this many characters: one system call each. */
const PIECE_CHARS = 1 << 17;

/** Opens `target`; "-" is the standard output. */
export async function openOutput(
  target: string,
  stdout: NodeJS.WritableStream,
  options: AtomicFileOptions = {},
): Promise<Output> {
  return target === "-" ? streamOutput(stdout) : fileOutput(target, options);
}

async function fileOutput(path: string, options: AtomicFileOptions): Promise<Output> {
  const { openAtomicFile } = await import("./atomic-file.ts");
  const file = await openAtomicFile(path, options);
  let gathered = "";
  const flush = async () => {
    const piece = gathered;
    gathered = "";
    if (piece !== "") await file.write(piece);
  };
  return {
    isTerminal: false,
    isClosed: false,
    write: async (text) => {
      gathered += text;
      if (gathered.length >= PIECE_CHARS) await flush();
    },
    commit: async () => {
      await flush();
      await file.commit();
    },
    abort: () => file.abort(),
  };
}

function streamOutput(stdout: NodeJS.WritableStream): Output {
  let closed = false;
  let failure: Error | null = null;
  let gathered = "";
  const onError = (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") failure = error;
  };
  const onClose = () => {
    closed = true;
  };
  stdout.on("error", onError);
  stdout.once("close", onClose);
  const flush = async () => {
    const piece = gathered;
    gathered = "";
    if (piece === "" || closed) return;
    if (!stdout.write(piece)) {
      const stop = new AbortController();
      const { signal } = stop;
      // A reader that goes away sends no "drain".
      await Promise.race([once(stdout, "drain", { signal }), once(stdout, "close", { signal })]).catch(() => undefined);
      stop.abort();
    }
    if (failure !== null) throw failure;
  };
  return {
    isTerminal: (stdout as { isTTY?: boolean }).isTTY === true,
    get isClosed() {
      return closed;
    },
    write: async (text) => {
      gathered += text;
      if (gathered.length >= PIECE_CHARS) await flush();
    },
    commit: async () => {
      await flush();
      // The last piece may fail only after the call: wait until it is out, or the reader is gone.
      if (!closed) await new Promise<void>((resolve) => stdout.write("", () => resolve()));
      if (failure !== null) throw failure;
      stdout.off("close", onClose);
    },
    abort: async () => {
      gathered = "";
    },
  };
}
