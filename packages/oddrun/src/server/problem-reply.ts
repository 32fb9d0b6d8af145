import { STATUS_CODES } from "node:http";
import type { FastifyReply } from "fastify";
import { PROBLEM_MEDIA_TYPE, problemDocument, type ProblemPlaces } from "../api/index.ts";
import { PROBLEMS, type ProblemCode, problem, Problem } from "../operations/problems.ts";

/** A problem that belongs to a place in the request. */
export class PlacedProblem extends Problem {
  readonly places: ProblemPlaces;
  constructor(problem: Problem, places: ProblemPlaces) {
    super(problem.code, problem.message);
    this.places = places;
  }
}

const RETRY_AFTER_SECONDS: Partial<Record<ProblemCode, number>> = {
  "model-unavailable": 5,
  "server-busy": 1,
  "store-unavailable": 5,
};

/** Answers with the problem as problem+json; headers that belong to its code are set here. */
export function replyProblem(reply: FastifyReply, error: Problem): FastifyReply {
  const retryAfter = RETRY_AFTER_SECONDS[error.code];
  if (retryAfter !== undefined) reply.header("retry-after", retryAfter);
  const places = error instanceof PlacedProblem ? error.places : {};
  return reply
    .code(error.httpStatus)
    .header("content-type", PROBLEM_MEDIA_TYPE)
    .header("cache-control", "no-store")
    .send(JSON.stringify(problemDocument(error.code, error.message, reply.request.id, places)));
}

/** Fastify's own errors, which are about the request, in our words; null for anything else. */
export function problemOfFrameworkError(code: string | undefined, bodyBytesMax: number): Problem | null {
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return problem("body-too-large", bodyBytesMax);
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return problem("media-type-not-taken");
  if (code === "FST_ERR_CTP_INVALID_CONTENT_LENGTH" || code === "ECONNRESET") return problem("malformed-request");
  if (code === "FST_ERR_BAD_URL") return problem("no-such-route");
  return null;
}

/** A whole HTTP answer for a connection on which no request could be understood. */
export function rawProblemAnswer(code: ProblemCode, detail: string): string {
  const body = JSON.stringify(problemDocument(code, detail, "none"));
  const { httpStatus } = PROBLEMS[code];
  return `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus] ?? ""}\r\ncontent-type: ${PROBLEM_MEDIA_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
}
