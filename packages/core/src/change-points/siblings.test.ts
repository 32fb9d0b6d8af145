import assert from "node:assert/strict";
import { test } from "node:test";
import { type Series, seriesId, siblings } from "./index.ts";

const aSeries = (change: Partial<Series> = {}): Series => ({
  repositoryId: 7,
  workflowId: 70,
  branches: "default",
  event: "push",
  scope: "job",
  measure: "duration",
  job: "test (a)",
  part: "",
  ...change,
});

const knows = (...known: readonly (readonly [Partial<Series>, number, number])[]) => {
  const all = siblings();
  for (const [change, spread, runCount] of known) {
    const series = aSeries(change);
    all.note(series, seriesId(series), spread, runCount);
  }
  return (change: Partial<Series> = {}) => all.priorOf(aSeries(change), seriesId(aSeries(change)));
};

test("a young job expects the scatter of the other cells of its matrix first", () => {
  const prior = knows([{ job: "test (b)" }, 0.2, 60], [{ job: "test (a)", branches: "topic" }, 0.5, 60]);
  assert.ok(Math.abs(prior()!.spread - 0.2) < 1e-9);
});

test("without cells it expects that of the same job elsewhere, then of the workflow's jobs, and that counts less", () => {
  const elsewhere = knows([{ branches: "topic" }, 0.5, 60], [{ job: "lint" }, 0.1, 60]);
  const others = knows([{ job: "lint" }, 0.1, 60]);
  assert.ok(Math.abs(elsewhere()!.spread - 0.5) < 1e-9);
  assert.ok(Math.abs(others()!.spread - 0.1) < 1e-9);
  assert.ok(others()!.weight < elsewhere()!.weight);
});

test("its own word, too few runs, another measure or another workflow are no prior", () => {
  assert.equal(knows([{}, 0.2, 60])(), null);
  assert.equal(knows([{ job: "test (b)" }, 0.2, 30])(), null);
  assert.equal(knows([{ job: "test (b)", measure: "queue-time" }, 0.2, 60])(), null);
  assert.equal(knows([{ workflowId: 71 }, 0.2, 60])(), null);
});

test("many young cells are enough together, and nobody's long history drowns the others", () => {
  const prior = knows([{ job: "test (b)" }, 0.1, 5000], [{ job: "test (c)" }, 0.4, 60]);
  assert.ok(Math.abs(prior()!.spread - 0.2) < 1e-9);
  const cells = ["b", "c", "d"].map((cell) => [{ job: `test (${cell})` }, 0.3, 15] as const);
  assert.ok(Math.abs(knows(...cells)()!.spread - 0.3) < 1e-9);
});
