import { isUtf8 } from "node:buffer";
import type { FastifyRequest } from "fastify";
import { LIMITS, nestsDeeperThan } from "../api/index.ts";
import { problem } from "../operations/problems.ts";
import { PlacedProblem } from "./problem-reply.ts";

const PLAIN_JSON = /^application\/json *(; *charset=("?)utf-8\2 *)?$/i;

/** Small bodies nest little enough to be parsed first; their depth is checked where it can matter, in the fields nobody knows. */
const SCAN_FROM_BYTES = 16_384;

/** Refuses a body that is not sent as plain UTF-8 JSON before any of it is read. */
export function checkBodyHeaders(request: FastifyRequest): void {
  const { headers } = request.raw;
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") throw problem("media-type-not-taken");
  const type = headers["content-type"];
  // Compared first: the everyday header needs no regular expression.
  if (type === "application/json") return;
  if (type === undefined || !PLAIN_JSON.test(type)) throw problem("media-type-not-taken");
}

/** Text to JSON, with a place for the mistake. Numbers beyond a double become infinite and are refused where they are read. */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) throw notJson("The body is empty.");
  if (bytes.length >= SCAN_FROM_BYTES && nestsDeeperThan(bytes, LIMITS.depth)) {
    throw notJson(`The body nests more than ${LIMITS.depth} levels deep.`);
  }
  if (!isUtf8(bytes)) throw notJson("The body is not valid UTF-8.");
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw notJson("The body is not valid JSON.");
  }
}

function notJson(detail: string): PlacedProblem {
  return new PlacedProblem(problem("body-not-json", detail), { pointer: "" });
}
