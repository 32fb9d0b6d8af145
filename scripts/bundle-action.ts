import { readFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

const inRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Where the released file lies: action.yml names it. */
export const ACTION_FILE = inRoot("dist/index.mjs");
/** It is fetched by every run of everybody: what makes it larger has to be worth it. */
export const ACTION_BYTES_MAX = 800 * 1024;

/**
 * Our own `await import()` as plain imports: in one file nothing is loaded later, and esbuild would wrap everything that such a file reaches
 * into functions, which takes a tenth more.
 */
const nothingLater: Plugin = {
  name: "nothing-later",
  setup(build) {
    build.onLoad({ filter: /[\\/]packages[\\/]\w+[\\/]dist[\\/].*\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const imports: string[] = [];
      const contents = text.replaceAll(/await import\(("\.[^"]+")\)/g, (_, specifier: string) => {
        imports.push(`import * as later${imports.length} from ${specifier};`);
        return `later${imports.length - 1}`;
      });
      return imports.length === 0 ? undefined : { contents: `${imports.join("\n")}\n${contents}`, loader: "js" };
    });
  },
};

/** The GitHub Action as one file: a runner has Node 24 and nothing else of ours. Answers its size in bytes. */
export async function bundleAction(outfile: string): Promise<number> {
  const { metafile } = await build({
    entryPoints: [inRoot("packages/action/src/main.ts")],
    outfile,
    absWorkingDir: inRoot("."),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    minify: true,
    legalComments: "eof",
    metafile: true,
    plugins: [nothingLater],
    // its other build is CommonJS, of which nothing can be left out
    alias: { yaml: inRoot("node_modules/yaml/browser/index.js") },
    // CommonJS packages among ours ask for Node's own modules by require
    banner: { js: `import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);` },
    logLevel: "warning",
  });
  return Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const bytes = await bundleAction(ACTION_FILE);
  process.stdout.write(`dist/index.mjs: ${Math.ceil(bytes / 1024)} KB of ${ACTION_BYTES_MAX / 1024}\n`);
  if (bytes > ACTION_BYTES_MAX) process.exitCode = 1;
}
