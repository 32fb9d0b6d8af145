import { request } from "node:https";
import type { Call, Reply } from "./http.ts";

/** Another server on this machine that answers instead of a service here. */
export interface OtherServer {
  readonly host: string;
  readonly port: number;
}

/** The same request to `server`, under the host name that the client asked for. */
export function forward(call: Omit<Call, "params" | "principal">, { host, port }: OtherServer): Promise<Reply> {
  const query = call.query.toString();
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host,
        port,
        method: call.method,
        path: query === "" ? call.path : `${call.path}?${query}`,
        headers: call.headers,
        servername: call.host,
        // Its certificate is made for the test that started it, and it is on this machine.
        rejectUnauthorized: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("error", reject);
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const { connection: _, "keep-alive": __, "transfer-encoding": ___, ...headers } = response.headers;
          const joined = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]);
          resolve({
            status: response.statusCode ?? 502,
            headers: Object.fromEntries(joined) as Record<string, string>,
            body: Buffer.concat(chunks),
          });
        });
      },
    );
    sent.on("error", reject);
    sent.end(call.body);
  });
}
