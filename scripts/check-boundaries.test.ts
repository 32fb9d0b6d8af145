import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { checkBoundaries, packageSources } from "./check-boundaries.ts";
import { readImports } from "./read-imports.ts";

const ROOT = dirname(import.meta.dirname);

/** Runs a program of this Node and answers with its exit code and all it printed. */
function run(args: readonly string[], cwd: string): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr });
    });
  });
}

/** The sources and settings, without anything built; a fault planted here harms nobody. */
function copyOfTheTree(): string {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), "oddrun-boundaries-")));
  for (const name of ["package.json", "tsconfig.base.json"]) cpSync(join(ROOT, name), join(copy, name));
  cpSync(join(ROOT, "packages"), join(copy, "packages"), {
    recursive: true,
    filter: (path) => !/[\\/](dist|node_modules|\.cache)$/.test(path),
  });
  // Links one by one: a link to node_modules itself would bring the packages of the tree back in by its own links.
  const modules = join(ROOT, "node_modules");
  mkdirSync(join(copy, "node_modules", "@oddrun"), { recursive: true });
  for (const name of readdirSync(modules)) {
    if (name !== "@oddrun" && name !== "oddrun") symlinkSync(join(modules, name), join(copy, "node_modules", name));
  }
  for (const name of readdirSync(join(modules, "@oddrun"))) {
    symlinkSync(join(copy, "packages", name), join(copy, "node_modules", "@oddrun", name));
  }
  return copy;
}

function plant(root: string, files: Readonly<Record<string, string>>): void {
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), source);
  }
}

const CORE = "packages/core/src";
const ODDRUN = "packages/oddrun/src";

/** What must not compile, and the words of the refusal. */
const COMPILE_FAULTS: Readonly<Record<string, readonly [source: string, message: RegExp]>> = {
  [`${CORE}/planted/fetch.ts`]: ['export const answer = fetch("http://127.0.0.1");\n', /'fetch'/],
  [`${CORE}/planted/process.ts`]: ["export const home = process.env;\n", /'process'/],
  [`${CORE}/planted/console.ts`]: ['console.log("hello");\nexport {};\n', /'console'/],
  [`${CORE}/planted/timeout.ts`]: ["export const timer = setTimeout(() => {}, 1);\n", /'setTimeout'/],
  [`${CORE}/planted/node-fs.ts`]: ['export * from "node:fs";\n', /'node:fs'/],
  [`${ODDRUN}/operations/planted/process.ts`]: ["export const home = process.env;\n", /'process'/],
  [`${ODDRUN}/operations/planted/fetch.ts`]: ['export const answer = fetch("http://127.0.0.1");\n', /'fetch'/],
  [`${ODDRUN}/api/planted/node-fs.ts`]: ['export * from "node:fs";\n', /'node:fs'/],
  [`${ODDRUN}/operations/planted/adapter.ts`]: ['export * from "../../adapters/planted/plain.ts";\n', /file list/],
};

/** What compiles, or would with the right types installed, and goes against the layers all the same. */
const BOUNDARY_FAULTS: Readonly<Record<string, readonly [source: string, message: RegExp]>> = {
  [`${CORE}/planted/hoisted.ts`]: ['import "zod";\n', /core\/src may not import the package "zod"/],
  [`${CORE}/planted/hoisted-type.ts`]: ['export type { ZodType } from "zod";\n', /the package "zod"/],
  [`${CORE}/planted/hoisted-import-type.ts`]: ['export type Z = import("zod").ZodType;\n', /the package "zod"/],
  [`${CORE}/planted/node-fs.ts`]: ['export * from "node:fs";\n', /Node's "node:fs"/],
  [`${CORE}/planted/node-types.ts`]: ['/// <reference types="node" />\nexport {};\n', /not from a directive/],
  [`${CORE}/planted/program.ts`]: ['export * from "../../../oddrun/src/operations/ports.ts";\n', /core may not import/],
  [`${CORE}/planted/deep.ts`]: ['export * from "../pipeline/run.ts";\n', /through its index\.ts/],
  [`${CORE}/planted/deep.test.ts`]: ['import "../pipeline/run.ts";\nimport "oddrun";\n', /through its index\.ts/],
  [`${CORE}/planted/computed.ts`]: ['const name = "zod";\nexport const z = import(name);\n', /computed import/],
  [`${ODDRUN}/operations/planted/adapter.ts`]: [
    'export * from "../../adapters/planted/index.ts";\n',
    /operations may not/,
  ],
  [`${ODDRUN}/operations/planted/api.ts`]: [
    'export * from "../../api/planted/fine.ts";\n',
    /operations may not import api/,
  ],
  [`${ODDRUN}/operations/planted/package.ts`]: ['import { z } from "zod";\nexport const a = z;\n', /the package "zod"/],
  [`${ODDRUN}/api/planted/server.ts`]: [
    'export * from "../../server/planted/index.ts";\n',
    /api may not import server/,
  ],
  [`${ODDRUN}/adapters/planted/server.ts`]: ['export * from "../../server/planted/index.ts";\n', /adapters may not/],
  [`${ODDRUN}/adapters/planted/test.ts`]: ['export * from "./fine.contract.ts";\n', /for tests only/],
  [`${ODDRUN}/adapters/planted/path.ts`]: [
    'export * from "../../../../core/src/index.ts";\n',
    /import "@oddrun\/core"/,
  ],
  [`${ODDRUN}/server/planted/cli.ts`]: ['export * from "../../cli/command.ts";\n', /server may not import cli/],
  [`${ODDRUN}/cli/planted/server.ts`]: ['export * from "../../server/planted/index.ts";\n', /with import\(\)/],
  [`${ODDRUN}/elsewhere/planted.ts`]: ["export {};\n", /no rule for this folder/],
  "packages/planted/src/index.ts": ["export {};\n", /no rule for this folder/],
};

/** Neighbours of the faults that are allowed: a check that refuses everything is no better than one that refuses nothing. */
const ALLOWED: Readonly<Record<string, string>> = {
  [`${CORE}/planted/index.ts`]:
    'export { CONCLUSIONS } from "../pipeline/index.ts";\nexport * from "./neighbour.ts";\n',
  [`${CORE}/planted/neighbour.ts`]: "export const here = 1;\n",
  [`${CORE}/planted/fine.test.ts`]: 'import "node:test";\nimport "fast-check";\nimport "./neighbour.ts";\n',
  [`${ODDRUN}/adapters/planted/index.ts`]:
    'import "node:fs";\nexport type { RunStore } from "../../operations/ports.ts";\n',
  [`${ODDRUN}/adapters/planted/plain.ts`]: "export const plain = 1;\n",
  [`${ODDRUN}/adapters/planted/fine.contract.ts`]: 'import "node:test";\nexport * from "./index.ts";\n',
  [`${ODDRUN}/api/planted/fine.ts`]: 'export type { RunStore } from "../../operations/ports.ts";\n',
  [`${ODDRUN}/operations/planted/fine.ts`]: 'export { CONCLUSIONS } from "@oddrun/core";\n',
  [`${ODDRUN}/operations/planted/fine.test.ts`]: 'import "../../adapters/planted/index.ts";\n',
  [`${ODDRUN}/server/planted/index.ts`]: 'export * from "../../adapters/planted/index.ts";\n',
  [`${ODDRUN}/cli/planted/fine.ts`]: 'export const serve = () => import("../../server/planted/index.ts");\n',
};

const sourcesOf = (faults: typeof COMPILE_FAULTS): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(faults).map(([file, [source]]) => [file, source]));

const linesAbout = (file: string, output: string): string =>
  output
    .split("\n")
    .filter((line) => line.startsWith(`${file}:`) || line.startsWith(`${file}(`))
    .join("\n");

describe("import boundaries", () => {
  let copy = "";
  before(() => {
    copy = copyOfTheTree();
  });
  after(() => {
    rmSync(copy, { recursive: true, force: true });
  });

  const compile = (): ReturnType<typeof run> =>
    run([join(ROOT, "node_modules/typescript/bin/tsc"), "-b", "packages/oddrun/tsconfig.node.json"], copy);
  const check = (): ReturnType<typeof run> => run([join(ROOT, "scripts/check-boundaries.ts"), copy], copy);

  test("the tree as it stands passes the compiler and the boundary check", async () => {
    const compiled = await compile();
    assert.equal(compiled.code, 0, compiled.output);
    const checked = await check();
    assert.equal(checked.code, 0, checked.output);
    assert.match(checked.output, /^\d{2,} files, \d{2,} imports read, 0 against the layers$/m);
  });

  test("the compiler refuses each planted use of the outside world, and nothing that is allowed", async () => {
    plant(copy, ALLOWED);
    plant(copy, sourcesOf(COMPILE_FAULTS));
    const { code, output } = await compile();
    assert.notEqual(code, 0);
    for (const [file, [, message]] of Object.entries(COMPILE_FAULTS))
      assert.match(linesAbout(file, output), message, file);
    for (const file of Object.keys(ALLOWED)) assert.equal(linesAbout(file, output), "", file);
  });

  test("the boundary check refuses each planted import against the layers, and nothing that is allowed", async () => {
    plant(copy, ALLOWED);
    plant(copy, sourcesOf(BOUNDARY_FAULTS));
    const { code, output } = await check();
    assert.equal(code, 1);
    for (const [file, [, message]] of Object.entries(BOUNDARY_FAULTS))
      assert.match(linesAbout(file, output), message, file);
    for (const file of Object.keys(ALLOWED)) assert.equal(linesAbout(file, output), "", file);
  });

  test("a folder without sources is a failure, not a pass", async () => {
    const empty = join(copy, "packages", "core", "types");
    mkdirSync(empty, { recursive: true });
    const { code, output } = await run([join(ROOT, "scripts/check-boundaries.ts"), empty], copy);
    assert.equal(code, 1);
    assert.match(output, /^0 files, 0 imports read/m);
  });

  test("a source that cannot be read is a violation", () => {
    const root = mkdtempSync(join(copy, "unreadable-"));
    plant(root, { [`${CORE}/odd.ts`]: 'export const a = 1;\nexport const open = "no end;\n' });
    assert.deepEqual(
      checkBoundaries(root).violations.map(({ why }) => why),
      ["cannot be read: line 2: a string that does not end"],
    );
  });
});

const specifiers = (source: string): readonly unknown[] =>
  readImports(source).map(({ specifier, kind }) => [specifier, kind]);

describe("reading imports", () => {
  test("every form of import is read, over several lines too", () => {
    const source = [
      'import a, { b, type C as D } from "1";',
      'import * as e from "2";',
      'import "3";',
      'import type { F } from "4";',
      'export * from "5";',
      'export {\n  g,\n  type H,\n} from "6";',
      'export type { I } from "7";',
      'const j = await import("8");',
      "const k = import(`9`);",
      'type L = import("10").M;',
      'const n = require("11");',
      "const o = import(`1${n}`);",
      'import p from "12" with { type: "json" };',
    ].join("\n");
    assert.deepEqual(specifiers(source), [
      ["1", "static"],
      ["2", "static"],
      ["3", "static"],
      ["4", "type"],
      ["5", "static"],
      ["6", "static"],
      ["7", "type"],
      ["8", "dynamic"],
      ["9", "dynamic"],
      ["10", "type"],
      ["11", "dynamic"],
      [null, "dynamic"],
      ["12", "static"],
    ]);
    assert.equal(readImports(source).at(-1)?.line, 16);
  });

  test("words in comments, strings, templates and regular expressions are no imports, and hide none", () => {
    const source = [
      '// import "1";\n/* import "2"; */',
      "const a = 'import \"3\"';",
      'const b = `import "4" ${await import("seen-1")} ${{ c: `}` }.c} import "5"`;',
      'const d = /import "6"[/"`]/g.test(a) ? 4 / 2 / 1 : "x";',
      'const e = { import: 1 }; e.import; import.meta.url; "it\'s";',
      'export const from = "7";',
      "export { a };",
      'import "seen-2";',
    ].join("\n");
    assert.deepEqual(specifiers(source), [
      ["seen-1", "dynamic"],
      ["seen-2", "static"],
    ]);
  });

  test("esbuild finds no run-time import in the sources that the scanner misses", async () => {
    const files = packageSources(ROOT);
    const { metafile } = await build({
      entryPoints: [...files],
      absWorkingDir: ROOT,
      bundle: true,
      packages: "external",
      platform: "node",
      format: "esm",
      metafile: true,
      write: false,
      outdir: "unused",
      logLevel: "silent",
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    });
    let compared = 0;
    for (const file of files) {
      const scanned = new Set(readImports(readFileSync(join(ROOT, file), "utf8")).map(({ specifier }) => specifier));
      for (const { original, path } of metafile.inputs[file]?.imports ?? []) {
        assert.ok(scanned.has(original ?? path), `${file} imports ${original ?? path}`);
        compared += 1;
      }
    }
    assert.ok(compared > 0);
  });
});
