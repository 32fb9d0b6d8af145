/**
 * Writes what the scoring image holds beside Node: the server as one file, its package.json, and the licences of what is in it.
 *
 *   node scripts/scoring-bundle.ts FOLDER
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const ROOT = resolve(import.meta.dirname, "..");

/** Where the server lies in the folder: `version()` looks for package.json two folders above itself. */
export const SERVER_FILE = "dist/scoring/server.js";

/** CommonJS packages ask for Node's own modules by `require`, which a module has not. */
const REQUIRE = 'import{createRequire as oddrunRequire}from"node:module";const require=oddrunRequire(import.meta.url);';

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/** Needs the packages compiled (`tsc -b`). */
export async function bundleScoringServer(folder: string): Promise<readonly BundledPackage[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["packages/oddrun/src/cli/main-scoring.ts"],
    outfile: join(folder, SERVER_FILE),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    // what need not be read need not be parsed; names stay, for stacks
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    banner: { js: REQUIRE },
    metafile: true,
    logLevel: "warning",
  });
  const { version } = packageOf(join(ROOT, "packages/oddrun"));
  writeFileSync(
    join(folder, "package.json"),
    `${JSON.stringify({ name: "oddrun-scoring", version, type: "module", license: "Apache-2.0", private: true }, null, 2)}\n`,
  );
  const folders = new Set(
    Object.keys(metafile.inputs).flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []),
  );
  const packages = [...folders].sort().map((path) => ({ path, ...packageOf(join(ROOT, path)) }));
  mkdirSync(join(folder, "licenses"), { recursive: true });
  writeFileSync(join(folder, "licenses/oddrun.txt"), readFileSync(join(ROOT, "LICENSE")));
  writeFileSync(join(folder, "licenses/third-party.txt"), packages.map(notice).join("\n"));
  return packages.map(({ name, version, license }) => ({ name, version, license }));
}

function packageOf(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as BundledPackage;
  return { name, version, license };
}

function notice({ path, name, version, license }: BundledPackage & { readonly path: string }): string {
  const files = readdirSync(join(ROOT, path)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(ROOT, path, file), "utf8").trim());
  return `==== ${name} ${version}, ${license} ====\n\n${texts.join("\n\n")}\n`;
}

if (import.meta.main) {
  const folder = process.argv[2];
  if (folder === undefined) {
    process.stderr.write("Name the folder to write to: node scripts/scoring-bundle.ts FOLDER\n");
    process.exitCode = 2;
  } else {
    const packages = await bundleScoringServer(resolve(folder));
    process.stdout.write(
      `${packages.length} packages bundled: ${packages.map(({ name, version }) => `${name} ${version}`).join(", ")}\n`,
    );
  }
}
