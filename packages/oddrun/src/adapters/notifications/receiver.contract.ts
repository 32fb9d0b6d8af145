import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How a receiver answers one request: with a status, by cutting the connection, or never. */
export type ReceiverAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | "cut"
  | "silent";

export interface ReceivedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly body: string;
  /** What it was answered; null for none. */
  readonly status: number | null;
}

/** A receiver of messages on loopback, which answers as told and then as usual. */
export interface Receiver {
  readonly origin: string;
  readonly requests: readonly ReceivedRequest[];
  answerNext(...answers: readonly ReceiverAnswer[]): void;
  /** Settles once so many requests came. */
  came(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function startReceiver(usual: Exclude<ReceiverAnswer, string>): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const planned: ReceiverAnswer[] = [];
  const waiting: { readonly count: number; readonly settle: () => void }[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const given = planned.shift() ?? usual;
    const status = typeof given === "string" ? null : given.status;
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    requests.push({ headers, path: request.url ?? "", body, status });
    for (const { count, settle } of waiting) if (requests.length >= count) settle();
    if (given === "cut") request.socket.destroy();
    else if (given !== "silent") response.writeHead(given.status, given.headers).end(given.body ?? "");
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(request, response, Buffer.concat(chunks).toString("utf8")));
    request.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answerNext: (...answers) => void planned.push(...answers),
    came: (count) =>
      new Promise((settle) => {
        if (requests.length >= count) settle();
        else waiting.push({ count, settle });
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
