/** Runs a job of a workflow here, step by step, as a runner would: its scripts by bash, its few actions by what they leave behind. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { parse } from "yaml";
import { ROOT } from "../workflow-policy.ts";

export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

export interface RunPlan {
  readonly workflow: string;
  readonly job: string;
  /** Emptied first; holds the checkout and what the runner keeps. */
  readonly folder: string;
  /** Outlives a run, as caches do. */
  readonly cacheFolder: string;
  readonly inputs?: Readonly<Record<string, string | boolean>>;
  /** Variables of the repository. */
  readonly vars?: Readonly<Record<string, string>>;
  readonly github: Readonly<Record<string, string>>;
  /** What the runner itself has in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Steps that are passed over, by name. */
  readonly without?: readonly string[];
  /** A run whose files this one begins with; what is passed over counts as it went there. */
  readonly goesOnFrom?: RunResult;
}

export interface StepResult {
  readonly name: string;
  readonly outcome: "success" | "failure" | "skipped";
  readonly output: string;
}

export interface RunResult {
  readonly isGreen: boolean;
  readonly steps: readonly StepResult[];
  readonly summary: string;
  /** Where what was uploaded lies; null when nothing was. */
  readonly artifactFolder: string | null;
  readonly checkout: string;
}

type Outputs = Record<string, string>;

export async function runWorkflow(plan: RunPlan): Promise<RunResult> {
  rmSync(plan.folder, { recursive: true, force: true });
  const checkout = join(plan.folder, "checkout");
  const files = Object.fromEntries(["SUMMARY", "OUTPUT", "ENV"].map((name) => [name, join(plan.folder, name)]));
  mkdirSync(join(plan.folder, "temp"), { recursive: true });
  if (plan.goesOnFrom === undefined) mkdirSync(checkout);
  else cpSync(plan.goesOnFrom.checkout, checkout, { recursive: true });
  for (const file of Object.values(files)) writeFileSync(file, "");

  const steps = new Map<string, { outcome: string; outputs: Outputs }>();
  const results: StepResult[] = [];
  let isGreen = true;
  let artifactFolder: string | null = null;
  for (const step of stepsOf(plan)) {
    const name = step.name ?? step.uses ?? "";
    const evaluate = evaluator(plan, checkout, steps);
    if (plan.without?.includes(name) === true || !isWanted(step, isGreen, evaluate)) {
      const outcome = plan.goesOnFrom?.steps.find((done) => done.name === name)?.outcome ?? "skipped";
      results.push({ name, outcome, output: "" });
      if (step.id !== undefined) steps.set(step.id, { outcome, outputs: {} });
      continue;
    }
    writeFileSync(files["OUTPUT"]!, "");
    let ended = { isDone: true, output: "" };
    if (step.run !== undefined) {
      const own = Object.entries(step.env ?? {}).map(([key, value]) => [key, filled(value, evaluate)]);
      ended = await bash(step.run, checkout, {
        ...plan.env,
        GITHUB_STEP_SUMMARY: files["SUMMARY"]!,
        GITHUB_OUTPUT: files["OUTPUT"]!,
        GITHUB_ENV: files["ENV"]!,
        RUNNER_TEMP: join(plan.folder, "temp"),
        ...(Object.fromEntries(own) as Record<string, string>),
      });
    } else if (step.uses?.startsWith("actions/upload-artifact@") === true) {
      artifactFolder = join(plan.folder, "artifact");
      ended = upload(filled(String(step.with?.["path"]), evaluate), checkout, artifactFolder);
    } else act(step, checkout, plan.cacheFolder, evaluate);
    const outcome = ended.isDone ? "success" : "failure";
    results.push({ name, outcome, output: ended.output });
    if (step.id !== undefined) steps.set(step.id, { outcome, outputs: outputsIn(files["OUTPUT"]!) });
    isGreen &&= ended.isDone;
  }
  return { isGreen, steps: results, summary: readFileSync(files["SUMMARY"]!, "utf8"), artifactFolder, checkout };
}

export function stepsOf({ workflow, job }: Pick<RunPlan, "workflow" | "job">): readonly Step[] {
  const { jobs } = parse(workflow) as { jobs: Record<string, { steps: Step[] }> };
  return jobs[job]!.steps;
}

type Evaluate = (expression: string) => string | boolean | undefined;

/** GitHub's expressions, of which these are JavaScript's too: ||, &&, !, ==, != and literals. */
function evaluator(plan: RunPlan, checkout: string, steps: ReadonlyMap<string, object>): Evaluate {
  const contexts = createContext({
    github: plan.github,
    inputs: plan.inputs ?? {},
    vars: plan.vars ?? {},
    steps: Object.fromEntries(steps),
    cancelled: () => false,
    hashFiles: (path: string) => (existsSync(join(checkout, path)) ? "a hash" : ""),
  });
  return (expression) => runInContext(expression, contexts) as ReturnType<Evaluate>;
}

const inner = (text: string): string => /^\$\{\{(.*)\}\}$/s.exec(text.trim())?.[1] ?? text;

/** A condition that asks nothing of what went before holds only while all is well. */
function isWanted(step: Step, isGreen: boolean, evaluate: Evaluate): boolean {
  if (step.if === undefined) return isGreen;
  const asksItself = /\b(always|cancelled|failure|success)\(\)/.test(step.if);
  return (asksItself || isGreen) && Boolean(evaluate(inner(step.if)));
}

function filled(text: string, evaluate: Evaluate): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => String(evaluate(expression) ?? ""));
}

/** The actions of the workflow that leave something behind: a checkout, and a cache by its key or the beginning of one. */
function act(step: Step, checkout: string, cacheFolder: string, evaluate: Evaluate): void {
  const input = (name: string) => filled(String(step.with?.[name] ?? ""), evaluate);
  if (step.uses?.startsWith("actions/checkout@") === true) {
    for (const name of ["node_modules", "packages", "package.json"])
      if (!existsSync(join(checkout, name))) symlinkSync(join(ROOT, name), join(checkout, name));
  } else if (step.uses?.startsWith("actions/cache/") === true) {
    const isSave = step.uses.startsWith("actions/cache/save@");
    const cached = join(
      cacheFolder,
      encodeURIComponent(input(isSave ? "key" : "restore-keys").replace(/\d+-\d+$/, "")),
    );
    const here = join(checkout, input("path"));
    const [from, to] = isSave ? [here, cached] : [cached, here];
    if (existsSync(from)) cpSync(from, to, { recursive: true });
  } else if (step.uses?.startsWith("actions/setup-node@") !== true) {
    throw new Error(`Nobody knows here what ${step.uses ?? "this step"} does.`);
  }
}

function upload(paths: string, checkout: string, artifactFolder: string): { isDone: boolean; output: string } {
  const there = paths
    .trim()
    .split("\n")
    .filter((path) => existsSync(join(checkout, path)));
  for (const path of there) cpSync(join(checkout, path), join(artifactFolder, path), { recursive: true });
  return { isDone: there.length > 0, output: there.join("\n") };
}

function outputsIn(file: string): Outputs {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

async function bash(script: string, cwd: string, env: Readonly<Record<string, string>>) {
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { isDone: exitCode === 0, output };
}
