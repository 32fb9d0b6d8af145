import { printable } from "../text/visible-text.ts";
import { nearestWord } from "./nearest-word.ts";

/** Where in a file: `["routes", 0, "to"]`. */
export type Path = readonly (string | number)[];

export interface Mistake {
  readonly path: Path;
  /** The key itself is wrong, not what stands behind it. */
  readonly isOfKey: boolean;
  /** What is wrong and what to write instead, as the end of a sentence that begins with the place. */
  readonly what: string;
}

export type Report = (mistake: Mistake) => void;

/** A part of a JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * What a value of a settings file may be. Told once: reading, the JSON Schema and the file that `oddrun init` writes all come from it.
 */
export interface Shape<T> {
  readonly schema: JsonSchema;
  /** Of a section: its keys. */
  readonly fields?: Fields;
  /** The value as a type; undefined where it is not of the shape, and what is wrong is reported. */
  read(value: unknown, path: Path, report: Report): T | undefined;
}

/** One key of a section. */
export interface Field<T> {
  readonly shape: Shape<T>;
  readonly about: string;
  /** As it would be written, of what holds when it is left out; undefined where it must be there. */
  readonly usual?: string;
  /** Lines to show it by, where what is usual does not tell how it is written. */
  readonly examples?: readonly string[];
}

export type Fields = Readonly<Record<string, Field<unknown>>>;
export type ValueOf<S> = S extends Shape<infer T> ? T : never;
type Values<F extends Fields> = { readonly [Key in keyof F]?: ValueOf<F[Key]["shape"]> };

/** A text that `parse` takes; `expected` says in words what it takes. */
export function textAs<T>(rule: {
  readonly expected: string;
  readonly schema: JsonSchema;
  /** Undefined where the text is not one of those. */
  readonly parse: (text: string) => T | undefined;
  /** The text may be a secret by mistake: it is never repeated. */
  readonly isHidden?: true;
}): Shape<T> {
  return {
    schema: { type: "string", ...rule.schema },
    read: (value, path, report) => {
      const parsed = typeof value === "string" ? rule.parse(value) : undefined;
      if (parsed === undefined) report(wrong(path, rule.expected, rule.isHidden === true ? null : value));
      return parsed;
    },
  };
}

export function oneOfWords<const Word extends string>(words: readonly Word[]): Shape<Word> {
  const parse = (text: string) => words.find((word) => word === text);
  return textAs({ expected: listed(words.map((word) => `"${word}"`)), schema: { enum: words }, parse });
}

export const FLAG: Shape<boolean> = {
  schema: { type: "boolean" },
  read: (value, path, report) => {
    if (typeof value === "boolean") return value;
    report(wrong(path, "true or false", value));
    return undefined;
  },
};

export function wholeNumber(min: number, max: number): Shape<number> {
  return {
    schema: { type: "integer", minimum: min, maximum: max },
    read: (value, path, report) => {
      if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
      report(wrong(path, `a whole number from ${min} to ${max}`, value));
      return undefined;
    },
  };
}

/** What `shape` takes, or null for `false` and for "off" (which older YAML reads as false). */
export function orOff<T>(shape: Shape<T>): Shape<T | null> {
  return {
    schema: { anyOf: [shape.schema, { enum: ["off", false] }] },
    read: (value, path, report) => (value === false || value === "off" ? null : shape.read(value, path, report)),
  };
}

export function listOf<T>(shape: Shape<T>, itemsMax: number): Shape<readonly T[]> {
  return {
    schema: { type: "array", maxItems: itemsMax, items: shape.schema },
    read: (value, path, report) => {
      if (!Array.isArray(value)) report(wrong(path, "a list, such as [one, two]", value));
      else if (value.length > itemsMax)
        report({ path, isOfKey: false, what: `takes at most ${itemsMax} entries, not ${value.length}` });
      else return value.flatMap((item, at) => shape.read(item, [...path, at], report) ?? []);
      return undefined;
    },
  };
}

/** A list that may stand without a value, when all its lines are comments. */
export function commentedList<T>(shape: Shape<readonly T[]>): Shape<readonly T[]> {
  return {
    schema: { anyOf: [shape.schema, { type: "null" }] },
    read: (value, path, report) => (value === null ? [] : shape.read(value, path, report)),
  };
}

/** A mapping with these keys and no others. An empty one, whose lines are all comments, is one where everything is left out. */
export function section<F extends Fields>(fields: F): Shape<Values<F>> {
  const names = Object.keys(fields);
  const required = names.filter((name) => fields[name]!.usual === undefined);
  return {
    fields,
    schema: {
      type: required.length === 0 ? ["object", "null"] : "object",
      properties: Object.fromEntries(names.map((name) => [name, fieldSchema(fields[name]!)])),
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
    },
    read: (value, path, report) => {
      if (value === null && required.length === 0) return {};
      if (!isMapping(value)) {
        report(wrong(path, `a mapping with ${listed(names)}`, value));
        return undefined;
      }
      const read: Record<string, unknown> = {};
      for (const [key, inner] of Object.entries(value)) {
        const field = Object.hasOwn(fields, key) ? fields[key]! : undefined;
        if (field === undefined) report(unknownKey([...path, key], names));
        else read[key] = field.shape.read(inner, [...path, key], report);
      }
      for (const name of required)
        if (!Object.hasOwn(value, name))
          report({ path, isOfKey: false, what: `lacks "${name}": ${fields[name]!.about}` });
      return read as Values<F>;
    },
  };
}

/** A mapping from names that a person chooses. */
export function namedBy<T>(names: { readonly pattern: RegExp; readonly expected: string }, shape: Shape<T>) {
  const schema = { type: ["object", "null"], propertyNames: { pattern: names.pattern.source } };
  return {
    schema: { ...schema, additionalProperties: shape.schema },
    read: (value: unknown, path: Path, report: Report): Readonly<Record<string, T>> | undefined => {
      if (value === null) return {};
      if (!isMapping(value)) {
        report(wrong(path, "a mapping from names", value));
        return undefined;
      }
      const read: [string, T][] = [];
      for (const [name, inner] of Object.entries(value)) {
        const at = [...path, name];
        if (!names.pattern.test(name))
          report({ path: at, isOfKey: true, what: `is no name: it takes ${names.expected}` });
        const one = shape.read(inner, at, report);
        if (one !== undefined) read.push([name, one]);
      }
      return Object.fromEntries(read);
    },
  };
}

/** A mapping whose `key` says which of the shapes it has. */
export function variant<S extends Readonly<Record<string, Shape<object>>>>(key: string, shapes: S) {
  const words = Object.keys(shapes);
  const kind = oneOfWords(words);
  type Each = { [Word in keyof S]: { readonly is: Word; readonly values: ValueOf<S[Word]> } }[keyof S];
  return {
    schema: {
      type: "object",
      required: [key],
      properties: { [key]: kind.schema },
      oneOf: words.map((word) => withKey(shapes[word]!.schema, key, word)),
    },
    read: (value: unknown, path: Path, report: Report): Each | undefined => {
      if (!isMapping(value) || !Object.hasOwn(value, key)) {
        report(wrong(path, `a mapping with "${key}": ${listed(words)}`, isMapping(value) ? undefined : value));
        return undefined;
      }
      const { [key]: word, ...rest } = value;
      const is = kind.read(word, [...path, key], report);
      const values = is === undefined ? undefined : shapes[is]!.read(rest, path, report);
      return is === undefined || values === undefined ? undefined : ({ is, values } as Each);
    },
  };
}

function withKey(schema: JsonSchema, key: string, word: string): JsonSchema {
  const {
    type: _,
    properties,
    required = [],
    ...rest
  } = schema as { type?: unknown; properties?: object; required?: [] };
  return { properties: { [key]: { const: word }, ...properties }, required: [key, ...required], ...rest };
}

function fieldSchema({ shape, about, usual }: Field<unknown>): JsonSchema {
  const description = usual === undefined || usual === "" ? about : `${about} Left out: ${usual}.`;
  return { description, ...shape.schema };
}

function unknownKey(path: Path, names: readonly string[]): Mistake {
  const key = String(path.at(-1));
  const meant = nearestWord(key, names);
  const wayOut =
    meant === null ? `there ${names.length === 1 ? "is" : "are"} ${listed(names)}` : `did you mean "${meant}"?`;
  return { path, isOfKey: true, what: `is not known here: ${wayOut}` };
}

function wrong(path: Path, expected: string, value: unknown): Mistake {
  const found = value === undefined ? "" : value === null ? "" : `, not ${shown(value)}`;
  const left = value === null ? "; it has no value (leave the line out for what is usual)" : "";
  return { path, isOfKey: false, what: `takes ${expected}${found}${left}` };
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isMapping(value)) return "a mapping";
  return typeof value === "string" ? `the text "${printable(value, 40)}"` : `the ${typeof value} ${String(value)}`;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** "a, b or c" */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
