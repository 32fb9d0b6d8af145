import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { prepare, quickCells, tryCell } from "./fault-cells.ts";
import { type Scenario, scenarioOf } from "./fault-scenarios.ts";
import { setStage } from "./fault-stage.ts";

/** Tries a scenario with few faults at the first request of each step that is meant; `npm run soak -- azure` tries all of them. */
export async function holdsWithFaults(t: TestContext, name: Scenario["name"], isMeant: RegExp): Promise<void> {
  const stage = await setStage();
  t.after(() => stage.close());
  const prepared = await prepare(stage, scenarioOf(name));
  let told = 0;
  for (const cell of quickCells(prepared, isMeant)) {
    const { outcome, wrong, message } = await tryCell(stage, prepared, cell);
    assert.deepEqual(wrong, [], `${cell.fault} at "${cell.step.step}" (${outcome}: ${message ?? ""})`);
    if (outcome === "told") told += 1;
  }
  // a refusal is never passed over in silence, so that some are told
  assert.ok(told > 0);
}
