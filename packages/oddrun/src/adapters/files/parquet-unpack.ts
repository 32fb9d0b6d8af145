import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { type PageHeader, snappyUncompress } from "hyparquet";
import { refusal, within } from "./parquet-guard.ts";

/** A page's bytes unpacked, in memory of their own, for texts may be read from all around. Never more than it says to have. */
export async function unpack(header: PageHeader, packed: Buffer, codec: string | undefined): Promise<Uint8Array> {
  const length = header.uncompressed_page_size;
  const two = header.data_page_header_v2;
  // the levels of the second version are never packed
  const lengthMax = Math.min(length, packed.length);
  const levelLength =
    two === undefined
      ? 0
      : within(two.repetition_levels_byte_length, lengthMax, "bytes of levels") +
        within(two.definition_levels_byte_length, lengthMax, "bytes of levels");
  const rest = packed.subarray(levelLength);
  const isPacked = two?.is_compressed !== false && codec !== "UNCOMPRESSED";
  const body = isPacked ? await unpackedBody(codec, rest, Math.max(0, length - levelLength)) : rest;
  if (levelLength + body.length !== length) {
    throw refusal(`a page unpacks to ${levelLength + body.length} bytes instead of ${length}`);
  }
  const bytes = new Uint8Array(length);
  bytes.set(packed.subarray(0, levelLength));
  bytes.set(body, levelLength);
  return bytes;
}

async function unpackedBody(codec: string | undefined, packed: Buffer, length: number): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array();
  const limit = { maxOutputLength: length };
  if (codec === "GZIP") return gunzipSync(packed, limit);
  if (codec === "BROTLI") return brotliDecompressSync(packed, limit);
  // Node has Zstandard from 22.15 on; an import of it would keep older ones from starting
  const zlib: Partial<typeof import("node:zlib")> = process.getBuiltinModule("node:zlib");
  if (codec === "ZSTD" && zlib.zstdDecompressSync !== undefined) return zlib.zstdDecompressSync(packed, limit);
  const output = new Uint8Array(length);
  if (codec === "SNAPPY") snappyUncompress(packed, output);
  else {
    const { compressors, decompressZstd } = await import("hyparquet-compressors");
    if (codec === "ZSTD") return decompressZstd(packed, output);
    if (codec === "LZ4" || codec === "LZ4_RAW") return compressors[codec]?.(packed, length) ?? output;
    const named = codec === undefined ? "an unknown codec" : codec;
    throw refusal(`it is packed with ${named}; read are none, Snappy, gzip, Brotli, LZ4, Zstandard. Write it with one`);
  }
  return output;
}
