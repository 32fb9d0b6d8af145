import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Path } from "../../operations/settings/shape.ts";

/** What a person writes is far below these. */
const DEPTH_MAX = 12;
const NODES_MAX = 10_000;
/** Each may stand for a whole file again. */
const ALIASES_MAX = 100;
const TOO_DEEP = "it is nested too deeply";
const TOO_MANY = "it has more entries than any settings";

export interface YamlValues {
  readonly value: unknown;
  /** "3:5", the line and column of the value, or of its key, at this path. */
  place(path: Path, isOfKey: boolean): string;
}

/** Why a text cannot be taken, and where ("3:5"). */
export class YamlRefusal extends Error {
  readonly place: string;
  constructor(place: string, why: string) {
    super(why);
    this.place = place;
  }
}

/**
 * A YAML text as plain values, more strictly than YAML is: one document, each key once and a text, no tags of its own, aliases only as
 * far as people use them. @throws YamlRefusal
 */
export function yamlValues(text: string): YamlValues {
  const lines = new LineCounter();
  const document = parsed(text, lines);
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) throw new YamlRefusal(placeAt(lines, fault.pos[0]), sentence(fault.message));
  const walk = new Walk(document, lines);
  const value = walk.plain(document.contents, [], 0);
  return { value, place: (path, isOfKey) => walk.placeOf(path, isOfKey) };
}

function parsed(text: string, lines: LineCounter): Document {
  // the library keeps each open bracket: half a million of them would take it seconds
  if ((text.match(/[[{]/g)?.length ?? 0) > NODES_MAX) throw new YamlRefusal("1:1", TOO_MANY);
  try {
    // the library's search for repeated keys compares each with every other one
    return parseDocument(text, {
      lineCounter: lines,
      logLevel: "error",
      schema: "core",
      uniqueKeys: false,
      prettyErrors: false,
    });
  } catch (error) {
    // it goes down into each level, and comes to the end of its stack in files made for that
    if (error instanceof RangeError) throw new YamlRefusal("1:1", TOO_DEEP);
    throw error;
  }
}

class Walk {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #offsets = new Map<string, { readonly key: number; readonly value: number }>();
  #nodeCount = 0;
  #aliasCount = 0;

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  plain(node: unknown, path: Path, depth: number, keyAt = 0): unknown {
    const at = offsetOf(node, keyAt);
    this.#offsets.set(JSON.stringify(path), { key: keyAt, value: at });
    this.#nodeCount += 1;
    if (this.#nodeCount > NODES_MAX) throw this.#refusal(at, TOO_MANY);
    if (depth > DEPTH_MAX) throw this.#refusal(at, TOO_DEEP);
    if (isAlias(node)) {
      this.#aliasCount += 1;
      if (this.#aliasCount > ALIASES_MAX) throw this.#refusal(at, `it has more than ${ALIASES_MAX} aliases`);
      return this.plain(node.resolve(this.#document), path, depth + 1, at);
    }
    if (isSeq(node)) return node.items.map((item, place) => this.plain(item, [...path, place], depth + 1, at));
    if (!isMap(node)) return isScalar(node) ? node.value : null;
    const entries: [string, unknown][] = [];
    const keys = new Set<string>();
    for (const { key, value } of node.items) {
      const keyPlace = offsetOf(key, at);
      if (!isScalar(key)) throw this.#refusal(keyPlace, "a key must be a text");
      const name = String(key.value);
      if (name === "__proto__") throw this.#refusal(keyPlace, '"__proto__" is no key of settings');
      if (keys.has(name)) throw this.#refusal(keyPlace, `"${name.slice(0, 80)}" is there twice; keep one of the two`);
      keys.add(name);
      entries.push([name, this.plain(value, [...path, name], depth + 1, keyPlace)]);
    }
    return Object.fromEntries(entries);
  }

  placeOf(path: Path, isOfKey: boolean): string {
    const found = this.#offsets.get(JSON.stringify(path));
    return placeAt(this.#lines, (isOfKey ? found?.key : found?.value) ?? 0);
  }

  #refusal(offset: number, why: string): YamlRefusal {
    return new YamlRefusal(placeAt(this.#lines, offset), why);
  }
}

function offsetOf(node: unknown, otherwise: number): number {
  const range = (node as { readonly range?: readonly number[] | null } | null)?.range;
  return range?.[0] ?? otherwise;
}

function placeAt(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return line === 0 ? "1:1" : `${line}:${col}`;
}

function sentence(message: string): string {
  const [first = ""] = message.split("\n");
  // the library's word for a file that goes down too far
  if (first.startsWith("Maximum call stack")) return TOO_DEEP;
  return first.trim().replace(/[.:]$/, "");
}
