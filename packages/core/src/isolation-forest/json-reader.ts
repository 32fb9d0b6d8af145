import { ModelFormatError } from "./model-format-error.ts";

/** Reads checked values out of parsed JSON; whatever doesn't fit is refused with the name of its field. */
export interface JsonReader {
  /** An object with exactly these fields. */
  fields<Name extends string>(names: readonly Name[]): Record<Name, JsonReader>;
  /** An object with any fields, at most `countMax`: more are refused before anything is made of them. */
  entries(countMax: number): readonly (readonly [name: string, value: JsonReader])[];
  /** A list of `countMin` to `countMax` items: others are refused before anything is made of them. */
  items(countMin: number, countMax: number): readonly JsonReader[];
  text(lengthMax: number): string;
  oneOf<Word extends string>(words: readonly Word[]): Word;
  /** A finite number from min to max. */
  number(min?: number, max?: number): number;
  whole(min: number, max: number): number;
  isNull(): boolean;
  refuse(problem: string): never;
}

export function jsonReader(value: unknown, file: string, field = ""): JsonReader {
  const refuse = (problem: string): never => {
    const place = field === "" ? file : `${file}: ${field}`;
    throw new ModelFormatError(`${place} ${problem}.`, field === "" ? { file } : { file, field });
  };
  const inner = (name: string, innerValue: unknown): JsonReader =>
    jsonReader(innerValue, file, field === "" ? name : `${field}.${name}`);
  const object = (): Readonly<Record<string, unknown>> => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse("isn't an object");
    return value as Record<string, unknown>;
  };
  const number = (min = -Number.MAX_VALUE, max = Number.MAX_VALUE): number => {
    if (typeof value !== "number" || !Number.isFinite(value)) return refuse("isn't a finite number");
    if (value < min || value > max) refuse(`is ${value}; it must lie from ${min} to ${max}`);
    return value;
  };
  return {
    fields(names) {
      const record = object();
      const missing = names.find((name) => !Object.hasOwn(record, name));
      if (missing !== undefined) inner(missing, undefined).refuse("is missing");
      const known = new Set<string>(names);
      const extra = Object.keys(record).find((name) => !known.has(name));
      if (extra !== undefined) inner(shortName(extra), undefined).refuse("is not a field of this format");
      return Object.fromEntries(names.map((name) => [name, inner(name, record[name])])) as Record<
        (typeof names)[number],
        JsonReader
      >;
    },
    entries(countMax) {
      const record = object();
      const names = Object.keys(record);
      if (names.length > countMax) refuse(`has ${names.length} fields; ${countMax} are allowed`);
      return names.map((name) => [name, inner(shortName(name), record[name])] as const);
    },
    items(countMin, countMax) {
      if (!Array.isArray(value)) return refuse("isn't a list");
      if (value.length < countMin || value.length > countMax) {
        const expected = countMin === countMax ? `${countMin} belong` : `${countMin} to ${countMax} may stand`;
        refuse(`has ${value.length} items; ${expected} there`);
      }
      return value.map((item, index) => jsonReader(item, file, `${field}[${index}]`));
    },
    text(lengthMax) {
      if (typeof value !== "string") return refuse("isn't a text");
      if (value.length > lengthMax) refuse(`has ${value.length} characters; ${lengthMax} are allowed`);
      return value;
    },
    oneOf(words) {
      const word = words.find((one) => one === value);
      return word ?? refuse(`must be one of ${words.join(", ")}`);
    },
    number,
    whole(min, max) {
      const whole = number(min, max);
      if (!Number.isInteger(whole)) refuse(`is ${whole}; it must be a whole number`);
      return whole;
    },
    isNull: () => value === null,
    refuse,
  };
}

function shortName(name: string): string {
  return name.length <= 40 ? name : `${name.slice(0, 40)}...`;
}
