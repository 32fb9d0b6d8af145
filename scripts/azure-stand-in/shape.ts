import { type Call, readJson, type Reply } from "./http.ts";
import { mlError } from "./arm.ts";
import type { Json } from "./world.ts";

/** What a field may hold; "?" behind it: it may be left out or null. An array of words: one of them. */
export type Field = "text" | "text?" | "number" | "number?" | "boolean?" | "texts?" | "numbers?" | "any?" | Shape;

export interface Shape {
  readonly isOptional?: boolean;
  readonly fields: Readonly<Record<string, Field | readonly string[]>>;
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
const isMapOf = (value: unknown, type: string): boolean =>
  isObject(value) && Object.values(value).every((item) => item === null || typeof item === type);

/** What Azure ML's answers carry beside: sending it back, as one who changes a resource does, is let pass. */
const READ_ONLY: readonly (readonly [path: string, names: readonly string[]])[] = [
  ["", ["id", "name", "type", "systemData"]],
  ["properties", ["provisioningState", "scoringUri", "swaggerUri", "environmentType"]],
];
const isReadOnly = (path: string, name: string): boolean =>
  READ_ONLY.some(([where, names]) => where === path && names.includes(name));

function fault(value: unknown, field: Field | readonly string[], path: string): string | null {
  const isAbsent = value === undefined || value === null;
  if (typeof field === "object" && "fields" in field) {
    if (isAbsent) return field.isOptional === true ? null : `The ${path} field is required.`;
    if (!isObject(value)) return `Error converting value to an object. Path '${path}'.`;
    return shapeFault(value, field, path);
  }
  if (Array.isArray(field)) {
    if (isAbsent) return null;
    return typeof value === "string" && field.some((word) => word.toLowerCase() === value.toLowerCase())
      ? null
      : `Error converting value "${shown(value)}" of '${path}': it is not one of ${field.join(", ")}.`;
  }
  const kind = (field as string).replace("?", "");
  if (isAbsent) return (field as string).endsWith("?") ? null : `The ${path} field is required.`;
  const isGood =
    kind === "any" ||
    (kind === "text" && typeof value === "string") ||
    (kind === "number" && typeof value === "number") ||
    (kind === "boolean" && typeof value === "boolean") ||
    (kind === "texts" && isMapOf(value, "string")) ||
    (kind === "numbers" && isMapOf(value, "number"));
  return isGood ? null : `Error converting the value of '${path}': it should be ${kind}.`;
}

function shapeFault(value: Json, { fields }: Shape, path: string): string | null {
  for (const [name, field] of Object.entries(fields)) {
    const found = fault(value[name], field, path === "" ? name : `${path}.${name}`);
    if (found !== null) return found;
  }
  const unknown = Object.keys(value).find((name) => !(name in fields) && !isReadOnly(path, name));
  return unknown === undefined
    ? null
    : `Could not find member '${unknown}' on object. Path '${path === "" ? unknown : `${path}.${unknown}`}'.`;
}

/** The body, when it has the fields it must have and no other; else the refusal. */
export function readBody(call: Call, shape: Shape): { readonly body: Json } | { readonly refused: Reply } {
  const body = readJson(call.body);
  if (!isObject(body)) return { refused: mlError(call, 400, "The request body is not a JSON object.") };
  const found = shapeFault(body, shape, "");
  if (found === null) return { body };
  const details = [{ code: "InvalidRequestContent", message: found, details: [], additionalInfo: [] }];
  return {
    refused: mlError(call, 400, `The request is invalid. ${found}`, {
      code: "BadRequest",
      inner: "BadArgument",
      details,
    }),
  };
}
