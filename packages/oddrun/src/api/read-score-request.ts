import { cut, visible } from "../operations/text/visible-text.ts";
import { echo } from "./echo.ts";
import { LIMITS } from "./limits.ts";
import { isDeeperThan } from "./nesting.ts";
import { type FeatureRule, featureRule } from "./score.ts";

/** One mistake in a request: where it is (a JSON pointer) and what would be right. */
export interface RequestError {
  readonly pointer: string;
  readonly detail: string;
}

export interface IgnoredFields {
  readonly count: number;
  readonly fields: readonly string[];
}

/** A request's rows as numbers (row-major, NaN = not known), or all that is wrong with it. */
export type ScoreRequestReading =
  | {
      readonly kind: "rows";
      readonly rowCount: number;
      readonly values: Float64Array;
      readonly ignored: IgnoredFields | null;
    }
  | { readonly kind: "not-a-request"; readonly pointer: string; readonly detail: string }
  | { readonly kind: "too-many-rows"; readonly rowCount: number }
  | { readonly kind: "bad-rows"; readonly errors: readonly RequestError[]; readonly errorCount: number };

export type ScoreRequestReader = (body: unknown) => ScoreRequestReading;

/**
 * Makes the reader for a model's features. It says the same as `scoreRequestShape`, by hand: this is the hot path.
 * Nothing is coerced; a batch is taken whole or not at all.
 */
export function scoreRequestReader(features: readonly string[]): ScoreRequestReader {
  const rules = features.map(featureRule);
  const known = new Set(["build_id", ...features]);
  return (body) => {
    if (!isObject(body))
      return {
        kind: "not-a-request",
        pointer: "",
        detail: `The body must be an object with a list "data", not ${echo(body)}.`,
      };
    const data = Object.hasOwn(body, "data") ? body["data"] : undefined;
    if (!Array.isArray(data)) {
      const found = data === undefined ? "it is missing" : `not ${echo(data)}`;
      return { kind: "not-a-request", pointer: "/data", detail: `"data" must be a list of rows; ${found}.` };
    }
    if (data.length > LIMITS.rows) return { kind: "too-many-rows", rowCount: data.length };
    return readRows(data, rules, known);
  };
}

function readRows(
  data: readonly unknown[],
  rules: readonly FeatureRule[],
  known: ReadonlySet<string>,
): ScoreRequestReading {
  const width = rules.length;
  const values = new Float64Array(data.length * width);
  const notes = new Notes();
  for (let index = 0; index < data.length; index++) {
    const row = data[index];
    if (!isObject(row)) {
      notes.error(
        `/data/${index}`,
        `must be an object with ${rules.map((rule) => rule.name).join(", ")}, not ${echo(row)}`,
      );
      continue;
    }
    let isClean = true;
    for (let column = 0; column < width; column++) {
      const rule = rules[column]!;
      const value = row[rule.name];
      if (typeof value === "number" && value >= rule.low && value <= rule.high) values[index * width + column] = value;
      else isClean = false;
    }
    const id = row["build_id"];
    let expected = width;
    if (id !== undefined) {
      expected++;
      if (typeof id !== "string" || id.length === 0 || id.length > LIMITS.buildIdChars) isClean = false;
    }
    let keyCount = 0;
    for (const _ in row) keyCount++;
    if (!isClean) lookClosely(row, index, rules, values, notes);
    if (keyCount !== expected) lookAtOthers(row, index, keyCount, known, notes);
  }
  if (notes.errorCount > 0) return { kind: "bad-rows", errors: notes.errors, errorCount: notes.errorCount };
  return { kind: "rows", rowCount: data.length, values, ignored: notes.ignored() };
}

/** Names each mistake of a row that did not pass at first sight, and takes null where it is allowed. */
function lookClosely(row: Row, index: number, rules: readonly FeatureRule[], values: Float64Array, notes: Notes): void {
  for (const [column, rule] of rules.entries()) {
    const pointer = `/data/${index}/${escapePointer(rule.name)}`;
    if (!Object.hasOwn(row, rule.name)) {
      notes.error(pointer, `is missing; the features of this model are ${rules.map((each) => each.name).join(", ")}`);
      continue;
    }
    const value = row[rule.name];
    if (value === null && rule.mayBeMissing) values[index * rules.length + column] = Number.NaN;
    else if (typeof value !== "number" || !(value >= rule.low && value <= rule.high)) {
      notes.error(pointer, `must be ${rule.words}, not ${echo(value)}`);
    }
  }
  if (!Object.hasOwn(row, "build_id")) return;
  const id = row["build_id"];
  if (typeof id !== "string") notes.error(`/data/${index}/build_id`, `must be text, not ${echo(id)}`);
  else if (id.length === 0 || id.length > LIMITS.buildIdChars) {
    notes.error(`/data/${index}/build_id`, `must have 1 to ${LIMITS.buildIdChars} characters, not ${id.length}`);
  }
}

/** Counts the fields that are no feature, inside the limits. */
function lookAtOthers(row: Row, index: number, keyCount: number, known: ReadonlySet<string>, notes: Notes): void {
  if (keyCount > LIMITS.keysPerRow) {
    notes.error(`/data/${index}`, `has ${keyCount} fields; at most ${LIMITS.keysPerRow} are allowed`);
    return;
  }
  for (const name of Object.keys(row)) {
    if (known.has(name)) continue;
    const value = row[name];
    const pointer = `/data/${index}/${escapePointer(name)}`;
    if (typeof value === "string" && value.length > LIMITS.textChars) {
      notes.error(pointer, `has ${value.length} characters; at most ${LIMITS.textChars} are allowed`);
    } else if (isDeeperThan(value, LIMITS.depth - 3))
      notes.error(pointer, `is nested more than ${LIMITS.depth} levels deep`);
    else notes.pass(name);
  }
}

/** What was found on the way through the rows. */
class Notes {
  readonly errors: RequestError[] = [];
  errorCount = 0;
  #ignoredCount = 0;
  readonly #ignoredNames = new Set<string>();

  error(pointer: string, detail: string): void {
    if (this.errorCount++ < LIMITS.errorsTold) this.errors.push({ pointer, detail });
  }
  pass(name: string): void {
    this.#ignoredCount++;
    if (this.#ignoredNames.size < LIMITS.errorsTold) this.#ignoredNames.add(visible(cut(name, LIMITS.echoChars / 2)));
  }
  ignored(): IgnoredFields | null {
    return this.#ignoredCount === 0 ? null : { count: this.#ignoredCount, fields: [...this.#ignoredNames] };
  }
}

type Row = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** RFC 6901, cut and made visible: field names are the sender's. */
function escapePointer(name: string): string {
  return visible(cut(name, LIMITS.echoChars / 2))
    .replaceAll("~", "~0")
    .replaceAll("/", "~1");
}
