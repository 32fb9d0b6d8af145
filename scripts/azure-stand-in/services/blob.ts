import { createHash, randomUUID } from "node:crypto";
import type { Call, Reply, Route, Service } from "../http.ts";
import type { StoredBlob } from "../world.ts";
import {
  admitBlob,
  blobError,
  blobHeaders,
  blobKey,
  blobNotFound,
  refusedCondition,
  refuseBlob,
  XML_HEAD,
  xml,
  type Xml,
} from "./blob-answers.ts";

const DATA = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
const CONTAINER = "Microsoft.Storage/storageAccounts/blobServices/containers";
const SERVER = "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0";

const md5 = (bytes: Buffer): string => createHash("md5").update(bytes).digest("base64");

const metadataOf = (call: Call): Record<string, string> =>
  Object.fromEntries(
    Object.entries(call.headers)
      .filter(([name]) => name.startsWith("x-ms-meta-"))
      .map(([name, value]) => [name.slice("x-ms-meta-".length), value]),
  );

function containersOf(call: Call): readonly string[] {
  return [call.world.names.container, "azureml"];
}

function refusedContainer(call: Call): Reply | null {
  return containersOf(call).includes(call.params["container"]!)
    ? null
    : blobError(404, "ContainerNotFound", "The specified container does not exist.");
}

function store(call: Call, bytes: Buffer, contentType: string): Reply {
  const nowMs = call.world.now();
  const blob: StoredBlob = {
    bytes,
    contentType,
    metadata: metadataOf(call),
    etag: `"0x${randomUUID().replaceAll("-", "").slice(0, 15).toUpperCase()}"`,
    createdAtMs: call.world.blobs.get(blobKey(call))?.createdAtMs ?? nowMs,
    modifiedAtMs: nowMs,
  };
  call.world.blobs.set(blobKey(call), blob);
  call.world.blocks.delete(blobKey(call));
  const headers = { ...blobHeaders(blob), "content-md5": md5(bytes), "x-ms-request-server-encrypted": "true" };
  return { status: 201, headers };
}

function putBlob(call: Call): Reply {
  const refused = refusedContainer(call) ?? refusedCondition(call, call.world.blobs.get(blobKey(call)));
  if (refused !== null) return refused;
  if (call.headers["x-ms-blob-type"] !== "BlockBlob") {
    return blobError(400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.", {
      elements: [["HeaderName", "x-ms-blob-type"]],
    });
  }
  if (call.headers["content-length"] === undefined) {
    return blobError(411, "MissingContentLengthHeader", "The Content-Length header was not specified.");
  }
  const sent = call.headers["content-md5"];
  if (sent !== undefined && sent !== md5(call.body)) {
    return blobError(
      400,
      "Md5Mismatch",
      "The MD5 value specified in the request did not match with the MD5 value calculated by the server.",
    );
  }
  const type = call.headers["x-ms-blob-content-type"] ?? call.headers["content-type"] ?? "application/octet-stream";
  return store(call, call.body, type);
}

function putBlock(call: Call): Reply {
  const refused = refusedContainer(call);
  if (refused !== null) return refused;
  const id = call.query.get("blockid") ?? "";
  const staged = call.world.blocks.get(blobKey(call)) ?? new Map<string, Buffer>();
  const first = staged.keys().next().value;
  if (id === "" || (first !== undefined && first.length !== id.length)) {
    return blobError(400, "InvalidBlobOrBlock", "The specified blob or block content is invalid.");
  }
  call.world.blocks.set(blobKey(call), staged.set(id, call.body));
  return { status: 201, headers: { "x-ms-request-server-encrypted": "true" } };
}

function putBlockList(call: Call): Reply {
  const refused = refusedContainer(call) ?? refusedCondition(call, call.world.blobs.get(blobKey(call)));
  if (refused !== null) return refused;
  const staged = call.world.blocks.get(blobKey(call)) ?? new Map<string, Buffer>();
  const ids = [...call.body.toString("utf8").matchAll(/<(?:Latest|Uncommitted)>([^<]+)<\/(?:Latest|Uncommitted)>/g)];
  const blocks = ids.map(([, id]) => staged.get(id!));
  if (blocks.includes(undefined)) return blobError(400, "InvalidBlockList", "The specified block list is invalid.");
  const type = call.headers["x-ms-blob-content-type"] ?? "application/octet-stream";
  return store(call, Buffer.concat(blocks as Buffer[]), type);
}

function readBlob(call: Call): Reply {
  const blob = call.world.blobs.get(blobKey(call));
  const refused = refusedContainer(call) ?? (blob === undefined ? blobNotFound() : refusedCondition(call, blob));
  if (refused !== null) return refused;
  const { bytes, contentType, metadata, createdAtMs } = blob!;
  const headers: Record<string, string> = {
    ...blobHeaders(blob!),
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-ms-meta-${name}`, value])),
    "accept-ranges": "bytes",
    "content-type": contentType,
    "x-ms-blob-type": "BlockBlob",
    "x-ms-creation-time": new Date(createdAtMs).toUTCString(),
    "x-ms-lease-state": "available",
    "x-ms-lease-status": "unlocked",
    "x-ms-server-encrypted": "true",
  };
  if (call.method === "HEAD") return { status: 200, headers: { ...headers, "content-length": String(bytes.length) } };
  const range = /^bytes=(\d+)-(\d*)$/.exec(call.headers["x-ms-range"] ?? call.headers["range"] ?? "");
  if (range === null) return { status: 200, headers: { ...headers, "content-md5": md5(bytes) }, body: bytes };
  const from = Number(range[1]);
  const to = Math.min(range[2] === "" ? bytes.length - 1 : Number(range[2]), bytes.length - 1);
  if (from >= bytes.length) {
    return blobError(416, "InvalidRange", "The range specified is invalid for the current size of the resource.");
  }
  const part = { "content-range": `bytes ${from}-${to}/${bytes.length}`, "x-ms-blob-content-md5": md5(bytes) };
  return { status: 206, headers: { ...headers, ...part }, body: bytes.subarray(from, to + 1) };
}

function putMetadata(call: Call): Reply {
  const blob = call.world.blobs.get(blobKey(call));
  const refused = refusedContainer(call) ?? (blob === undefined ? blobNotFound() : refusedCondition(call, blob));
  if (refused !== null) return refused;
  call.world.blobs.set(blobKey(call), { ...blob!, metadata: metadataOf(call) });
  return { status: 200, headers: blobHeaders(blob!) };
}

function deleteBlob(call: Call): Reply {
  const blob = call.world.blobs.get(blobKey(call));
  const refused = refusedContainer(call) ?? (blob === undefined ? blobNotFound() : refusedCondition(call, blob));
  if (refused !== null) return refused;
  call.world.blobs.delete(blobKey(call));
  return { status: 202 };
}

function listBlobs(call: Call): Reply {
  const refused = refusedContainer(call);
  if (refused !== null) return refused;
  const container = call.params["container"]!;
  const prefix = call.query.get("prefix") ?? "";
  const marker = call.query.get("marker") ?? "";
  const most = Math.min(Number(call.query.get("maxresults") ?? 5000), 5000, call.world.pageSize);
  const names = [...call.world.blobs.keys()]
    .filter((key) => key.startsWith(`${container}/${prefix}`))
    .map((key) => key.slice(container.length + 1))
    .sort()
    .filter((name) => name > marker);
  const shown = names.slice(0, most);
  const withMetadata = (call.query.get("include") ?? "").split(",").includes("metadata");
  const blobs: Xml = shown.map((name) => {
    const blob = call.world.blobs.get(`${container}/${name}`)!;
    const properties: Xml = [
      ["Creation-Time", new Date(blob.createdAtMs).toUTCString()],
      ["Last-Modified", new Date(blob.modifiedAtMs).toUTCString()],
      ["Etag", blob.etag.replaceAll('"', "")],
      ["Content-Length", String(blob.bytes.length)],
      ["Content-Type", blob.contentType],
      ["Content-MD5", md5(blob.bytes)],
      ["BlobType", "BlockBlob"],
      ["LeaseStatus", "unlocked"],
      ["LeaseState", "available"],
    ];
    const metadata: Xml = withMetadata ? [["Metadata", Object.entries(blob.metadata)]] : [];
    return ["Blob", [["Name", name], ["Properties", properties], ...metadata]];
  });
  const next = shown.length < names.length ? shown.at(-1)! : "";
  const head = `${XML_HEAD}<EnumerationResults ServiceEndpoint="https://${call.host}/" ContainerName="${container}">`;
  const inner = xml([
    ["Prefix", prefix],
    ["MaxResults", String(most)],
    ["Blobs", blobs],
    ["NextMarker", next],
  ]);
  return { status: 200, headers: { "content-type": "application/xml" }, body: `${head}${inner}</EnumerationResults>` };
}

function containerProperties(call: Call): Reply {
  const headers = {
    etag: '"0x8D0000000000000"',
    "last-modified": new Date(0).toUTCString(),
    "x-ms-lease-state": "available",
  };
  return refusedContainer(call) ?? { status: 200, headers };
}

const PATH = "/{container}/{blob*}";
const route = (
  method: string,
  step: string,
  action: string,
  handle: (call: Call) => Reply,
  query: Readonly<Record<string, string>> = {},
  path = PATH,
): Route => ({ method, path, step: `blob ${step}`, query, permission: action, handle });

/** The blob host of the workspace's storage account. */
export const BLOB: Service = {
  name: "blob",
  hosts: /^[a-z0-9]{3,24}\.blob\.core\.windows\.net$/,
  admit: admitBlob,
  noRoute: (call) => blobError(400, "UnsupportedHttpVerb", `The stand-in has no ${call.method} ${call.path}.`),
  refuse: refuseBlob,
  headers: (call) => ({
    server: SERVER,
    "x-ms-request-id": randomUUID(),
    "x-ms-version": call.headers["x-ms-version"] ?? "2026-10-06",
    ...(call.headers["x-ms-client-request-id"] === undefined
      ? {}
      : { "x-ms-client-request-id": call.headers["x-ms-client-request-id"] }),
  }),
  routes: [
    route("PUT", "put", `${DATA}/write`, putBlob),
    route("PUT", "put block", `${DATA}/write`, putBlock, { comp: "block" }),
    route("PUT", "put block list", `${DATA}/write`, putBlockList, { comp: "blocklist" }),
    route("PUT", "put metadata", `${DATA}/write`, putMetadata, { comp: "metadata" }),
    route("GET", "get", `${DATA}/read`, readBlob),
    route("HEAD", "head", `${DATA}/read`, readBlob),
    route("DELETE", "delete", `${DATA}/delete`, deleteBlob),
    route("GET", "list", `${DATA}/read`, listBlobs, { restype: "container", comp: "list" }, "/{container}"),
    route("GET", "container get", `${CONTAINER}/read`, containerProperties, { restype: "container" }, "/{container}"),
    route("HEAD", "container head", `${CONTAINER}/read`, containerProperties, { restype: "container" }, "/{container}"),
  ],
};
