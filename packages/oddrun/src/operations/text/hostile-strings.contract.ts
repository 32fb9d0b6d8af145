import { readFileSync } from "node:fs";

type Entry = string | { readonly repeat: string; readonly times: number };

/**
 * Names as somebody would choose them who wants more than a name: mentions, links, markup, orders, formulas, escapes, templates,
 * what cannot be seen and what is too long; each under the name of what it tries. From fixtures/hostile/strings.json, which is ASCII.
 */
export function hostileStrings(): ReadonlyMap<string, string> {
  const file = new URL("../../../../../fixtures/hostile/strings.json", import.meta.url);
  const entries = Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, Entry>);
  return new Map(
    entries.map(([name, entry]) => [name, typeof entry === "string" ? entry : entry.repeat.repeat(entry.times)]),
  );
}
