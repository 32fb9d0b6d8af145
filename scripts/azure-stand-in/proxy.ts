import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { serviceOf } from "./hosts.ts";

export interface Proxy {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A proxy on loopback that lets through to the stand-in's own services only: every other host is refused with 403 and told to
 * `refuse`, so that nothing beyond this machine is ever asked. `enter` gets the connection, its TLS still to be spoken.
 */
export async function startProxy(
  port: number,
  enter: (socket: Duplex) => void,
  refuse: (host: string) => void,
): Promise<Proxy> {
  const tunnels = new Set<Duplex>();
  const server: Server = createServer((request, response) => {
    // Plain http through a proxy names the whole address: nothing here speaks it.
    refuse(request.url ?? "");
    response.writeHead(403, { "content-type": "text/plain" }).end("The stand-in for Azure speaks https only.\n");
  });
  server.on("connect", (request, socket: Duplex, head: Buffer) => {
    const [host = "", hostPort = ""] = (request.url ?? "").split(":");
    if (hostPort !== "443" || serviceOf(host) === null) {
      refuse(request.url ?? "");
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
      return;
    }
    tunnels.add(socket);
    socket.on("close", () => tunnels.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) socket.unshift(head);
    enter(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const tunnel of tunnels) tunnel.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
}
