import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { INPUTS, inputText, inputVariable } from "./inputs.ts";
import { OUTPUTS } from "./outputs.ts";
import { VERSION } from "./version.ts";

const inRoot = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

interface Described {
  readonly description: string;
  readonly default?: string;
  readonly required?: boolean;
}
interface ActionFile {
  readonly inputs: Readonly<Record<string, Described>>;
  readonly outputs: Readonly<Record<string, Described>>;
  readonly runs: { readonly using: string; readonly main: string };
}
const action = parse(inRoot("action.yml")) as ActionFile;

test("action.yml has the inputs that the code reads, with the same words and defaults", () => {
  const inFile = Object.entries(action.inputs).map(([name, { description, default: otherwise, required }]) => ({
    name,
    description,
    default: otherwise,
    required,
  }));
  assert.deepEqual(
    inFile,
    INPUTS.map((input) => ({ ...input, required: false })),
  );
});

test("action.yml has the outputs that the code sets, with the same words", () => {
  const inFile = Object.entries(action.outputs).map(([name, { description }]) => ({ name, description }));
  assert.deepEqual(
    inFile,
    OUTPUTS.map((output) => ({ ...output })),
  );
});

test("docs/action.md tells of every input with its default, and of every output", () => {
  const page = inRoot("docs/action.md");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()));
  for (const { name, default: otherwise } of INPUTS) {
    const shown = otherwise === "" ? "" : `\`${otherwise}\``;
    assert.ok(
      cells.some((row) => row.length === 5 && row[1] === `\`${name}\`` && row[2] === shown),
      name,
    );
  }
  for (const { name } of OUTPUTS)
    assert.ok(
      cells.some((row) => row[1] === `\`${name}\``),
      name,
    );
  const known = new Set<string>([...INPUTS, ...OUTPUTS].map(({ name }) => name));
  const sections = page.slice(page.indexOf("\n## Inputs"), page.indexOf("\n## Pull requests"));
  for (const [, name] of sections.matchAll(/^\| `([^`]+)` \|/gm)) assert.ok(known.has(name!), name);
});

test("action.yml starts the bundled file on the Node it is built for", () => {
  assert.deepEqual(action.runs, { using: "node24", main: "dist/index.mjs" });
});

test("the version is the program's", () => {
  assert.equal(VERSION, (JSON.parse(inRoot("packages/oddrun/package.json")) as { readonly version: string }).version);
});

test("an input is read from the runner's variable, dashes and all, and its default stands where it is empty", () => {
  assert.equal(inputVariable("max-requests"), "INPUT_MAX-REQUESTS");
  assert.equal(inputText({ "INPUT_MAX-REQUESTS": " 50 " }, "max-requests"), "50");
  assert.equal(inputText({ "INPUT_MAX-REQUESTS": "" }, "max-requests"), "800");
  assert.equal(inputText({}, "token"), "");
});
