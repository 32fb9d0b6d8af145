import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { matchesPattern } from "./matches-pattern.ts";
import { nearestWord } from "./nearest-word.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";
import { isWatched } from "./watched-workflow.ts";

const CI = { name: "Build and test", path: ".github/workflows/ci.yml" };
const watching = (workflows: readonly string[], ignoreWorkflows: readonly string[] = []) => ({
  watch: { ...DEFAULT_SETTINGS.watch, workflows, ignoreWorkflows },
});

test("every workflow is watched unless something is said", () => {
  assert.ok(isWatched(CI, DEFAULT_SETTINGS));
  assert.ok(isWatched({ name: "", path: null }, DEFAULT_SETTINGS));
});

test("a workflow is named by its file, its path or its name, in any letter case", () => {
  for (const pattern of ["ci.yml", "CI.yml", "*.yml", ".github/workflows/*", "build and test", "Build*", "c?.yml"])
    assert.ok(isWatched(CI, watching([pattern])), pattern);
  for (const pattern of ["ci", "deploy.yml", "Build", "?.yml", ""])
    assert.ok(!isWatched(CI, watching([pattern])), pattern);
});

test("what is ignored is not watched, even where it is named among the watched", () => {
  assert.ok(!isWatched(CI, watching([], ["ci.*"])));
  assert.ok(!isWatched(CI, watching(["*"], ["Build*"])));
  assert.ok(isWatched(CI, watching(["ci.yml"], ["deploy*"])));
});

test("a pattern matches what the same regular expression does", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 12 });
  const patterns = fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "?"), maxLength: 8 });
  const asExpression = (pattern: string) =>
    new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("?", ".").replaceAll("*", ".*")}$`);
  fc.assert(
    fc.property(
      letters,
      patterns,
      (text, pattern) => matchesPattern(text, pattern) === asExpression(pattern).test(text),
    ),
    { seed: 7, numRuns: 3000 },
  );
});

test("a pattern made to take for ever does not", { timeout: 10_000 }, () => {
  assert.ok(!matchesPattern("a".repeat(20_000), `${"*a".repeat(50)}*b`));
});

test("the word that was meant is found, and no other one", () => {
  const words = ["pushes", "storm-from", "remind-after", "url-from", "digest"];
  const cases = {
    stormfrom: "storm-from",
    storm_from: "storm-from",
    remindAfter: "remind-after",
    pushs: "pushes",
    url: "url-from",
  };
  for (const [text, word] of Object.entries(cases)) assert.equal(nearestWord(text, words), word, text);
  for (const text of ["", "budget", "pu", "xyz"]) assert.equal(nearestWord(text, words), null, text);
});
