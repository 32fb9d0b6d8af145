import type { PageHeader } from "hyparquet";
import { parquetHeader, readPage } from "hyparquet/src/column.js";
import { convert, DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import type { ColumnDecoder } from "hyparquet/src/types.js";
import type { RandomAccess } from "./open-source.ts";
import type { ParquetColumn, ParquetGroup } from "./parquet-footer.ts";
import { checkThrift, checkValues, refusal, within } from "./parquet-guard.ts";
import type { ParquetCell, ParquetRaw } from "./parquet-types.ts";
import { unpack } from "./parquet-unpack.ts";

/** A page may unpack to this many bytes and hold this many values: what it says of itself is believed no further. */
const PAGE_BYTES_MAX = 64 * 1024 * 1024;
const PAGE_VALUES_MAX = 4 * 1024 * 1024;
/** A page's header is mostly below 100 bytes; statistics of texts stand in it too. */
const HEADER_BYTES_MAX = 64 * 1024;

/** The cells of a column and row group, a page at a time: nothing but one page and the dictionary is held. */
export async function* pagesOf(
  file: RandomAccess,
  column: ParquetColumn,
  { chunkOf, rowCount }: ParquetGroup,
): AsyncGenerator<readonly ParquetCell[]> {
  const chunk = chunkOf(column);
  const decoder = decoderOf(column);
  let dictionary: readonly ParquetCell[] = [];
  let seen = 0;
  for (let at = chunk.start; seen < rowCount; ) {
    if (at >= chunk.end) throw refusal(`it ends after ${seen} of ${rowCount} rows`);
    const head = await file.read(at, Math.min(HEADER_BYTES_MAX, chunk.end - at));
    const bodyAt = at + checkThrift(head).end;
    const header = parquetHeader({ view: viewOf(head), offset: 0 });
    const packedLength = within(header.compressed_page_size, PAGE_BYTES_MAX, "packed bytes");
    within(header.uncompressed_page_size, PAGE_BYTES_MAX, "bytes");
    if (packedLength > chunk.end - bodyAt) throw refusal("a page is longer than its column");
    at = bodyAt + packedLength;
    if (header.type === "INDEX_PAGE") continue;
    const isDictionary = header.type === "DICTIONARY_PAGE";
    const count = countIn(header, isDictionary ? PAGE_VALUES_MAX : Math.min(PAGE_VALUES_MAX, rowCount - seen));
    const page = await unpack(header, await file.read(bodyAt, packedLength), chunk.codec);
    const isEmpty = checkValues(page, header, decoder, count) === 0;
    const cells = isEmpty
      ? Array.from({ length: count }, () => null)
      : cellsIn(page, header, decoder, column, dictionary);
    if (cells.length !== count) throw refusal(`a page of ${count} values has ${cells.length}`);
    if (isDictionary) dictionary = cells;
    else {
      yield cells;
      seen += count;
    }
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function countIn(header: PageHeader, countMax: number): number {
  const { data_page_header: one, data_page_header_v2: two, dictionary_page_header: dictionary } = header;
  const about = { DATA_PAGE: one, DATA_PAGE_V2: two, DICTIONARY_PAGE: dictionary, INDEX_PAGE: undefined }[header.type];
  if (about !== undefined && [one, two, dictionary].filter((found) => found !== undefined).length === 1) {
    return within(about.num_values, countMax, "values");
  }
  throw refusal("a page does not say what it holds");
}

/** hyparquet is to hand out the values as they lie there: what they mean is kept from it. */
function decoderOf({ name, schemaPath }: ParquetColumn): ColumnDecoder {
  const { converted_type: _, logical_type: __, ...element } = schemaPath[1].element;
  return {
    pathInSchema: [name],
    type: element.type ?? "BYTE_ARRAY",
    element,
    schemaPath: [...schemaPath],
    codec: "UNCOMPRESSED",
    utf8: false,
    parsers: { ...DEFAULT_PARSERS, timestampFromNanoseconds: (nanos) => nanos as never },
  };
}

/** The cells of a page that has been looked over. */
function cellsIn(
  page: Uint8Array,
  header: PageHeader,
  decoder: ColumnDecoder,
  { cellOf }: ParquetColumn,
  dictionary: readonly ParquetCell[],
): readonly ParquetCell[] {
  const isBytes = decoder.type.endsWith("BYTE_ARRAY");
  const meant = (raw: ParquetRaw): ParquetCell => {
    if (raw instanceof Uint8Array === isBytes) return cellOf(raw);
    throw refusal("a page is written in an encoding for another type of values");
  };
  // unpacked by now
  const two = header.data_page_header_v2;
  const unpackedHeader = {
    ...header,
    compressed_page_size: page.length,
    uncompressed_page_size: page.length,
    ...(two === undefined ? {} : { data_page_header_v2: { ...two, is_compressed: false } }),
  };
  const reader = { view: viewOf(page), offset: 0 };
  const { data } = readPage(reader, unpackedHeader, decoder, dictionary as ParquetCell[], undefined, 0);
  if (header.dictionary_page_header !== undefined) {
    return Array.from(convert(data ?? [], decoder) as ArrayLike<ParquetRaw>, meant);
  }
  const isCell = (header.data_page_header ?? two)?.encoding.endsWith("_DICTIONARY") === true;
  return Array.from((data ?? []) as ArrayLike<ParquetRaw | null>, (value) => {
    if (value === undefined) throw refusal("a page has fewer values, or its dictionary, than it needs");
    return value === null || isCell ? (value as ParquetCell) : meant(value);
  });
}
