import type { Evidence, UnknownEvidence } from "@oddrun/core";
import { changeText } from "../evidence/evidence-words.ts";

/**
 * What else changed, in one line: "changed at the same time, since run 998: 3 commits, the workflow's file; actions/cache v3 -> v4".
 * It names no reasons: that two things changed together is all that is known. null without evidence.
 */
export function evidenceSentence(found: readonly Evidence[]): string | null {
  if (found.length === 0) return null;
  const order = Object.keys(NAMES);
  const evidence = found.toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
  const changed = evidence.map(changeText).filter((part) => part !== null);
  const same = evidence.filter((one) => one.value !== null && changeText(one) === null).map(({ kind }) => NAMES[kind]);
  const unknown = Map.groupBy(
    evidence.filter((one) => one.unknown !== null),
    (one) => one.unknown!,
  );
  const base = evidence.find(({ comparedWith }) => comparedWith !== null)?.comparedWith ?? null;
  const since =
    base === null ? "" : `, since run ${base.runId}${base.runAttempt > 1 ? ` attempt ${base.runAttempt}` : ""}`;
  const parts = [
    changed.length > 0 ? `changed at the same time${since}: ${changed.join("; ")}` : "",
    same.length > 0 ? `unchanged${changed.length > 0 ? "" : since}: ${[...new Set(same)].join(", ")}` : "",
    ...[...unknown].map(([why, ones]) => {
      const kinds = [...new Set(ones.map(({ kind }) => NAMES[kind]))];
      return `not known: ${kinds.join(", ")} (${UNKNOWN[why]})`;
    }),
  ];
  return parts.filter((part) => part !== "").join(". ");
}

/** What the kind is called in a sentence. */
export const evidenceName = (kind: Evidence["kind"]): string => NAMES[kind];

const NAMES: Readonly<Record<Evidence["kind"], string>> = {
  commits: "commits",
  "workflow-file": "the workflow's file",
  actions: "action versions",
  runner: "the runner",
  cache: "caches",
  approvals: "approvals",
};

const UNKNOWN: Readonly<Record<UnknownEvidence, string>> = {
  "no-comparable-run": "no run before it can be compared with it",
  "not-recorded": "the commits, the workflow's file or the jobs are not in the store",
  "not-a-github-name": "only a file told of the repository, under a name that GitHub would not give",
  "not-at-github": "GitHub has it no more, or does not show it to this token",
  "no-file-at-commit": "the file that it ran is not found at the run's commit",
  unreadable: "the file cannot be read",
  "list-cut": "too many files changed for GitHub to name them all",
  "not-in-log": "the log does not tell",
};

export type EvidenceJson = Readonly<Record<string, unknown>>;

/** For programs, spelt as GitHub spells. Names are as they came: whoever shows them makes them harmless. */
export function evidenceJson(evidence: readonly Evidence[]): readonly EvidenceJson[] {
  return snakeCase(evidence) as readonly EvidenceJson[];
}

function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCase(inner),
    ]),
  );
}
