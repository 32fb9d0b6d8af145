import { isUtf8 } from "node:buffer";
import { problem } from "../../operations/problems.ts";
import { jsonElements } from "./json-elements.ts";
import { jsonRow } from "./json-row.ts";
import type { ByteSource } from "./open-source.ts";
import { type RawRow, rawText, type RowSource, TOO_LONG } from "./raw-row.ts";
import { recordBlocks, withoutLineEnd } from "./split-records.ts";

const NOT_UTF8 = "the row is not valid UTF-8 text. Save the file as UTF-8.";
const LIST_START = /^(?:\uFEFF|\u00ef\u00bb\u00bf)?\s*(?:\{\s*"data"\s*:\s*)?\[/;
const SHAPES = 'Write a list of objects, {"data": [...]}, or one object a line (NDJSON).';

/** Whether the content is JSON, by its first characters; a lone scalar is refused here. Problem: input-format. */
export function looksLikeJson(source: ByteSource): boolean {
  const text = source.head
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .trimStart();
  if (text.startsWith("{") || text.startsWith("[")) return true;
  try {
    const value: unknown = JSON.parse(text);
    throw problem(
      "input-format",
      source.shownName,
      `it holds only ${value === null ? "null" : `one ${typeof value}`}. ${SHAPES}`,
    );
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** The rows of a JSON list, of {"data": [list]}, or of NDJSON; none is ever held whole. Problems: input-format. */
export function jsonRows(source: ByteSource): RowSource {
  const start = source.head.toString("latin1", 0, 1024);
  const list = LIST_START.exec(start)?.[0];
  if (list !== undefined) return { format: "json", header: null, blocks: listRows(source, list) };
  refuseSingleObject(source);
  return { format: "json", header: null, blocks: lineRows(source) };
}

function refuseSingleObject(source: ByteSource): void {
  const lines = source.head
    .toString("utf8")
    .split("\n", 20)
    .map((line) => line.trim());
  const [first = "", second = ""] = lines.filter((line) => line !== "");
  if (first.endsWith("}") || second.startsWith("{") || lines.length < 2) return;
  throw problem("input-format", source.shownName, `it is a single JSON object over several lines. ${SHAPES}`);
}

async function* listRows(source: ByteSource, opening: string): AsyncGenerator<readonly RawRow[]> {
  const chunks = (async function* () {
    let isFirst = true;
    for await (const chunk of source.chunks) {
      yield isFirst ? chunk.subarray(opening.length) : chunk;
      isFirst = false;
    }
  })();
  const prefix = opening.slice(opening.search(/[[{]/));
  let row = 0;
  for await (const elements of jsonElements(chunks, { shownName: source.shownName, offset: opening.length, prefix })) {
    const rows: RawRow[] = [];
    for (const { bytes, isTooLong } of elements) {
      row++;
      rows.push(isTooLong ? { row, line: 0, raw: rawText(bytes), cells: null, fault: TOO_LONG } : rowOf(row, 0, bytes));
    }
    yield rows;
  }
}

async function* lineRows(source: ByteSource): AsyncGenerator<readonly RawRow[]> {
  let row = 0;
  let isFirst = true;
  for await (const block of recordBlocks(source.chunks, { delimiter: null, firstLine: 1 })) {
    if (block.kind !== "whole") {
      yield [{ row: ++row, line: block.line, raw: rawText(block.bytes), cells: null, fault: TOO_LONG }];
      continue;
    }
    const rows: RawRow[] = [];
    let { line } = block;
    let { bytes } = block;
    if (isFirst && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
    isFirst = false;
    const text = isUtf8(bytes) ? bytes.toString("utf8") : null;
    for (let start = 0; start < (text ?? bytes).length; line++) {
      const found = text === null ? bytes.indexOf(10, start) : text.indexOf("\n", start);
      const end = found < 0 ? (text ?? bytes).length : found;
      if (text === null) {
        const one = withoutLineEnd(bytes.subarray(start, end));
        if (one.length > 0) rows.push(rowOf(++row, line, one));
      } else {
        const one = text.slice(start, end).trim();
        if (one !== "") rows.push(jsonRow(++row, line, one));
      }
      start = end + 1;
    }
    yield rows;
  }
}

function rowOf(row: number, line: number, bytes: Buffer): RawRow {
  return isUtf8(bytes)
    ? jsonRow(row, line, bytes.toString("utf8").trim())
    : { row, line, raw: rawText(bytes), cells: null, fault: NOT_UTF8 };
}
