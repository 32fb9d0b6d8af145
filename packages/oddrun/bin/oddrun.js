#!/usr/bin/env node
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`oddrun needs Node 22.13 or later; this is ${process.version}.\n`);
  process.exit(2);
}
// what scores behind an endpoint needs a network, and far more than a file
const isByEndpoint = process.argv.some((word) => word === "--endpoint" || word.startsWith("--endpoint="));
if (process.argv[2] === "score" && !isByEndpoint) {
  // Scoring a record takes less time than loading our modules one by one, so `score` has a file to itself (scripts/bundle.ts), and
  // what Node made of that file is kept: in our own folder, where only who may change our code can change it. Node does without
  // where it may not write.
  process.getBuiltinModule("node:module").enableCompileCache(`${import.meta.dirname}/../.cache`);
  await import("../dist/bundle/score.js");
} else {
  await import("../dist/cli/main.js");
}
