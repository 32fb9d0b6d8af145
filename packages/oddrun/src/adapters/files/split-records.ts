import { ROW_BYTES_MAX } from "./raw-row.ts";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;

/** Bytes of a text file cut where records end. */
export interface RecordBlock {
  readonly bytes: Buffer;
  /** 1-based line of the file where the block begins. */
  readonly line: number;
  /** "whole": one or more complete records. Else the block is one piece that is no record, cut after 1 KB when it is too long. */
  readonly kind: "whole" | "too-long" | "unclosed-quote";
}

export interface SplitOptions {
  /** Byte between cells; a quote at the start of a cell may hold line ends. Null: every line is a record. */
  readonly delimiter: number | null;
  /** Line number of the first byte. */
  readonly firstLine: number;
}

export interface RecordEnds {
  /** Offsets after the line feed of each record. */
  readonly ends: number[];
  /** Line feeds up to each of these offsets. */
  readonly lineFeeds: number[];
  /** Whether the rest is inside quotes. */
  readonly isOpen: boolean;
}

/** Where the records in `bytes` end. */
export function recordEnds(bytes: Buffer, delimiter: number | null): RecordEnds {
  const ends: number[] = [];
  const lineFeeds: number[] = [];
  let lineFeedCount = 0;
  let isQuoted = false;
  let cellStart = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === LINE_FEED) lineFeedCount++;
    if (byte === QUOTE && delimiter !== null) {
      if (!isQuoted) isQuoted = at === cellStart;
      else if (bytes[at + 1] === QUOTE) at++;
      else isQuoted = false;
    } else if (!isQuoted) {
      if (byte === LINE_FEED) {
        ends.push(at + 1);
        lineFeeds.push(lineFeedCount);
      }
      if (byte === LINE_FEED || byte === delimiter) cellStart = at + 1;
    }
  }
  return { ends, lineFeeds, isOpen: isQuoted };
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count++;
  return count;
}

/**
 * Cuts a stream into blocks of complete records with bounded memory. A quote that is not closed within a megabyte, or before
 * the end, costs its own line only: reading goes on at the next.
 */
export async function* recordBlocks(chunks: AsyncIterable<Buffer>, options: SplitOptions): AsyncGenerator<RecordBlock> {
  const { delimiter } = options;
  let line = options.firstLine;
  let rest: Buffer = Buffer.alloc(0);
  let isDiscarding = false;

  const block = (bytes: Buffer, kind: RecordBlock["kind"]): RecordBlock => {
    const found = { bytes, line, kind };
    line += countLines(bytes);
    return found;
  };
  function* cut(isEnd: boolean): Generator<RecordBlock> {
    for (;;) {
      const isPlain = delimiter === null || !rest.includes(QUOTE);
      const { ends, isOpen } = isPlain ? { ends: [], isOpen: false } : recordEnds(rest, delimiter);
      const end = isEnd && !isOpen ? rest.length : isPlain ? rest.lastIndexOf(LINE_FEED) + 1 : (ends.at(-1) ?? 0);
      if (end > 0) yield block(rest.subarray(0, end), "whole");
      rest = rest.subarray(end);
      const lineEnd = rest.indexOf(LINE_FEED) + 1;
      if (isOpen && (isEnd || rest.length > ROW_BYTES_MAX) && (lineEnd > 0 || isEnd)) {
        const cutAt = lineEnd > 0 ? lineEnd : rest.length;
        yield block(rest.subarray(0, cutAt), "unclosed-quote");
        rest = rest.subarray(cutAt);
        continue;
      }
      if (rest.length > ROW_BYTES_MAX) {
        yield { bytes: rest.subarray(0, 1024), line, kind: "too-long" };
        rest = Buffer.alloc(0);
        isDiscarding = true;
      }
      return;
    }
  }

  for await (const chunk of chunks) {
    let bytes = chunk;
    if (isDiscarding) {
      const lineEnd = bytes.indexOf(LINE_FEED) + 1;
      if (lineEnd === 0) continue;
      isDiscarding = false;
      line++;
      bytes = bytes.subarray(lineEnd);
    }
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    yield* cut(false);
  }
  if (rest.length > 0) yield* cut(true);
}

/** Without its line end. */
export function withoutLineEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  if (end > 0 && bytes[end - 1] === LINE_FEED) end--;
  if (end > 0 && bytes[end - 1] === CARRIAGE_RETURN) end--;
  return bytes.subarray(0, end);
}
