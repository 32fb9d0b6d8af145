import type { ScoreReply } from "./endpoint-platform.ts";
import { printable } from "../text/visible-text.ts";

/** An answer of `POST /score`, checked: each list has one entry a record, in the order sent. */
export interface ScoreAnswer {
  readonly predictions: readonly boolean[];
  readonly scores: readonly number[];
  readonly reasons: readonly (string | null)[];
  /** SHA-256 of the model that scored. */
  readonly modelSha256: string;
}

/** Something about one record: its place in the request, from 0, and what is wrong. */
export interface RecordMistake {
  readonly row: number;
  readonly what: string;
}

/** What a reply means for who sent the records. */
export type ScoreOutcome =
  | { readonly kind: "scored"; readonly answer: ScoreAnswer }
  /** The server behind the endpoint took the request, and not the records. */
  | {
      readonly kind: "records-refused";
      readonly status: number;
      readonly what: string;
      readonly mistakes: readonly RecordMistake[];
    }
  | { readonly kind: "not-signed-in" }
  | { readonly kind: "not-allowed" }
  /** No deployment has traffic, or there is none of the name asked for. */
  | { readonly kind: "nothing-there" }
  | { readonly kind: "model-failed"; readonly status: number; readonly what: string }
  | { readonly kind: "unusable"; readonly what: string };

/**
 * Reads a reply. The front end of a managed endpoint turns what the server behind it answers into 424 and says the server's own status
 * in a header; 401, 403 and 404 are its own words (Azure's "HTTP status codes for online endpoints").
 */
export function readScoreReply(reply: ScoreReply, rowCount: number): ScoreOutcome {
  const { status, body } = reply;
  if (status === 200) {
    const answer = scoreAnswer(body, rowCount);
    return typeof answer === "string" ? { kind: "unusable", what: answer } : { kind: "scored", answer };
  }
  const ownStatus = status === 424 ? reply.modelStatus : null;
  const modelStatus = ownStatus ?? (isProblemDocument(body) ? status : null);
  if (modelStatus !== null && [400, 413, 415, 422].includes(modelStatus)) {
    return { kind: "records-refused", status: modelStatus, what: detailOf(body), mistakes: mistakesIn(body) };
  }
  if (status === 401) return { kind: "not-signed-in" };
  if (status === 403) return { kind: "not-allowed" };
  if (status === 404) return { kind: "nothing-there" };
  if (status === 424) return { kind: "model-failed", status: ownStatus ?? 424, what: detailOf(body) };
  return { kind: "unusable", what: `status ${status}${detailOf(body) === "" ? "" : `: ${detailOf(body)}`}` };
}

/** The answer, or what is wrong with it. */
function scoreAnswer(body: unknown, rowCount: number): ScoreAnswer | string {
  if (!isObject(body)) return "it is no JSON object";
  const { predictions, scores, reasons, model } = body;
  for (const [name, list] of Object.entries({ predictions, scores })) {
    if (!Array.isArray(list)) return `it has no list "${name}"`;
    if (list.length !== rowCount) return `"${name}" has ${list.length} entries for ${rowCount} records`;
  }
  if (!(predictions as readonly unknown[]).every((value) => typeof value === "boolean"))
    return '"predictions" holds something other than true and false';
  if (!(scores as readonly unknown[]).every((value) => typeof value === "number" && value >= 0 && value <= 1))
    return '"scores" holds something other than numbers from 0 to 1';
  const texts: readonly unknown[] = Array.isArray(reasons) && reasons.length === rowCount ? reasons : [];
  const sha256 = isObject(model) ? model["sha256"] : undefined;
  return {
    predictions: predictions as readonly boolean[],
    scores: scores as readonly number[],
    reasons: Array.from({ length: rowCount }, (_, row) => (typeof texts[row] === "string" ? texts[row] : null)),
    modelSha256: typeof sha256 === "string" ? sha256 : "",
  };
}

/** What the server says of single records: JSON pointers such as "/data/3/duration". */
function mistakesIn(body: unknown): readonly RecordMistake[] {
  if (!isObject(body)) return [];
  const errors = Array.isArray(body["errors"]) ? body["errors"] : [body];
  return errors.flatMap((error: unknown) => {
    if (!isObject(error)) return [];
    const { pointer, detail } = error;
    if (typeof pointer !== "string" || typeof detail !== "string") return [];
    const [, row, field] = /^\/data\/(\d{1,9})(?:\/(.*))?$/s.exec(pointer) ?? [];
    if (row === undefined) return [];
    const what = printable(detail, 200);
    return [{ row: Number(row), what: field === undefined ? what : `${printable(field, 60)} ${what}` }];
  });
}

function detailOf(body: unknown): string {
  if (typeof body === "string") return printable(body.trim(), 200);
  if (!isObject(body)) return "";
  const text = body["detail"] ?? body["message"] ?? body["title"] ?? "";
  return typeof text === "string" ? printable(text, 300) : "";
}

/** Our own server's errors; a front end's are of another form. */
function isProblemDocument(body: unknown): boolean {
  return isObject(body) && typeof body["code"] === "string" && typeof body["detail"] === "string";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
