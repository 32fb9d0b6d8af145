/**
 * Holds imports to the one way they may point: cli and server -> adapters -> api -> operations -> core.
 * `node scripts/check-boundaries.ts [root]` prints each import that does not, as file:line: why, and exits with 1.
 * What has no Node or browser types is the compiler's part (tsc -b); this is the part it does not see, such as core importing a
 * package that npm happened to hoist.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { type ImportFound, readImports } from "./read-imports.ts";

/** What the files of one folder may import besides their own folder. */
interface LayerRule {
  readonly layers: readonly string[];
  /** Package names; "any" allows all packages and Node's own modules. */
  readonly packages: readonly string[] | "any";
}

const CORE = "packages/core/src";
const ODDRUN = "packages/oddrun/src";
const AZURE = "packages/azure/src";
const ACTION = "packages/action/src";

/** A new layer or package needs its line here: a source without a rule is refused, not skipped. */
const RULES: Readonly<Record<string, LayerRule>> = {
  [CORE]: { layers: [], packages: [] },
  [`${ODDRUN}/operations`]: { layers: [], packages: ["@oddrun/core"] },
  // The shapes on the wire show the one error table and the ports' types; never the other way round.
  [`${ODDRUN}/api`]: { layers: ["operations"], packages: ["@oddrun/core", "zod"] },
  [`${ODDRUN}/adapters`]: { layers: ["operations", "api"], packages: "any" },
  [`${ODDRUN}/server`]: { layers: ["operations", "api", "adapters"], packages: "any" },
  // An adapter outside the program, loaded only when asked for: it knows the ports and nothing else of the program.
  [AZURE]: { layers: [], packages: "any" },
  // An entry point like cli, in a package of its own: it reaches the program by its name.
  [ACTION]: { layers: [], packages: "any" },
  [`${ODDRUN}/cli`]: { layers: ["operations", "api", "adapters"], packages: "any" },
};

export interface Violation {
  /** Relative to the root, with "/". */
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

export interface BoundaryReport {
  readonly fileCount: number;
  readonly importCount: number;
  readonly violations: readonly Violation[];
}

const NO_RULE = "no rule for this folder: add it to RULES in scripts/check-boundaries.ts";
const isTestFile = (file: string): boolean => /\.(test|contract)\.[cm]?ts$/.test(file);
const layerOf = (file: string): string | undefined => Object.keys(RULES).find((layer) => file.startsWith(`${layer}/`));
const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/** Why `file` may not import this, or null when it may. Paths are relative to the root, with "/". */
export function refusal(file: string, found: ImportFound): string | null {
  const layer = layerOf(file);
  if (layer === undefined) return NO_RULE;
  const { specifier, kind } = found;
  if (kind === "reference") return `${specifier}: types come from the tsconfig, not from a directive`;
  if (specifier === null) {
    return layer === `${ODDRUN}/cli` || isTestFile(file)
      ? null
      : "a computed import cannot be checked; only cli may use one";
  }
  const isRelative = specifier.startsWith("./") || specifier.startsWith("../");
  if (!isRelative) return refusalOfPackage(file, layer, specifier);
  const target = posix.join(posix.dirname(file), specifier);
  return refusalOfFile(file, layer, target, kind);
}

function refusalOfPackage(file: string, layer: string, specifier: string): string | null {
  const { packages } = RULES[layer]!;
  const name = packageOf(specifier);
  if (layer === AZURE && specifier === "oddrun/ports") return null;
  if (name === "@oddrun/azure") return `"${specifier}" is optional: cli loads it when it is asked for`;
  if (layer === ACTION && name === "oddrun") return null;
  if (name === "oddrun") return `"${specifier}": import the file itself inside its own package`;
  if (packages === "any" || packages.includes(name)) return null;
  // Tests need a runner and real things to test against; core's must not need the program built upon it.
  if (isTestFile(file) && (layer !== CORE || !name.startsWith("@oddrun/"))) return null;
  const what = isBuiltin(specifier) ? "Node's" : "the package";
  return `${layer} may not import ${what} "${specifier}"`;
}

function refusalOfFile(file: string, layer: string, target: string, kind: ImportFound["kind"]): string | null {
  const targetLayer = layerOf(target);
  if (isTestFile(target)) return isTestFile(file) ? null : `${target} is for tests only`;
  if (targetLayer === undefined) {
    const isOutside = !target.startsWith("packages/");
    return isTestFile(file) && isOutside ? null : `${layer} may not import ${target}, which is in no layer`;
  }
  if (targetLayer === layer) return layer === CORE ? refusalInsideCore(file, target) : null;
  if (layer === CORE) return `core may not import ${target}`;
  if (targetLayer === CORE) return `${target} is another package: import "@oddrun/core"`;
  // A test of a verb runs it against the real adapters; it ships nowhere.
  if (isTestFile(file)) return null;
  const name = targetLayer.slice(ODDRUN.length + 1);
  if (RULES[layer]!.layers.includes(name)) return null;
  if (layer === `${ODDRUN}/cli` && name === "server") {
    return kind === "static" ? "cli loads the server with import(), only when it is asked for" : null;
  }
  return `${layer.slice(ODDRUN.length + 1)} may not import ${name} (${target})`;
}

/** Inside core a module, that is a folder, is entered through its index.ts; neighbours import each other directly. */
function refusalInsideCore(file: string, target: string): string | null {
  const moduleOf = (path: string): string =>
    path
      .slice(CORE.length + 1)
      .split("/")
      .slice(0, -1)[0] ?? "";
  const targetModule = moduleOf(target);
  if (targetModule === moduleOf(file) || target === `${CORE}/${targetModule}/index.ts`) return null;
  return `${target} belongs to another module: import it through its index.ts`;
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : sourceFiles(path);
    return /\.[cm]?[jt]sx?$/.test(entry.name) ? [path] : [];
  });
}

/** Every source of every package, relative to the root, with "/". */
export function packageSources(root: string): readonly string[] {
  const packages = join(root, "packages");
  if (!existsSync(packages)) return [];
  return readdirSync(packages)
    .map((name) => join(packages, name, "src"))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => sourceFiles(folder))
    .map((path) => relative(root, path).split(sep).join("/"))
    .sort();
}

/** Reads every source under packages/<name>/src and judges each of its imports. */
export function checkBoundaries(root: string): BoundaryReport {
  const violations: Violation[] = [];
  const files = packageSources(root);
  let importCount = 0;
  for (const file of files) {
    if (layerOf(file) === undefined) {
      violations.push({ file, line: 1, why: NO_RULE });
      continue;
    }
    try {
      for (const found of readImports(readFileSync(join(root, file), "utf8"))) {
        importCount += 1;
        const why = refusal(file, found);
        if (why !== null) violations.push({ file, line: found.line, why });
      }
    } catch (error) {
      violations.push({ file, line: 1, why: `cannot be read: ${(error as Error).message}` });
    }
  }
  return { fileCount: files.length, importCount, violations };
}

function main(root: string): number {
  const { fileCount, importCount, violations } = checkBoundaries(root);
  for (const { file, line, why } of violations) console.log(`${file}:${line}: ${why}`);
  console.log(`${fileCount} files, ${importCount} imports read, ${violations.length} against the layers`);
  // Nothing read means that nothing was checked: the wrong folder, not a clean one.
  return fileCount === 0 || importCount === 0 || violations.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.exitCode = main(resolve(process.argv[2] ?? dirname(import.meta.dirname)));
}
