import { isUtf8 } from "node:buffer";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { type RawRow, rawText, type RowSource, TOO_LONG, UNCLOSED } from "./raw-row.ts";
import type { ByteSource } from "./open-source.ts";
import { type RecordBlock, recordBlocks, recordEnds, withoutLineEnd } from "./split-records.ts";

const COLUMN_COUNT_MAX = 1000;
const NOT_UTF8 = "the row is not valid UTF-8 text. Save the file as UTF-8 (it may be Latin-1).";
const HAS_NUL = "the row has a NUL byte. Is this a binary file, or UTF-16 text? Save it as UTF-8.";

/**
 * The rows of a CSV file: separator "," ";" or tab as the header shows; LF or CRLF; quotes as in RFC 4180; empty lines are
 * passed over. Lines without a quote are split at the separator, all others are taken apart by csv-parse.
 * Problems: input-format and input-columns for the header.
 */
export async function csvRows(source: ByteSource): Promise<RowSource> {
  const head = withoutBom(source.head);
  const lineEnd = head.indexOf(10);
  const headerBytes = lineEnd < 0 ? head : head.subarray(0, lineEnd + 1);
  const header = await headerNames(withoutLineEnd(headerBytes), source.shownName);
  const chunks = skipBytes(source.chunks, source.head.length - head.length + headerBytes.length);
  const delimiter = delimiterOf(headerBytes.toString("utf8"));
  const blocks = recordBlocks(chunks, { delimiter: delimiter.charCodeAt(0), firstLine: 2 });
  return { format: "csv", header, blocks: rowsOf(blocks, delimiter, header.length) };
}

function withoutBom(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

async function* skipBytes(chunks: AsyncIterable<Buffer>, byteCount: number): AsyncGenerator<Buffer> {
  let left = byteCount;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield left === 0 ? chunk : chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

function delimiterOf(header: string): string {
  const count = (character: string) => header.split(character).length;
  return [";", "\t"].reduce((best, other) => (count(other) > count(best) ? other : best), ",");
}

async function headerNames(bytes: Buffer, shownName: string): Promise<readonly string[]> {
  const refuse = (what: string) => problem("input-format", shownName, what);
  if (bytes.includes(0))
    throw refuse("its first line has a NUL byte. Is it a binary file, or UTF-16 text? Save it as UTF-8.");
  if (!isUtf8(bytes))
    throw refuse("its first line is not valid UTF-8 text. Save the file as UTF-8 (it may be Latin-1).");
  if (bytes.length >= 1 << 16) throw refuse("its first line is longer than 64 KB. Is it a table with a header line?");
  const text = bytes.toString("utf8");
  if (text.includes("\r")) throw refuse("its lines end in a lone carriage return. Save it with LF or CRLF line ends.");
  const cells = await headerCells(bytes, delimiterOf(text));
  if (typeof cells === "string") throw refuse(`its header line is broken: ${cells}`);
  const names = cells.map((name) => name.trim());
  if (names.length > COLUMN_COUNT_MAX) {
    throw problem("input-columns", shownName, `it has ${names.length} columns; at most ${COLUMN_COUNT_MAX} are read.`);
  }
  const twice = names.find((name, place) => name !== "" && names.indexOf(name) !== place);
  if (twice !== undefined) {
    throw problem(
      "input-columns",
      shownName,
      `the column "${printable(twice)}" stands in the header twice. Rename one.`,
    );
  }
  return names;
}

async function headerCells(bytes: Buffer, delimiter: string): Promise<readonly string[] | string> {
  if (!bytes.includes(34)) return bytes.length === 0 ? [] : bytes.toString("utf8").split(delimiter);
  const { parseCsv } = await import("./csv-quoted.ts");
  const parsed = parseCsv(bytes, delimiter);
  return typeof parsed === "string" ? parsed : (parsed[0] ?? []);
}

async function* rowsOf(
  blocks: AsyncIterable<RecordBlock>,
  delimiter: string,
  columnCount: number,
): AsyncGenerator<readonly RawRow[]> {
  let row = 0;
  let rows: RawRow[] = [];
  const add = (line: number, raw: string | Buffer, cells: readonly string[] | null, fault: string | null) => {
    row++;
    if (cells !== null && cells.length !== columnCount) {
      const count = `the row has ${cells.length} ${cells.length === 1 ? "cell" : "cells"}, the header has ${columnCount}.`;
      const hint = delimiter === "," && cells.length > columnCount ? " Is a decimal comma meant? Write a dot." : "";
      rows.push({ row, line, raw, cells: null, fault: count + hint });
    } else rows.push({ row, line, raw, cells: cells as never, fault });
  };
  for await (const block of blocks) {
    rows = [];
    if (block.kind === "too-long") add(block.line, rawText(block.bytes), null, TOO_LONG);
    else if (block.kind === "unclosed-quote") add(block.line, rawText(withoutLineEnd(block.bytes)), null, UNCLOSED);
    else if (!isUtf8(block.bytes) || block.bytes.includes(0) || block.bytes.includes(34))
      await addCarefully(block, delimiter, add);
    else addPlain(block, delimiter, add);
    yield rows;
  }
}

type AddRow = (line: number, raw: string | Buffer, cells: readonly string[] | null, fault: string | null) => void;

/** No quote in the block: a record is a line, and a line is split at each separator. */
function addPlain(block: RecordBlock, delimiter: string, add: AddRow): void {
  const text = block.bytes.toString("utf8");
  let line = block.line;
  let separator = text.indexOf(delimiter);
  for (let start = 0; start < text.length; line++) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    const stop = end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    if (stop > start) {
      const raw = text.slice(start, stop);
      const cells: string[] = [];
      let from = start;
      for (;;) {
        // Kept from line to line: without separators in sight the block is searched once, not once a line.
        if (separator >= 0 && separator < from) separator = text.indexOf(delimiter, from);
        if (separator < 0 || separator >= stop) break;
        cells.push(text.slice(from, separator));
        from = separator + 1;
      }
      cells.push(text.slice(from, stop));
      add(line, raw, cells, null);
    }
    start = end + 1;
  }
}

/** All at once by csv-parse where that works; else record by record, so that only the bad ones are lost. */
async function addCarefully(block: RecordBlock, delimiter: string, add: AddRow): Promise<void> {
  const { parseCsv } = await import("./csv-quoted.ts");
  const records = recordsIn(block, delimiter);
  const isClean = isUtf8(block.bytes) && !block.bytes.includes(0);
  const parsed = isClean ? parseCsv(block.bytes, delimiter) : "";
  for (const [place, { bytes, line }] of records.entries()) {
    if (typeof parsed !== "string" && parsed.length === records.length) {
      add(line, bytes, parsed[place] as string[], null);
    } else if (bytes.includes(0)) add(line, rawText(bytes), null, HAS_NUL);
    else if (!isUtf8(bytes)) add(line, rawText(bytes), null, NOT_UTF8);
    else {
      const alone = parseCsv(bytes, delimiter);
      if (typeof alone === "string") add(line, bytes.toString("utf8"), null, alone);
      else add(line, bytes.toString("utf8"), alone[0] ?? [], null);
    }
  }
}

function recordsIn(block: RecordBlock, delimiter: string): readonly { bytes: Buffer; line: number }[] {
  const { ends, lineFeeds } = recordEnds(block.bytes, delimiter.charCodeAt(0));
  if (ends.at(-1) !== block.bytes.length) ends.push(block.bytes.length);
  const records: { bytes: Buffer; line: number }[] = [];
  for (const [place, end] of ends.entries()) {
    const bytes = withoutLineEnd(block.bytes.subarray(ends[place - 1] ?? 0, end));
    if (bytes.length > 0) records.push({ bytes, line: block.line + (lineFeeds[place - 1] ?? 0) });
  }
  return records;
}
