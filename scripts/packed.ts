/**
 * Tries what will be published: packs all packages, installs the tarballs into an empty folder with their dependencies from the
 * registry, and runs the installed `oddrun` there, on the very Node that runs this script: first without the optional package for
 * Azure, then with it.
 *
 *   node scripts/packed.ts [--expect-node MAJOR]
 *
 * CI starts it without `npm run`, which would put this repository's own Node 24 first on the PATH.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";

const ROOT = resolve(import.meta.dirname, "..");
const WINDOWS = process.platform === "win32";

/** Preloaded into every Node that the installed program runs on: it writes down which one that was. */
const WITNESS = `require("node:fs").appendFileSync(process.env.ODDRUN_WITNESS, process.version + "\\n");\n`;

/** The program's own steps, each with what it must leave or say. */
const STEPS: readonly { readonly args: string; readonly says?: RegExp; readonly leaves?: string }[] = [
  { args: "--version", says: /^\d+\.\d+\.\d+/ },
  { args: "--help", says: /train[\s\S]*score[\s\S]*serve/ },
  { args: "sample", leaves: "pipeline_metrics.csv" },
  { args: "train", leaves: "model/model.json" },
  { args: "score --output scores.csv", leaves: "scores.csv" },
  { args: "score --format json", says: /"scores":\[0\.\d/ },
];

/** What needs the optional package: without it, it says so; with it, it gets as far as signing in, for which nothing is set here. */
const ASK_AZURE = "models list --registry azureml --workspace w --resource-group g --subscription s";
const NO_AZURE_ACCOUNT = { AZURE_TOKEN_CREDENTIALS: "EnvironmentCredential" };

function main(): void {
  const { values } = parseArgs({ options: { "expect-node": { type: "string" } } });
  const expected = values["expect-node"];
  if (expected !== undefined) check(isMajor(process.version, expected), `this is Node ${process.version}`);
  const folder = mkdtempSync(join(tmpdir(), "oddrun-packed-"));
  try {
    tryPacked(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function tryPacked(folder: string): void {
  const env = cleanEnvironment(process.env, process.execPath);
  const installed = join(folder, "installed");
  mkdirSync(installed);
  const packages = ["core", "oddrun", "azure"].map((name) => `--workspace packages/${name}`);
  run(`npm pack --silent ${packages.join(" ")}`, ROOT, { ...env, npm_config_pack_destination: installed });
  const tarballs = globSync("*.tgz", { cwd: installed }).sort();
  check(tarballs.length === packages.length, `npm pack made ${tarballs.join(", ") || "nothing"}`);
  const azure = tarballs.find((name) => name.startsWith("oddrun-azure-"));
  const needed = tarballs.filter((name) => name !== azure);

  writeFileSync(join(installed, "package.json"), '{ "private": true }\n');
  // one command, since neither is in the registry for the other to find
  run(`npm install --no-audit --no-fund ${needed.map((name) => `./${name}`).join(" ")}`, installed, env);
  for (const leak of leaks(installed)) check(false, leak);

  const witness = join(folder, "node-versions.txt");
  writeFileSync(join(installed, "witness.cjs"), WITNESS);
  const witnessed = { ...env, ODDRUN_WITNESS: witness, NODE_OPTIONS: "--require=./witness.cjs" };
  const program = join("node_modules", ".bin", "oddrun");
  for (const { args, says, leaves } of STEPS) {
    const output = run(`${program} ${args}`, installed, witnessed);
    if (says !== undefined) check(says.test(output), `oddrun ${args} said:\n${output.slice(0, 2000)}`);
    if (leaves !== undefined) check(existsSync(join(installed, leaves)), `oddrun ${args} left no ${leaves}`);
  }
  const asked = { ...witnessed, ...NO_AZURE_ACCOUNT };
  const without = attempt(`${program} ${ASK_AZURE}`, installed, asked);
  check(
    without.status === 2 && /npm install @oddrun\/azure/.test(without.output),
    `without @oddrun/azure:\n${without.output}`,
  );
  run(`npm install --no-audit --no-fund ./${azure}`, installed, env);
  for (const leak of leaks(installed)) check(false, leak);
  const withIt = attempt(`${program} ${ASK_AZURE}`, installed, asked);
  check(withIt.status === 4 && /sign/i.test(withIt.output), `with @oddrun/azure: ${withIt.status}\n${withIt.output}`);

  const scoreCount = readFileSync(join(installed, "scores.csv"), "utf8").trimEnd().split("\n").length - 1;
  check(scoreCount === 1000, `${scoreCount} of 1000 sample records were scored`);

  const versions = readFileSync(witness, "utf8").trimEnd().split("\n");
  check(versions.length >= STEPS.length, `only ${versions.length} of ${STEPS.length} commands ran on a Node seen`);
  check(
    versions.every((version) => version === process.version),
    `oddrun ran on ${[...new Set(versions)].join(", ")}, not on ${process.version}`,
  );
  process.stdout.write(
    `packed, installed and used on Node ${process.version}, ${process.platform}: ${STEPS.length} commands, ${scoreCount} scores\n`,
  );
}

/** The environment of somebody who has this Node and no checkout: nothing of `npm run`, and this Node first on the PATH. */
export function cleanEnvironment(env: NodeJS.ProcessEnv, execPath: string): Record<string, string> {
  const cleaned: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (
      value === undefined ||
      /^(npm_(package|lifecycle)_|npm_config_local_prefix$|NODE_OPTIONS$|INIT_CWD$)/.test(name)
    )
      continue;
    cleaned[name] = /^path$/i.test(name) ? pathWithout(value, execPath) : value;
  }
  return cleaned;
}

function pathWithout(path: string, execPath: string): string {
  const others = path.split(delimiter).filter((folder) => !/[\\/]node_modules[\\/]/.test(`${folder}/`));
  return [dirname(execPath), ...others].join(delimiter);
}

/** What an installed folder must not have: a Node of its own, or links into a checkout. */
export function leaks(installed: string): string[] {
  const modules = join(installed, "node_modules");
  const nodes = globSync(["**/node-{linux,win,darwin}-*", ".bin/node{,.cmd,.exe,.ps1}"], { cwd: modules });
  const links = ["oddrun", "@oddrun/core"].filter((name) => lstatSync(join(modules, name)).isSymbolicLink());
  return [
    ...nodes.map((name) => `a Node of its own was installed: ${name}`),
    ...links.map((name) => `${name} is a link, not what the tarball holds`),
  ];
}

export function isMajor(version: string, major: string): boolean {
  return version.startsWith(`v${major}.`);
}

function run(command: string, cwd: string, env: Record<string, string>): string {
  const { status, stdout, output } = attempt(command, cwd, env);
  check(status === 0, `${command} ended with ${status}\n${output}`);
  return stdout;
}

/** On Windows npm and installed programs are command files, which only a shell starts; no argument here needs quoting. */
function attempt(command: string, cwd: string, env: Record<string, string>) {
  const [program, ...args] = command.split(" ");
  const options = { cwd, env, encoding: "utf8", maxBuffer: 64 << 20 } as const;
  const { status, stdout, stderr, error } = WINDOWS
    ? spawnSync(command, { ...options, shell: true })
    : spawnSync(program!, args, options);
  return { status: status ?? error?.message ?? null, stdout, output: `${stdout}${stderr}` };
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`packed: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
