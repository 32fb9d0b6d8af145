#!/usr/bin/env node
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`oddrun needs Node 22.13 or later; this is ${process.version}.\n`);
  process.exit(2);
}
await import("../dist/cli/main.js");
