import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { snappyUncompress } from "hyparquet";

const CODECS = ["none", "Snappy", "gzip", "LZO", "Brotli", "LZ4", "Zstandard", "LZ4"] as const;
const LZO = 3;

/** Unpacks a page that says how long it is, and never makes more than that. Throws for a codec that is not read. */
export async function unpack(codec: number, packed: Buffer, length: number): Promise<Buffer> {
  const page = codec === 0 ? packed : await unpacked(codec, packed, length);
  if (page.length !== length) throw new Error(`a page unpacks to ${page.length} bytes instead of ${length}`);
  return page;
}

async function unpacked(codec: number, packed: Buffer, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0);
  const limit = { maxOutputLength: length };
  if (codec === 2) return gunzipSync(packed, limit);
  if (codec === 4) return brotliDecompressSync(packed, limit);
  // Node has Zstandard from 22.15 on; an import of it would keep older ones from starting
  const zlib: Partial<typeof import("node:zlib")> = process.getBuiltinModule("node:zlib");
  if (codec === 6 && zlib.zstdDecompressSync !== undefined) return zlib.zstdDecompressSync(packed, limit);
  const output = new Uint8Array(length);
  if (codec === 1) {
    snappyUncompress(packed, output);
    return Buffer.from(output.buffer);
  }
  if (codec === LZO || CODECS[codec] === undefined) {
    const read = CODECS.filter((_, place) => place !== LZO && place < 7).join(", ");
    throw new Error(
      `it is packed with ${CODECS[codec] ?? `codec ${codec}`}; read are ${read}. Write it with one of these`,
    );
  }
  const { compressors, decompressZstd } = await import("hyparquet-compressors");
  if (codec === 6) return bufferOf(decompressZstd(packed, output));
  return bufferOf(compressors[codec === 5 ? "LZ4" : "LZ4_RAW"]?.(packed, length) ?? output);
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
