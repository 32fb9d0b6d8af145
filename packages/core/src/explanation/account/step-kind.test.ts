import assert from "node:assert/strict";
import { test } from "node:test";
import { stepKind } from "./step-kind.ts";

test("the kind of a step is read from GitHub's own names and from what people clearly say", () => {
  const names = {
    "set-up": [
      "Set up job",
      "Checkout",
      "Run actions/checkout@v4",
      "Post Run actions/checkout@v4",
      "Run actions/setup-node@v4",
      "Set up Python 3.13",
      "Setup Go",
      "Initialize containers",
      "Run docker/login-action@v3",
      "Log in to the registry",
      "Install protoc",
      "Complete job",
      "Free Disk Space (Ubuntu)",
      "Post Run pulumi/auth-actions@v1",
    ],
    cache: [
      "Restore cache",
      "Cache cargo registry",
      "Run actions/cache@v4",
      "Post Run actions/cache@v4",
      "Run actions/cache/restore@v4",
      "Run Swatinem/rust-cache@v2",
      "Save Ccache cache",
      "Restore ccache caches",
    ],
    dependencies: [
      "Install dependencies",
      "npm ci",
      "Run npm ci",
      "pip install -r x.txt",
      "Install",
      "Go mod download",
    ],
    work: [
      "Run tests",
      "Test",
      "Build app",
      "Install and test",
      "Test the cache module",
      "Post results to Slack",
      "Run octo/build-things@v2",
      "Terraform plan",
      "",
    ],
  } as const;
  for (const [kind, list] of Object.entries(names)) {
    for (const name of list) assert.equal(stepKind(name), kind, name);
  }
});
