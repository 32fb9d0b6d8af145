import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

/**
 * Gets what comes from outside when the part that wants it first runs. An import at the top of the file would get all of it at
 * once, also what only a gzip file or a help text needs; and importing node:fs reads its every property, some of which load more.
 */
const outsideWhenNeeded: Plugin = {
  name: "outside-when-needed",
  setup(build) {
    build.onResolve({ filter: /^[a-z]/ }, ({ path }) => ({ path, namespace: "outside" }));
    build.onLoad({ filter: /.*/, namespace: "outside" }, ({ path }) => ({
      contents: isBuiltin(path) ? builtinNames(path) : `module.exports = required("${path}");`,
    }));
  },
};

/** Scoring behind an endpoint is not part of the one file: bin/oddrun.js starts the whole program for it. */
const endpointOutside: Plugin = {
  name: "endpoint-outside",
  setup(build) {
    build.onResolve({ filter: /\/score-endpoint\.ts$/ }, () => ({
      path: "../cli/commands/score-endpoint.js",
      external: true,
    }));
  },
};

const HELPERS = `
const builtin = (module, name) => process.getBuiltinModule(module)[name];
const required = (name) => builtin("node:module", "createRequire")(import.meta.url)(name);
`;

/** Each name a constant of its own, so that only those in use are looked at. */
function builtinNames(module: string): string {
  return Object.keys(process.getBuiltinModule(module) ?? {})
    .filter((name) => name !== "default")
    .map((name) => `export const ${name} = /* @__PURE__ */ builtin("${module}", "${name}");`)
    .join("\n");
}

const inPackage = (path: string) => fileURLToPath(new URL(`../packages/oddrun/${path}`, import.meta.url));

// `score` as one file: all that is ours, nothing of others.
await build({
  entryPoints: [inPackage("src/cli/main-score.ts")],
  outfile: inPackage("dist/bundle/score.js"),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  // what need not be read need not be parsed; names stay, for stacks
  minifySyntax: true,
  minifyWhitespace: true,
  banner: { js: HELPERS },
  plugins: [endpointOutside, outsideWhenNeeded],
  logLevel: "warning",
});
