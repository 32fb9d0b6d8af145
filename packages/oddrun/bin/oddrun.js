#!/usr/bin/env node
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`oddrun needs Node 22.13 or later; this is ${process.version}.\n`);
  process.exit(2);
}
// Scoring a record takes less time than loading our modules one by one, so `score` has a file to itself: scripts/bundle.ts.
await import(process.argv[2] === "score" ? "../dist/bundle/score.js" : "../dist/cli/main.js");
