import type { Workflow } from "@oddrun/core";
import type { ReadMark, ReadMarks, SourceRun } from "./run-source.ts";

/** Names with "*" for any characters and "?" for one. */
export interface Patterns {
  readonly include: readonly string[];
  /** Wins over `include`. */
  readonly exclude: readonly string[];
}

export interface ScopePatterns {
  /** With a "/" they are compared with "owner/name", else with the name; in any letter case. */
  readonly repositories: Patterns;
  /** By name, by path or by file name; in any letter case. */
  readonly workflows: Patterns;
  readonly branches: Patterns;
}

export interface CollectScope {
  /** Tells which runs of a repository are taken: what is listed for one key is not listed for another. "" takes all. */
  readonly key: string;
  takesRepository(fullName: string): boolean;
  takesRun(run: SourceRun): boolean;
  takesWorkflow(workflow: Pick<Workflow, "name" | "path">): boolean;
}

const NO_PATTERNS: Patterns = { include: [], exclude: [] };
export const EVERYTHING: ScopePatterns = {
  repositories: NO_PATTERNS,
  workflows: NO_PATTERNS,
  branches: NO_PATTERNS,
};

export function collectScope({ repositories, workflows, branches }: ScopePatterns): CollectScope {
  const ofWorkflows = lowerCase(workflows);
  const ofRepositories = lowerCase(repositories);
  const takesWorkflow: CollectScope["takesWorkflow"] = ({ name, path }) => {
    const file = path?.toLowerCase() ?? "";
    const names = [name.toLowerCase(), file, file.slice(file.lastIndexOf("/") + 1)];
    return takes(ofWorkflows, (pattern) => names.some((each) => each !== "" && matches(pattern, each)));
  };
  return {
    key: [keyOf("workflows", ofWorkflows), keyOf("branches", branches)].filter((part) => part !== "").join(" "),
    takesRepository(fullName) {
      const name = fullName.toLowerCase();
      return takes(ofRepositories, (pattern) =>
        matches(pattern, pattern.includes("/") ? name : name.slice(name.indexOf("/") + 1)),
      );
    },
    takesWorkflow,
    takesRun: ({ run, workflow }) =>
      takesWorkflow(workflow) && takes(branches, (pattern) => run.branch !== null && matches(pattern, run.branch)),
  };
}

/**
 * Read marks that hold for one scope only: a page that was read with other runs in mind has to be read again, although it has
 * not changed.
 */
export function scopedReadMarks(
  marks: ReadMarks,
  { key }: Pick<CollectScope, "key">,
): ReadMarks & { scoped(mark: ReadMark): ReadMark } {
  const suffix = key === "" ? "" : `#${key}`;
  return {
    scoped: (mark) => ({ ...mark, url: `${mark.url}${suffix}` }),
    async readMark(tokenId, url) {
      const mark = await marks.readMark(tokenId, `${url}${suffix}`);
      return mark === null ? null : { ...mark, url };
    },
  };
}

/** Whether `text` is as the pattern says. Takes at most their lengths' product of steps, whatever the pattern. */
export function matches(pattern: string, text: string): boolean {
  let at = 0;
  let place = 0;
  let starAt = -1;
  let starPlace = 0;
  while (place < text.length) {
    if (pattern[at] === "*") {
      starAt = at++;
      starPlace = place;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === text[place])) {
      at++;
      place++;
    } else if (starAt >= 0) {
      // the last star takes one character more
      at = starAt + 1;
      place = ++starPlace;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

function takes({ include, exclude }: Patterns, isLike: (pattern: string) => boolean): boolean {
  return (include.length === 0 || include.some(isLike)) && !exclude.some(isLike);
}

function keyOf(what: string, { include, exclude }: Patterns): string {
  if (include.length === 0 && exclude.length === 0) return "";
  return `${what} ${JSON.stringify([sorted(include), sorted(exclude)])}`;
}

const sorted = (patterns: readonly string[]): readonly string[] => [...new Set(patterns)].sort();
const lowerCase = ({ include, exclude }: Patterns): Patterns => ({
  include: include.map((pattern) => pattern.toLowerCase()),
  exclude: exclude.map((pattern) => pattern.toLowerCase()),
});
