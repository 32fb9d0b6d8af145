/** What every workflow and action of this repository must hold, and the list of the actions it may use (docs/workflows.md). */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isScalar, parseDocument, visit } from "yaml";

export const ROOT = resolve(import.meta.dirname, "..");
export const PINS_PAGE = join(ROOT, "docs/workflows.md");

const JOB_MINUTES_MAX = 60;

/**
 * The only rights a job may have to write: to ask for an identity token; issues, where this repository is watched; and the release's tag.
 * More belongs here with the job that needs it.
 */
const WRITE_GRANTS = new Set(["id-token", "issues", "contents"]);

/** Triggers that give code from a fork the repository's own rights. */
const TRUSTED_TRIGGERS = ["pull_request_target", "workflow_run"];

export interface Pin {
  /** "actions/checkout" */
  readonly action: string;
  /** Forty hexadecimal digits. */
  readonly commit: string;
  /** "v7.0.1" */
  readonly tag: string;
}

/** What a workflow may call, by name, with the options of each. */
export interface Callable {
  readonly npmScripts: ReadonlySet<string>;
  readonly commands: ReadonlyMap<string, ReadonlySet<string>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Each way in which a workflow, or an action, breaks the policy; none when it holds. */
export function policyFindings(text: string, pins: readonly Pin[], callable: Callable): string[] {
  const document = parseDocument(text, { uniqueKeys: true });
  const problems = [...document.errors, ...document.warnings].map(({ message }) => message);
  if (problems.length > 0) return problems;
  const root = fields(document.toJS());
  return [
    ...pinFindings(text, pins),
    ...secretFindings(text),
    ...("jobs" in root ? workflowFindings(root) : []),
    ...runTexts(text).flatMap((run) => [...injectionFindings(run), ...commandFindings(run, callable)]),
  ];
}

/** Every `uses:` with what stands beside it. */
export function usesOf(text: string): { readonly reference: string; readonly comment: string }[] {
  const found: { reference: string; comment: string }[] = [];
  visit(parseDocument(text), {
    Pair(_, { key, value }) {
      if (isScalar(key) && key.value === "uses" && isScalar(value))
        found.push({ reference: String(value.value), comment: value.comment?.trim() ?? "" });
    },
  });
  return found;
}

/** Images of jobs and services: their names, or the field of that name in them. */
function imageFindings(job: Fields): string[] {
  const containers = [job["container"], ...Object.values(fields(job["services"]))];
  const images = containers.map((each) => textOf(each) || textOf(fields(each)["image"])).filter(Boolean);
  return images
    .filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image))
    .map((image) => `${image} is no image by digest`);
}

function pinFindings(text: string, pins: readonly Pin[]): string[] {
  return usesOf(text).flatMap(({ reference, comment }) => {
    if (reference.startsWith("./")) return [];
    const pinned = /^([\w.-]+\/[\w./-]+)@([0-9a-f]{40})$/.exec(reference);
    if (pinned === null) return [`${reference} is not pinned to a commit of 40 hexadecimal digits`];
    const [, action, commit] = pinned;
    if (!/^v\d+\.\d+\.\d+$/.test(comment)) return [`${reference} has no "# vX.Y.Z" beside it`];
    const isListed = pins.some((pin) => pin.action === action && pin.commit === commit && pin.tag === comment);
    return isListed ? [] : [`${reference} # ${comment} is not in the list of docs/workflows.md`];
  });
}

function secretFindings(text: string): string[] {
  const named = [...text.matchAll(/\bsecrets(?:\.(\w+)|\[[^\]]*\])/g)].filter(([, name]) => name !== "GITHUB_TOKEN");
  return [
    ...named.map(([secret]) => `${secret} is used: sign in by OpenID Connect instead`),
    ...(/^\s*secrets:\s*["']?inherit\b/m.test(text) ? ["secrets: inherit hands on every secret there is"] : []),
    ...(/\$\{\{[^}]*\bsecrets\b(?![.[])/.test(text) ? ["every secret there is stands in an expression"] : []),
  ];
}

function workflowFindings(workflow: Fields): string[] {
  const triggers = triggersOf(workflow["on"]);
  const jobs = Object.entries(fields(workflow["jobs"])).map(([name, job]) => [name, fields(job)] as const);
  const top = workflow["permissions"];
  const isTopNarrow =
    typeof top === "object" &&
    top !== null &&
    Object.values(top).every((grant) => grant === "read" || grant === "none");
  const checksOut = jobs.some(([, job]) => stepsOf(job).some(isCheckout));
  return [
    ...(isTopNarrow ? [] : ["permissions at the top must be there, {} or read"]),
    ...TRUSTED_TRIGGERS.filter((trigger) => checksOut && triggers.includes(trigger)).map(
      (trigger) => `${trigger} together with a checkout runs a stranger's code with this repository's rights`,
    ),
    ...jobs.flatMap(([name, job]) => jobFindings(job, triggers).map((finding) => `job ${name}: ${finding}`)),
  ];
}

function jobFindings(job: Fields, triggers: readonly string[]): string[] {
  const findings = imageFindings(job);
  const permissions = job["permissions"];
  if (typeof permissions !== "object" || permissions === null)
    findings.push("it must name its own permissions, one by one");
  const written = Object.entries(fields(permissions)).filter(([, grant]) => grant === "write");
  for (const [grant] of written) if (!WRITE_GRANTS.has(grant)) findings.push(`${grant}: write is not among the grants`);
  if (written.length > 0 && triggers.includes("pull_request") && !keepsForksOut(textOf(job["if"])))
    findings.push("it may write and runs for pull requests: its `if` must keep forks out");

  const scripts = stepsOf(job).map((step) => textOf(step["run"]));
  if (written.length > 0)
    for (const run of scripts)
      if (/\bnpm (ci|i|install)\b(?!.* --ignore-scripts\b)/.test(run))
        findings.push("it may write, so scripts of dependencies must not run: npm ci --ignore-scripts");
  if (fields(permissions)["contents"] === "write") findings.push(...releaseFindings(job, triggers, scripts));

  const minutes = job["timeout-minutes"];
  const isCall = "uses" in job;
  if (!isCall && !(Number.isInteger(minutes) && (minutes as number) > 0 && (minutes as number) <= JOB_MINUTES_MAX))
    findings.push(`timeout-minutes must be set, from 1 to ${JOB_MINUTES_MAX}`);

  for (const step of stepsOf(job))
    if (textOf(step["uses"]).startsWith("actions/checkout@") && fields(step["with"])["persist-credentials"] !== false)
      findings.push("its checkout must say persist-credentials: false");
  return findings;
}

/** Whoever may write to the repository may change what everybody runs. */
function releaseFindings(job: Fields, triggers: readonly string[], scripts: readonly string[]): string[] {
  return [
    ...(triggers.join() === "workflow_dispatch" ? [] : ["contents: write is for jobs that people start by hand"]),
    ...(textOf(job["environment"]) === "" ? ["contents: write needs an environment, whose reviewers are asked"] : []),
    ...(scripts.some((run) => /\b(npm|npx|node)\b/.test(run)) ? ["contents: write, and it runs installed code"] : []),
  ];
}

/** True when the job runs for no pull request, or for those of this repository's own branches. */
function keepsForksOut(condition: string): boolean {
  if (condition.includes("||")) return false;
  return condition
    .split("&&")
    .map((part) => part.replaceAll(/\s+/g, " ").trim())
    .some((part) =>
      [
        "github.event_name != 'pull_request'",
        "github.event.pull_request.head.repo.full_name == github.repository",
      ].includes(part),
    );
}

function isCheckout(step: Fields): boolean {
  return (
    textOf(step["uses"]).startsWith("actions/checkout@") ||
    /\bgit (clone|fetch|pull)\b|\bgh (pr checkout|repo clone)\b/.test(textOf(step["run"]))
  );
}

/** What a shell gets: every `run:`, and the `script:` of actions that take one. */
function runTexts(text: string): string[] {
  const found: string[] = [];
  visit(parseDocument(text), {
    Pair(_, { key, value }) {
      if (isScalar(key) && (key.value === "run" || key.value === "script") && isScalar(value))
        found.push(String(value.value));
    },
  });
  return found;
}

/** An expression is put into a script as text, so one that a stranger can write (a branch, a title, an input) becomes part of it. */
function injectionFindings(run: string): string[] {
  return run.includes("${{") ? [`an expression inside a script: pass it by env instead: ${run.split("\n")[0]}`] : [];
}

/** Calls of things that are not there: npm scripts, our scripts and commands, and their options. */
export function commandFindings(run: string, { npmScripts, commands }: Callable): string[] {
  const findings: string[] = [];
  for (const line of run.replaceAll(/\\\r?\n/g, " ").split("\n")) {
    for (const [, flags, script] of line.matchAll(/\bnpm run((?: -\S+)*) ([\w:.-]+)/g))
      if (!npmScripts.has(script!) && !/--workspace|-w\b|--prefix/.test(flags!))
        findings.push(`npm run ${script} is not in package.json`);
    for (const [, word] of line.matchAll(/\bnpm (test|start)\b/g))
      if (!npmScripts.has(word!)) findings.push(`npm ${word} is not in package.json`);

    for (const [, path, rest] of line.matchAll(
      /\bnode (?:--[\w-]+(?:=\S+)? )*((?:scripts|benchmarks)\/\S+)([^|;&]*)/g,
    )) {
      const file = join(ROOT, path!);
      const source = existsSync(file) ? readFileSync(file, "utf8") : null;
      if (source === null) findings.push(`${path} is not there`);
      for (const option of source === null ? [] : optionsIn(rest!))
        if (!source!.includes(`--${option}`)) findings.push(`${path} knows no --${option}`);
    }

    const call = /(?:\bnpx (?:--?\w[\w-]*(?:=\S+)? )*|\/|^\s*|[;&|(]\s*)oddrun(?:\.js)? ([^|;&)]*)/g;
    for (const [, rest] of line.matchAll(call)) {
      const command = /^[a-z]\S*/.exec(rest!)?.[0];
      if (command === undefined) continue;
      const options = commands.get(command);
      if (options === undefined) findings.push(`oddrun ${command} is no command`);
      for (const option of options === undefined ? [] : optionsIn(rest!))
        if (!options!.has(option)) findings.push(`oddrun ${command} knows no --${option}`);
    }
  }
  return findings;
}

function optionsIn(words: string): string[] {
  return [...words.matchAll(/(?:^|\s)--([a-z][\w-]*)/g)].map(([, name]) => name!);
}

/** The table of pinned actions in docs/workflows.md. */
export function listedPins(page: string): Pin[] {
  return [
    ...page.matchAll(/^\| \[?([\w.-]+\/[\w./-]+?)\]?(?:\([^)]*\))? \| (v\d+\.\d+\.\d+) \| `([0-9a-f]{40})` \|/gm),
  ].map(([, action, tag, commit]) => ({ action: action!, tag: tag!, commit: commit! }));
}

function triggersOf(on: unknown): string[] {
  if (typeof on === "string") return [on];
  return Array.isArray(on) ? on.map(String) : Object.keys(fields(on));
}

function stepsOf(job: Fields): Fields[] {
  return Array.isArray(job["steps"]) ? job["steps"].map(fields) : [];
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
