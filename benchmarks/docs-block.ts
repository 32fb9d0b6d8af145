import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PAGE = join(import.meta.dirname, "../docs/detection.md");

/**
 * Puts measured figures into docs/detection.md, between `<!-- NAME -->` and `<!-- end NAME -->`, so that what the page says is what was
 * measured last.
 *
 * @throws Error when the page has no such place.
 */
export function writeBlock(name: string, markdown: string): void {
  const page = readFileSync(PAGE, "utf8");
  const [start, end] = [`<!-- ${name} -->`, `<!-- end ${name} -->`];
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/detection.md has no place between ${start} and ${end}.`);
  writeFileSync(PAGE, `${page.slice(0, from + start.length)}\n\n${markdown.trim()}\n\n${page.slice(to)}`);
}
