import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { type Problem, problem } from "../../operations/problems.ts";
import { printable } from "./printable.ts";

/** Bytes to read, unpacked, with what is needed to speak about them. */
export interface ByteSource {
  /** The file's name as shown in messages. */
  readonly shownName: string;
  /** The start of the content, unpacked: at least `HEAD_BYTES` unless the content is shorter. */
  readonly head: Buffer;
  /** All of the content from its first byte on. */
  readonly chunks: AsyncIterable<Buffer>;
  close(): Promise<void>;
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
  const file = source === "-" ? null : await openRegularFile(source, shownName);
  try {
    return await openStream(shownName, file, options);
  } catch (error) {
    await file?.close();
    throw error;
  }
}

/** What to call the source in a message. */
export function shownSource(source: string): string {
  return source === "-" ? "standard input" : printable(source, 200);
}

async function openStream(shownName: string, file: FileHandle | null, options: SourceOptions): Promise<ByteSource> {
  const raw =
    file?.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false }) ?? options.stdin ?? process.stdin;
  const before = await file?.stat();
  const rawChunks = chunksOf(raw, shownName);
  const rawHead = await readHead(rawChunks, 6);
  refuseForeign(rawHead, shownName);
  const whole = joined(rawHead, rawChunks);
  const chunks = rawHead[0] === 0x1f && rawHead[1] === 0x8b ? gunzipped(whole, shownName) : whole;
  const head = await readHead(chunks, HEAD_BYTES);
  const checked = async function* () {
    yield* joined(head, chunks);
    const after = await file?.stat();
    if (before?.size !== after?.size || before?.mtimeMs !== after?.mtimeMs) throw problem("input-changed", shownName);
  };
  const close = async () => {
    await chunks.return(undefined);
    await rawChunks.return(undefined);
    await file?.close();
  };
  return { shownName, head, chunks: checked(), close };
}

async function openRegularFile(path: string, shownName: string): Promise<FileHandle> {
  // Without O_NONBLOCK, opening a pipe nobody writes to would wait for ever.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((error: unknown) => {
    throw openProblem(path, shownName, error);
  });
  const found = await file.stat();
  if (found.isFile()) return file;
  await file.close();
  const what = found.isDirectory() ? "a folder" : found.isFIFO() ? "a pipe" : "a device";
  throw problem("input-not-a-file", shownName, what);
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

async function* chunksOf(stream: NodeJS.ReadableStream, shownName: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
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

async function* gunzipped(packed: AsyncGenerator<Buffer>, shownName: string): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // Failures of either side come out of the loop below.
  pipeline(Readable.from(packed, { objectMode: false }), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (!code.startsWith("Z_") && !code.startsWith("ERR_")) throw error;
    throw problem("input-format", shownName, "its gzip data is damaged or cut short. Pack it again.");
  }
}

const FOREIGN: readonly (readonly [signature: string, what: string])[] = [
  ["PK\u0003\u0004", "it is a zip archive or an Excel workbook. Export it as CSV."],
  ["PAR1", "it is a Parquet file. Export it as CSV or NDJSON."],
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
