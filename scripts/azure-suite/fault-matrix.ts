import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type CellOutcome, cellsOf, prepare, tryCell } from "./fault-cells.ts";
import { tryKill } from "./fault-kills.ts";
import { tryPair } from "./fault-pairs.ts";
import { type KeptResults, messageCounts, resultsPage, type ScenarioResult } from "./fault-results.ts";
import { type Scenario, scenarioOf, SCENARIOS } from "./fault-scenarios.ts";
import { setStage, type Stage } from "./fault-stage.ts";

const kept = new URL("../../benchmarks/results/azure-faults.json", import.meta.url);
const page = new URL("../../benchmarks/results/azure-faults.md", import.meta.url);

async function matrixOf(stage: Stage, scenario: Scenario): Promise<ScenarioResult> {
  const prepared = await prepare(stage, scenario);
  const { steps } = prepared;
  const cells: CellOutcome[] = [];
  for (const cell of cellsOf(prepared)) {
    const outcome = await tryCell(stage, prepared, cell);
    cells.push(outcome);
    tell(outcome.wrong, `${scenario.name}, ${cell.step.step} (${cell.step.at}), ${cell.fault}`);
  }
  const kills = [];
  for (const { at } of steps) {
    for (const when of ["before", "after"] as const) {
      const outcome = await tryKill(stage, prepared, { at, when });
      kills.push(outcome);
      tell(outcome.wrong, `${scenario.name}, killed ${when} ${outcome.step} (${at})`);
    }
  }
  const pairs = [];
  const others = scenario.name === "register first" ? [scenario, scenarioOf("register next")] : [scenario];
  for (const other of others) {
    for (const { at } of steps) {
      const outcome = await tryPair(stage, prepared, at, other);
      pairs.push({ ...outcome, other: other.name });
      tell(outcome.wrong, `${scenario.name} and ${other.name} at once from request ${at}`);
    }
  }
  return {
    command: scenario.command,
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    steps,
    messages: messageCounts(cells),
    cells: cells.map(({ cell: { step, fault, isLasting }, outcome, wrong }) => ({
      at: step.at,
      step: step.step,
      fault,
      isLasting,
      outcome,
      wrong,
    })),
    kills,
    pairs,
  };
}

function tell(wrong: readonly string[], where: string): void {
  if (wrong.length > 0) process.stderr.write(`${where}: ${wrong.join("; ")}\n`);
}

/** Read anew before each writing: several may run beside each other, each with its scenario. */
const readKept = (): KeptResults => (existsSync(kept) ? (JSON.parse(readFileSync(kept, "utf8")) as KeptResults) : {});

/**
 * Every fault at every request of registering and deploying, a kill at every request, and two at once. Writes what came out to
 * benchmarks/results/azure-faults.json and .md; `wanted` is a word of the scenarios to repeat. Answers whether all promises held.
 */
export async function soakAzure(wanted: string): Promise<boolean> {
  const stage = await setStage();
  try {
    for (const scenario of SCENARIOS.filter(({ name }) => name.includes(wanted))) {
      process.stderr.write(`${scenario.name}: ${scenario.command}\n`);
      const result = await matrixOf(stage, scenario);
      const all = { ...readKept(), [scenario.name]: result };
      const inOrder = Object.fromEntries(
        SCENARIOS.flatMap(({ name }) => (all[name] === undefined ? [] : [[name, all[name]]])),
      );
      writeFileSync(kept, `${JSON.stringify(inOrder)}\n`);
    }
  } finally {
    await stage.close();
  }
  const results = readKept();
  writeFileSync(page, resultsPage(results));
  return Object.values(results).every(({ cells, kills, pairs }) =>
    [...cells, ...kills, ...pairs].every(({ wrong }) => wrong.length === 0),
  );
}
