/** What every workflow on a page must hold: people copy it as it stands. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { ACTION_REPOSITORY } from "../packages/oddrun/src/operations/settings/settings-files.ts";
import { type Pin, ROOT, usesOf } from "./workflow-policy.ts";

export interface Example {
  /** "docs/action.md:12" */
  readonly place: string;
  readonly text: string;
}

/** The blocks of YAML on the pages that are a workflow, or a part of one that uses an action. */
export function exampleWorkflows(): readonly Example[] {
  return globSync(["README.md", "docs/*.md", "gh-oddrun/README.md"], { cwd: ROOT }).flatMap((file) =>
    blocksOf(readFileSync(join(ROOT, file), "utf8")).map(({ line, text }) => ({ place: `${file}:${line}`, text })),
  );
}

export function blocksOf(page: string): { readonly line: number; readonly text: string }[] {
  return [...page.matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)]
    .map((match) => ({ line: page.slice(0, match.index).split("\n").length, text: match[1]! }))
    .filter(({ text }) => /^\s*(- )?uses:|^jobs:/m.test(text));
}

export const isWhole = (text: string): boolean => /^jobs:/m.test(text) && /^on:/m.test(text);

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});

/** Each way in which an example breaks what we ask of ourselves; `major` is the release that our own Action is used by. */
export function exampleFindings(text: string, pins: readonly Pin[], major: number): string[] {
  const document = parseDocument(text, { uniqueKeys: true });
  const problems = [...document.errors, ...document.warnings].map(({ message }) => message);
  if (problems.length > 0) return problems;
  const findings = usesOf(text).flatMap(({ reference, comment }) => usesFindings(reference, comment, pins, major));
  return isWhole(text) ? [...findings, ...workflowFindings(fields(document.toJS()))] : findings;
}

function usesFindings(reference: string, comment: string, pins: readonly Pin[], major: number): string[] {
  if (reference === `${ACTION_REPOSITORY}@v${major}`) return [];
  if (reference.startsWith(`${ACTION_REPOSITORY}@`))
    return [`${reference} is not the release of this checkout, v${major}`];
  const isPinned = pins.some(({ action, commit, tag }) => reference === `${action}@${commit}` && comment === tag);
  return isPinned ? [] : [`${reference} is not pinned to a commit of the list in docs/workflows.md`];
}

function workflowFindings(workflow: Fields): string[] {
  const on = workflow["on"];
  const triggers = typeof on === "string" ? [on] : Array.isArray(on) ? on.map(String) : Object.keys(fields(on));
  const jobs = Object.entries(fields(workflow["jobs"])).map(([name, job]) => [name, fields(job)] as const);
  const steps = jobs.flatMap(([, job]) => (Array.isArray(job["steps"]) ? job["steps"].map(fields) : []));
  const checksOut = steps.some((step) => String(step["uses"]).startsWith("actions/checkout@"));
  const scripts = steps.map((step) => (typeof step["run"] === "string" ? step["run"] : ""));
  return [
    ...(triggers.includes("pull_request_target") ? ["pull_request_target gives a stranger's code our rights"] : []),
    ...(triggers.includes("workflow_run") && checksOut ? ["workflow_run together with a checkout"] : []),
    ...(scripts.some((run) => run.includes("${{")) ? ["an expression inside a script: pass it by env"] : []),
    ...jobs.flatMap(([name, job]) => {
      const permissions = job["permissions"] ?? workflow["permissions"];
      const isNarrow = typeof permissions === "object" && permissions !== null;
      const mayWriteCode = fields(permissions)["contents"] === "write";
      return [
        ...(isNarrow ? [] : [`job ${name}: permissions must be named, one by one`]),
        ...(mayWriteCode ? [`job ${name}: contents: write is never needed`] : []),
        ...("timeout-minutes" in job || "uses" in job ? [] : [`job ${name}: timeout-minutes must be set`]),
      ];
    }),
  ];
}
