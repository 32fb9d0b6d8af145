import assert from "node:assert/strict";
import { test } from "node:test";
import { type Fault, prepare, tryCell } from "./fault-cells.ts";
import { type Scenario, scenarioOf } from "./fault-scenarios.ts";
import { setStage } from "./fault-stage.ts";

/** Cells that once broke a promise. */
const FOUND: readonly (readonly [
  scenario: Scenario["name"],
  step: string,
  before: number,
  Fault,
  isLasting: boolean,
])[] = [
  // a version just made that can't be read back yet was made once more
  ["register next", "model version get", 0, "404", false],
  // a retried PUT met its own first one: "someone else is at work"
  ["deploy first", "deployment put", 0, "lost-after", false],
  ["deploy first", "endpoint put", 0, "lost-after", false],
  // an endpoint said not to be there was put anew, without the traffic it had
  ["deploy update", "endpoint get", 0, "404", true],
  // an old deployment was taken for deleted, and went on costing
  ["deploy update", "deployment delete", 0, "404", false],
  // an endpoint said not to be there was not deleted, and went on costing
  ["deploy delete", "endpoint get", 0, "404", false],
];

for (const [name, stepName, before, fault, isLasting] of FOUND) {
  test(`${name}: ${fault} ${isLasting ? "from" : "at"} "${stepName}" ${isLasting ? "on" : ""} breaks nothing`, async (t) => {
    const stage = await setStage();
    t.after(() => stage.close());
    const prepared = await prepare(stage, scenarioOf(name));
    const step = prepared.steps.find((each) => each.step === stepName && each.before === before)!;
    const { outcome, wrong, message } = await tryCell(stage, prepared, { scenario: name, step, fault, isLasting });
    assert.deepEqual(wrong, [], message ?? "");
    if (fault === "lost-after") assert.equal(outcome, "absorbed", message ?? "");
  });
}
