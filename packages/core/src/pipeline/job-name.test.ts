import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseJobName } from "./job-name.ts";

function read(raw: string) {
  const { caller, inner, matrix, ...rest } = parseJobName(raw);
  assert.equal(rest.raw, raw);
  return [caller, inner, matrix] as const;
}

test("a plain name is the job's own", () => {
  for (const name of ["build", "test each commit", "macOS-cross, gui, no tests", "sdk/nodejs", "a/b", "C++ / ", ""]) {
    assert.deepEqual(read(name), [null, name, null]);
  }
});

test("matrix values stand in brackets behind a job's name", () => {
  assert.deepEqual(read("test (ubuntu-latest, 22)"), [null, "test", ["ubuntu-latest", "22"]]);
  assert.deepEqual(read("Analyze (javascript)"), [null, "Analyze", ["javascript"]]);
  assert.deepEqual(read("build (Visual Studio 17 2022, Debug)"), [null, "build", ["Visual Studio 17 2022", "Debug"]]);
  assert.deepEqual(read("deploy (map(a, b), eu)"), [null, "deploy", ["map(a, b)", "eu"]]);
});

test("a called job has its caller before it, and only the caller's brackets are matrix values", () => {
  assert.deepEqual(read("CI / Lint / go mod tidy"), ["CI / Lint", "go mod tidy", null]);
  assert.deepEqual(read("release (linux, x64) / build"), ["release", "build", ["linux", "x64"]]);
  assert.deepEqual(read("CI / build binaries (darwin, arm64, ubuntu-latest) / darwin-arm64"), [
    "CI / build binaries",
    "darwin-arm64",
    ["darwin", "arm64", "ubuntu-latest"],
  ]);
  assert.deepEqual(read("call / test (fast, 3)"), ["call", "test (fast, 3)", null]);
  assert.deepEqual(read("CI / Unit Test / pkg 1/7 on macos-latest/current"), [
    "CI / Unit Test",
    "pkg 1/7 on macos-latest/current",
    null,
  ]);
});

test("a skipped job's raw expression is not taken for values", () => {
  assert.deepEqual(read("deploy (${{ matrix.region }})"), [null, "deploy (${{ matrix.region }})", null]);
  assert.deepEqual(read("CI / Unit Test${{ (matrix.platform && '') }}"), [
    "CI",
    "Unit Test${{ (matrix.platform && '') }}",
    null,
  ]);
  assert.deepEqual(read("${{ matrix.a }} / ${{ matrix.b / 2 }}"), ["${{ matrix.a }}", "${{ matrix.b / 2 }}", null]);
});

test("what is not GitHub's form stays whole", () => {
  for (const name of [
    "test (no depends)",
    "build (fast) now",
    "f(x)",
    "half (open",
    "closed) half",
    "a /  / b",
    " / b",
    "()",
    "test (a, )",
    "smile :)",
    Array.from({ length: 11 }, () => "a").join(" / "),
  ]) {
    assert.deepEqual(read(name), [null, name, null], name);
  }
  assert.deepEqual(read("one (two / three)"), [null, "one (two / three)", null]);
});

test("any text is read without an error, and what is read is part of it", () => {
  const letter = fc.constantFrom("a", " ", "/", "(", ")", ",", " / ", ", ", "${{", "}}", "ü");
  fc.assert(
    fc.property(fc.array(letter, { maxLength: 30 }), (letters) => {
      const raw = letters.join("");
      const { caller, inner, matrix } = parseJobName(raw);
      assert.ok(raw.includes(inner));
      for (const part of [...(caller?.split(" / ") ?? []), ...(matrix ?? [])]) assert.ok(raw.includes(part));
    }),
    { seed: 3, numRuns: 2000 },
  );
});
