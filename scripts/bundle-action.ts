import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const inRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The GitHub Action as one file: a runner has Node 24 and nothing else of ours. */
await build({
  entryPoints: [inRoot("packages/action/src/main.ts")],
  outfile: inRoot("dist/index.mjs"),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  minify: true,
  legalComments: "eof",
  // CommonJS packages among ours ask for Node's own modules by require
  banner: { js: `import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);` },
  logLevel: "warning",
});
