import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { problem } from "../../operations/problems.ts";

/** Unpacks gzip as it comes, `chunkBytes` at a time. Problem: input-format. */
export async function* gunzipped(
  packed: AsyncGenerator<Buffer>,
  shownName: string,
  chunkBytes: number,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: chunkBytes });
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
