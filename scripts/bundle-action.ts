import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const inRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Where the released file lies: action.yml names it. */
export const ACTION_FILE = inRoot("dist/index.mjs");
/** It is fetched by every run of everybody: what makes it larger has to be worth it. */
export const ACTION_BYTES_MAX = 800 * 1024;

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
    // "no side effects" makes esbuild forget to run what a lazily loaded file imports through an index
    ignoreAnnotations: true,
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
