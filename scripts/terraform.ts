/**
 * Checks terraform/ with Terraform itself, but without a registry and without Azure, by the offline checker of the shared folder
 * (ODDRUN_SHARED_DIR): format, validity for both lines of azurerm, the tests in terraform/tests, plan, apply, no drift, and the
 * security policy on what is planned. Without the checker or without Terraform it says so and passes.
 *
 *   node scripts/terraform.ts
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { sharedPath } from "../benchmarks/shared-data.ts";
import { TERRAFORM_FOLDER } from "./terraform-files.ts";

/** The least that a person fills in: the first design's four names. */
export const ORIGINAL_VARIABLES = {
  ml_workspace_name: "ml-workspace-anomaly-detection",
  ml_storage_account_name: "mlstorageanomalydet",
  ml_key_vault_name: "mlkv-anomaly-det",
  ml_application_insights_name: "ml-appinsights-anomaly",
} as const;

/**
 * What the policy must find, and nothing else, once GitHub's own runners are let in. As comments in the files these would be
 * refused wherever nobody is let in, since there the rules hold.
 */
export const EXCEPTIONS_FOR_HOSTED_RUNNERS = {
  CKV_AZURE_35:
    "GitHub's runners have no fixed addresses; the ML storage account asks each for an Entra token with a role",
  CKV_AZURE_59: "models are uploaded from outside",
  CKV_AZURE_139: "images are pushed from outside",
  CKV_AZURE_144: "models are registered and runs recorded from outside",
} as const;

/** Not for the copy: the tests, and what Terraform leaves behind where it was run. */
const LEFT_OUT = new Set(["tests", ".terraform"]);

const WHAT = "the Terraform checks";

function main(): number {
  const shared = sharedPath("tools/terraform-offline", WHAT);
  if (shared === null) return 0;
  if (spawnSync("terraform", ["version"]).status !== 0) {
    process.stderr.write(`SKIPPED ${WHAT}: there is no terraform on the PATH; install 1.11 or later.\n`);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), "oddrun-terraform-"));
  try {
    return runAll(folder, shared);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runAll(folder: string, shared: string): number {
  const checker = join(folder, "checker");
  cpSync(shared, checker, { recursive: true, filter: (source) => basename(source) !== "node_modules" });
  const names = join(folder, "names.tfvars");
  writeFileSync(
    names,
    Object.entries(ORIGINAL_VARIABLES)
      .map(([name, value]) => `${name} = "${value}"\n`)
      .join(""),
  );
  const example = join(TERRAFORM_FOLDER, "terraform.tfvars.example");
  // The checker runs the tests of whatever it is given, and once is enough.
  const untested = join(folder, "terraform");
  cpSync(TERRAFORM_FOLDER, untested, { recursive: true, filter: (source) => !LEFT_OUT.has(basename(source)) });
  const [minimal, complete, bootstrap] = ["examples/minimal", "examples/complete", "bootstrap"].map((path) =>
    join(untested, path),
  ) as [string, string, string];

  const offline = (...args: string[]) =>
    run(folder, process.execPath, [join(checker, "bin/terraform-offline.mjs"), ...args]);
  const strict = (target: string, ...args: string[]) => offline("policy", target, "--planned", "--strict", ...args);

  const steps: readonly (readonly [string, () => Outcome])[] = [
    ["install the offline checker", () => run(checker, "npm", ["ci", "--no-audit", "--no-fund"])],
    ["format", () => run(folder, "terraform", ["fmt", "-check", "-recursive", "-diff", TERRAFORM_FOLDER])],
    ["azurerm 4.81", () => offline("check", untested, "--azurerm", "4.81", "--var-file", names)],
    ["azurerm 5.2", () => offline("check", untested, "--azurerm", "5.2", "--var-file", names)],
    [
      "both lines, tests, apply, no drift",
      () => offline("check", TERRAFORM_FOLDER, "--tests", "--apply", "--var-file", example),
    ],
    ["policy, the four names alone", () => strict(untested, "--var-file", names)],
    [
      "policy, terraform.tfvars.example",
      () => onlyTheseExceptions(strict(untested, "--var-file", example), Object.keys(EXCEPTIONS_FOR_HOSTED_RUNNERS)),
    ],
    ...[minimal, complete, bootstrap].flatMap((target) => [
      [`${basename(target)}: apply, no drift`, () => offline("check", target, "--apply")] as const,
      [`${basename(target)}: policy`, () => strict(target)] as const,
    ]),
  ];

  for (const [title, step] of steps) {
    const startedAt = performance.now();
    const { isOk, output } = step();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(`${isOk ? "ok  " : "FAIL"}  ${title} (${seconds} s)${note(output)}\n`);
    if (!isOk) {
      process.stdout.write(`${output}\n`);
      return 1;
    }
  }
  return 0;
}

interface Outcome {
  readonly isOk: boolean;
  readonly output: string;
}

function run(cwd: string, command: string, args: readonly string[]): Outcome {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 64 << 20 });
  return { isOk: status === 0, output: `${stdout ?? ""}${stderr ?? ""}${error === undefined ? "" : error.message}` };
}

/** Passes when the policy's failures are those rules, all of them and no other. */
export function onlyTheseExceptions({ output }: Outcome, rules: readonly string[]): Outcome {
  const failed = [...output.matchAll(/^FAIL +(\S+)/gm)].map(([, rule]) => rule!);
  const isOk = rules.every((rule) => failed.includes(rule)) && failed.every((rule) => rules.includes(rule));
  return { isOk, output };
}

/** The checker's own count, which says more than "ok". */
function note(output: string): string {
  const found =
    /\d+ passed, \d+ failed, \d+ errored|\d+ passed, \d+ failed, \d+ undecided, \d+ skipped|\d+ to add/.exec(output);
  return found === null ? "" : `: ${found[0]}`;
}

if (import.meta.main) process.exitCode = main();
