import { closeSync, constants, fstatSync, openSync, read } from "node:fs";
import { type Problem, problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";

/** Bytes to read, unpacked, with what is needed to speak about them. */
export interface ByteSource {
  /** The file's name as shown in messages. */
  readonly shownName: string;
  /** The start of the content, unpacked: at least `HEAD_BYTES` unless the content is shorter. */
  readonly head: Buffer;
  /** All of the content from its first byte on. */
  readonly chunks: AsyncIterable<Buffer>;
  /** It is a Parquet file: then `head` is only its first bytes, and `randomAccess` is there unless it comes through a pipe. */
  readonly isParquet: boolean;
  readonly randomAccess: RandomAccess | null;
  close(): Promise<void>;
}

/** A file that is not read from its start to its end. */
export interface RandomAccess {
  readonly size: number;
  /** Problem: input-unreadable. */
  read(at: number, length: number): Promise<Buffer>;
  /** Problem: input-changed, when it did since it was opened. */
  checkUnchanged(): void;
}

export interface SourceOptions {
  /** What "-" stands for. */
  readonly stdin?: NodeJS.ReadableStream;
}

const HEAD_BYTES = 1 << 16;
const CHUNK_BYTES = 1 << 16;

/**
 * Opens a regular file, or the standard input for "-"; gzip is unpacked whatever the name says.
 * Problems: input-not-found, input-not-a-file, input-unreadable, input-changed (at the end of the chunks), input-format.
 */
export async function openSource(source: string, options: SourceOptions = {}): Promise<ByteSource> {
  const shownName = shownSource(source);
  const file = source === "-" ? null : openRegularFile(source, shownName);
  try {
    return await openBytes(shownName, file, options);
  } catch (error) {
    if (file !== null) closeSync(file);
    throw error;
  }
}

/** What to call the source in a message. */
export function shownSource(source: string): string {
  return source === "-" ? "standard input" : printable(source, 200);
}

async function openBytes(shownName: string, file: number | null, options: SourceOptions): Promise<ByteSource> {
  const before = file === null ? undefined : fstatSync(file);
  const rawChunks = chunksOf(file === null ? (options.stdin ?? process.stdin) : fileChunks(file), shownName);
  const rawHead = await readHead(rawChunks, 6);
  const isParquet = /^PAR[1E]/.test(rawHead.toString("latin1", 0, 4));
  if (!isParquet) refuseForeign(rawHead, shownName);
  const whole = joined(rawHead, rawChunks);
  const isGzip = rawHead[0] === 0x1f && rawHead[1] === 0x8b;
  const chunks = isGzip ? (await import("./gunzip.ts")).gunzipped(whole, shownName, CHUNK_BYTES) : whole;
  const head = isParquet ? rawHead : await readHead(chunks, HEAD_BYTES);
  const checkUnchanged = () => {
    const after = file === null ? undefined : fstatSync(file);
    if (before?.size !== after?.size || before?.mtimeMs !== after?.mtimeMs) throw problem("input-changed", shownName);
  };
  const checked = async function* () {
    yield* joined(head, chunks);
    checkUnchanged();
  };
  const close = async () => {
    await chunks.return(undefined);
    await rawChunks.return(undefined);
    if (file !== null) closeSync(file);
  };
  const randomAccess =
    isParquet && file !== null
      ? {
          size: before?.size ?? 0,
          read: (at: number, length: number) => readAt(file, at, length, shownName),
          checkUnchanged,
        }
      : null;
  return { shownName, head, chunks: checked(), isParquet, randomAccess, close };
}

function openRegularFile(path: string, shownName: string): number {
  const file = openForReading(path, shownName);
  const found = fstatSync(file);
  if (found.isFile()) return file;
  closeSync(file);
  const what = found.isDirectory() ? "a folder" : found.isFIFO() ? "a pipe" : "a device";
  throw problem("input-not-a-file", shownName, what);
}

function openForReading(path: string, shownName: string): number {
  try {
    // Without O_NONBLOCK, opening a pipe nobody writes to would wait for ever.
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw openProblem(path, shownName, error);
  }
}

function openProblem(path: string, shownName: string, error: unknown): Problem {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG") {
    const hint = /[*?[]/.test(path) ? "It looks like a pattern that matched nothing." : "";
    return problem("input-not-found", shownName, hint);
  }
  if (code === "ENXIO") return problem("input-not-a-file", shownName, "a device or socket");
  return problem("input-unreadable", shownName, code === "EACCES" || code === "EPERM" ? "no permission" : code);
}

/** From where the file stands to its end. A stream would do the same, and take longer to set up than a small file to read. */
async function* fileChunks(file: number): AsyncGenerator<Buffer> {
  for (;;) {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const byteCount = await new Promise<number>((resolve, reject) => {
      read(file, buffer, (error, count) => (error === null ? resolve(count) : reject(error)));
    });
    if (byteCount === 0) return;
    yield buffer.subarray(0, byteCount);
  }
}

async function readAt(file: number, at: number, length: number, shownName: string): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let have = 0; have < length; ) {
    const count = await new Promise<number>((resolve, reject) => {
      read(file, bytes, have, length - have, at + have, (error, found) =>
        error === null ? resolve(found) : reject(error),
      );
    }).catch((error: unknown) => {
      throw problem("input-unreadable", shownName, (error as NodeJS.ErrnoException).code ?? String(error));
    });
    if (count === 0) throw new Error("the file ends before its data");
    have += count;
  }
  return bytes;
}

async function* chunksOf(chunks: AsyncIterable<string | Buffer>, shownName: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of chunks) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
  } catch (error) {
    throw problem("input-unreadable", shownName, (error as NodeJS.ErrnoException).code ?? String(error));
  }
}

async function readHead(chunks: AsyncIterator<Buffer>, byteCount: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  while (length < byteCount) {
    const next = await chunks.next();
    if (next.done === true) break;
    parts.push(next.value);
    length += next.value.length;
  }
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}

async function* joined(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return;
    yield next.value;
  }
}

const FOREIGN: readonly (readonly [signature: string, what: string])[] = [
  ["PK\u0003\u0004", "it is a zip archive or an Excel workbook. Export it as CSV."],
  ["SQLite", "it is an SQLite database. Export the rows as CSV."],
  ["\u00ff\u00fe", "it is UTF-16 text. Save it as UTF-8."],
  ["\u00fe\u00ff", "it is UTF-16 text. Save it as UTF-8."],
  ["(\u00b5/\u00fd", "it is packed with zstd. Unpack it, or pack it with gzip."],
  ["\u00fd7zXZ", "it is packed with xz. Unpack it, or pack it with gzip."],
  ["BZh", "it is packed with bzip2. Unpack it, or pack it with gzip."],
];

function refuseForeign(head: Buffer, shownName: string): void {
  const start = head.toString("latin1", 0, 6);
  for (const [signature, what] of FOREIGN) {
    if (start.startsWith(signature)) throw problem("input-format", shownName, what);
  }
  if (head.length >= 4 && (head[0] === 0) !== (head[1] === 0) && (head[2] === 0) !== (head[3] === 0)) {
    throw problem("input-format", shownName, "it is UTF-16 text. Save it as UTF-8.");
  }
}
