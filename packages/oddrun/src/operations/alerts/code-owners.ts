import { matchesPattern } from "../settings/matches-pattern.ts";

/** Where GitHub looks for the file, in its order; the first that is there counts, alone. (docs.github.com, "About code owners") */
export const CODEOWNERS_PLACES: readonly string[] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/** GitHub reads no larger file. */
const BYTES_MAX = 3 * 1024 * 1024;
const LINE_CHARS_MAX = 2000;
const OWNERS_MAX = 100;
const OWNER = /^@[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})(?:\/[A-Za-z0-9_.-]{1,100})?$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;

export interface CodeOwners {
  /** Lines that GitHub would not understand, and passes over too. */
  readonly skippedCount: number;
  /** "@login" and "@org/team" of a path such as ".github/workflows/ci.yml": of the last line that matches it. Addresses of e-mail are left out. */
  readonly ownersOf: (path: string) => readonly string[];
}

/** Nobody owns anything: there is no such file, or it is too large. */
export const NO_CODE_OWNERS: CodeOwners = { skippedCount: 0, ownersOf: () => [] };

/** Reads a CODEOWNERS file. No text makes it fail; an e-mail address is neither kept nor given. */
export function readCodeOwners(text: string): CodeOwners {
  if (text.length >= BYTES_MAX) return NO_CODE_OWNERS;
  const rules: { readonly segments: readonly string[]; readonly owners: readonly string[] }[] = [];
  let skippedCount = 0;
  for (const line of text.replace(/^\ufeff/, "").split(/\r?\n/)) {
    const words = wordsOf(line);
    if (words.length === 0) continue;
    const rule = ruleOf(words);
    if (rule === null) skippedCount += 1;
    else rules.push(rule);
  }
  rules.reverse();
  const ownersOf = (path: string) => {
    const parts = path.split("/");
    return rules.find(({ segments }) => matchesSegments(parts, segments))?.owners ?? [];
  };
  return { skippedCount, ownersOf };
}

/** The pattern and its owners, without comments; a backslash keeps the next character, such as a space, in the word. */
function wordsOf(line: string): string[] {
  if (line.length > LINE_CHARS_MAX) return ["["];
  const words = line.match(/(?:\\.|[^\s\\])+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith("#"));
  return comment < 0 ? words : words.slice(0, comment);
}

function ruleOf([pattern = "", ...names]: readonly string[]) {
  const isFit = !/^[!#]|\\[*?#]|[[\]]|\*\*\*/.test(pattern) && pattern !== "/" && names.length <= OWNERS_MAX;
  if (!isFit || names.some((name) => !OWNER.test(name) && !EMAIL.test(name))) return null;
  return { segments: segmentsOf(pattern.replaceAll(/\\(.)/g, "$1")), owners: names.filter((name) => OWNER.test(name)) };
}

/**
 * A pattern as segments that match a whole path: "**" stands for any number of them. As in .gitignore, one without a slash but at its
 * end holds at any depth, and what is a folder holds for all in it; but "docs/*" holds for the files of docs and none below.
 */
function segmentsOf(pattern: string): string[] {
  const isFolder = pattern.endsWith("/");
  const isAnchored = pattern.slice(0, -1).includes("/") || pattern.startsWith("/");
  const parts = pattern.split("/").filter((part) => part !== "");
  const last = parts.at(-1);
  const below = last === "*" && isAnchored && !isFolder ? [] : ["**"];
  return [...(isAnchored ? [] : ["**"]), ...parts, ...(isFolder ? ["*"] : []), ...(last === "**" ? [] : below)];
}

/** As `matchesPattern`, of segments: in time that grows with the product of both lengths. */
function matchesSegments(parts: readonly string[], segments: readonly string[]): boolean {
  let at = 0;
  let of = 0;
  let afterStars = -1;
  let starsAt = 0;
  while (at < parts.length) {
    const segment = segments[of];
    if (segment === "**") {
      of += 1;
      afterStars = of;
      starsAt = at;
    } else if (segment !== undefined && matchesPattern(parts[at]!, segment)) {
      at += 1;
      of += 1;
    } else if (afterStars >= 0) {
      starsAt += 1;
      at = starsAt;
      of = afterStars;
    } else return false;
  }
  while (segments[of] === "**") of += 1;
  return of === segments.length;
}
