import type { ServerResponse } from "node:http";
import type { Answer } from "./faults.ts";

export function bodyOf({ body = "" }: Answer): string | Uint8Array {
  return typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
}

/** Sends an answer, or as much of it as it says. */
export async function send(
  response: ServerResponse,
  answer: Answer,
  headers: Readonly<Record<string, string>>,
  text: string | Uint8Array,
): Promise<void> {
  if (answer.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answer.delayMs).unref());
  if (answer.isReset === true) {
    response.socket?.resetAndDestroy();
    return;
  }
  response.sendDate = false;
  const hasBody = answer.status !== 304 && answer.status !== 204;
  const written = Object.entries(headers).filter(([name, value]) => name !== "link" || value !== "");
  response.writeHead(answer.status, {
    ...Object.fromEntries(written),
    ...(hasBody ? { "content-length": Buffer.byteLength(text) } : {}),
  });
  const part = answer.cutAfterBytes ?? answer.stallAfterBytes;
  if (part === undefined) {
    // As a text: Node sends it in one piece with the head.
    response.end(hasBody ? text : undefined);
    return;
  }
  response.write(Buffer.from(text).subarray(0, part), () => {
    if (answer.cutAfterBytes !== undefined) response.socket?.destroy();
  });
}
