import type { IncomingMessage, ServerResponse } from "node:http";
import type { Faults, PlantedAnswer } from "./faults.ts";
import { forward, type OtherServer } from "./forward.ts";
import { serviceOf } from "./hosts.ts";
import { type Call, findRoute, isReply, type Reply, type RouteFound, type Service } from "./http.ts";
import type { LoggedRequest } from "./request-log.ts";
import { BLOB } from "./services/blob.ts";
import type { World } from "./world.ts";

export interface Parts {
  readonly world: World;
  readonly faults: Faults;
  readonly log: (Omit<LoggedRequest, "status" | "fault"> & { status: number | null; fault: string | null })[];
  readonly onRequest: (request: LoggedRequest) => void;
  /** Where requests to the blob host are sent on to; null: answered here. */
  readonly blobServer: OtherServer | null;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const nameOf = (planted: PlantedAnswer): string =>
  typeof planted === "object" ? `answer ${planted.status}` : String(planted);

async function usual(
  parts: Parts,
  service: Service,
  call: Omit<Call, "params" | "principal">,
  found: RouteFound | null,
): Promise<Reply> {
  const known: Call = { ...call, params: found?.params ?? {}, principal: null };
  if (found === null) return service.noRoute(known);
  const admitted = service.admit(known, found.route);
  if (isReply(admitted)) return admitted;
  if (service === BLOB && parts.blobServer !== null) return await forward(call, parts.blobServer);
  return await found.route.handle({ ...known, principal: admitted });
}

function send(
  response: ServerResponse,
  request: IncomingMessage,
  reply: Reply,
  more: Readonly<Record<string, string>>,
): void {
  const { status, headers = {}, body = null } = reply;
  const isRaw = typeof body === "string" || Buffer.isBuffer(body);
  const bytes = body === null ? Buffer.alloc(0) : Buffer.from(isRaw ? body : JSON.stringify(body));
  const type = body === null || isRaw ? {} : { "content-type": "application/json; charset=utf-8" };
  const length =
    request.method === "HEAD" || status === 204 || status === 304 ? {} : { "content-length": bytes.length };
  response.writeHead(status, { ...type, ...length, ...more, ...headers });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

function cut(parts: Parts, request: IncomingMessage, entry: LoggedRequest): void {
  parts.onRequest(entry);
  request.socket.destroy();
}

/** Answers one request: route, planted fault, sign-in, work, log. */
export async function answer(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  const service = serviceOf(host);
  const url = new URL(request.url ?? "/", `https://${host === "" ? "nobody.invalid" : host}`);
  const call = {
    method: request.method ?? "GET",
    host,
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(", ") : (value ?? ""),
      ]),
    ),
    body: await readBody(request),
    world: parts.world,
  };
  const found = service === null ? null : findRoute(service.routes, call);
  const step = found?.route.step ?? "unknown";
  const planted = parts.faults.next({ step, call: { ...call, params: found?.params ?? {}, principal: null } });
  const entry: Parts["log"][number] = {
    method: call.method,
    host,
    path: url.pathname + url.search,
    apiVersion: url.searchParams.get("api-version") ?? call.headers["x-ms-version"] ?? null,
    step,
    status: null,
    fault: planted === null ? null : nameOf(planted),
  };
  parts.log.push(entry);
  if (planted === "hang") return;
  if (planted === "lost-before") return cut(parts, request, entry);
  const reply =
    service === null
      ? { status: 421, body: { error: { code: "MisdirectedRequest", message: `The stand-in has no host ${host}.` } } }
      : typeof planted === "number"
        ? service.refuse({ ...call, params: {}, principal: null }, planted)
        : typeof planted === "object" && planted !== null
          ? planted
          : await usual(parts, service, call, found);
  if (planted === "lost-after") return cut(parts, request, entry);
  entry.status = reply.status;
  parts.onRequest(entry);
  const headers = service?.headers?.({ ...call, params: {}, principal: null }) ?? {};
  send(response, request, reply, { "x-ms-request-id": "stand-in", ...headers });
}
