import * as z from "zod";
import { PROBLEMS, type ProblemCode } from "../operations/problems.ts";
import type { RequestError } from "./read-score-request.ts";

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** RFC 9457, with a stable code, where the mistake is, and the request's id for the log. */
export const problemShape = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string(),
  pointer: z.string().optional().describe("JSON pointer into the body"),
  errors: z
    .array(z.object({ pointer: z.string(), detail: z.string() }))
    .optional()
    .describe("the first mistakes"),
  errorCount: z.number().int().optional().describe("all mistakes"),
  requestId: z.string(),
});

export type ProblemDocument = z.infer<typeof problemShape>;

export interface ProblemPlaces {
  readonly pointer?: string;
  readonly errors?: readonly RequestError[];
  readonly errorCount?: number;
}

export function problemDocument(
  code: ProblemCode,
  detail: string,
  requestId: string,
  places: ProblemPlaces = {},
): ProblemDocument {
  const { title, httpStatus } = PROBLEMS[code];
  return {
    type: `urn:oddrun:problem:${code}`,
    title,
    status: httpStatus,
    code,
    detail,
    ...(places.pointer === undefined ? {} : { pointer: places.pointer }),
    ...(places.errors === undefined ? {} : { errors: [...places.errors] }),
    ...(places.errorCount === undefined ? {} : { errorCount: places.errorCount }),
    requestId,
  };
}
