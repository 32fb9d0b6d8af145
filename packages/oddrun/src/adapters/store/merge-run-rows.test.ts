import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanRunTimes, type ReportedRun } from "@oddrun/core";
import * as fc from "fast-check";
import { mergeRunRows } from "./merge-run-rows.ts";
import { aReport, someJobs } from "./reports.contract.ts";
import { runAttemptRow } from "./rows.ts";
import { aJob, aRun, START } from "./run-fixtures.contract.ts";
import type { RunAttemptRow } from "./schema.ts";

const NOW = START + 86_400_000;
const clean = (...[report, jobs]: [ReportedRun, Parameters<typeof cleanRunTimes>[1]]): RunAttemptRow =>
  runAttemptRow(cleanRunTimes(report, jobs, NOW).run);

/** The life of one attempt in reports: it waits, it runs, it ends, and late notes move its `updated_at`. */
const lives = aReport.chain((report) =>
  fc
    .record({
      openCount: fc.integer({ min: 0, max: 2 }),
      endCount: fc.integer({ min: 1, max: 3 }),
      endsInTheSecondItWasSeenOpen: fc.boolean(),
      openJobs: fc.option(someJobs(report)),
      endJobs: fc.option(someJobs(report)),
    })
    .map(({ openCount, endCount, endsInTheSecondItWasSeenOpen, openJobs, endJobs }) => {
      const open = (index: number): ReportedRun => ({
        ...report,
        conclusion: null,
        status: index === 0 ? "waiting" : "in_progress",
        completedAtMs: null,
        updatedAtMs: START + index * 1000,
      });
      const firstEndMs = START + (openCount - (endsInTheSecondItWasSeenOpen ? 1 : 0)) * 1000;
      const end = (index: number): ReportedRun => {
        const ms = firstEndMs + index * 60_000;
        return { ...report, completedAtMs: ms, updatedAtMs: ms, seenHeldAtMs: null, heldFor: null };
      };
      const rows: RunAttemptRow[] = [];
      for (let index = 0; index < openCount; index++) rows.push(clean(open(index), null));
      if (openCount > 0 && openJobs !== null) rows.push(clean(open(0), openJobs));
      for (let index = 0; index < endCount; index++) rows.push(clean(end(index), null));
      // nobody asks for the jobs of a run that never started
      if (endJobs !== null && report.conclusion !== "startup_failure") rows.push(clean(end(0), endJobs));
      return rows;
    }),
);

const inOrders = lives.chain((rows) =>
  fc.record({
    rows: fc.constant(rows),
    shuffled: fc.shuffledSubarray([...rows, ...rows], { minLength: rows.length * 2 }),
  }),
);

const saveAll = (rows: readonly RunAttemptRow[]): RunAttemptRow =>
  rows.reduce((before, row) => mergeRunRows(row, before));

test("lists and jobs of one attempt end in the same row in whatever order and however often they are saved", () => {
  fc.assert(
    fc.property(inOrders, ({ rows, shuffled }) => {
      assert.deepEqual(saveAll(shuffled), saveAll(rows));
    }),
    { seed: 7, numRuns: 3000 },
  );
});

test("what jobs taught stays when the attempt is only listed again", () => {
  const end = { ms: 250_000, unknown: null } as const;
  const base = { updatedAtMs: START + 310_000, status: "completed" } as const;
  const told = runAttemptRow(
    aRun({
      ...base,
      endFrom: "jobs",
      completedAtMs: START + 260_000,
      duration: end,
      queueTime: { ms: 9000, unknown: null },
    }),
  );
  const listed = runAttemptRow(
    aRun({ ...base, updatedAtMs: START + 900_000, completedAtMs: START + 900_000, title: "Renamed", branch: null }),
  );
  const merged = mergeRunRows(listed, told);
  assert.deepEqual(merged, { ...told, updated_at_ms: START + 900_000, title: "Renamed" });
  const failed = { ...listed, conclusion: "failure" };
  assert.deepEqual(mergeRunRows(failed, merged), { ...failed, branch: "main" });
  assert.deepEqual(mergeRunRows(told, failed), { ...failed, branch: "main" });
});

test("an approved run is open again, though it was completed before", () => {
  const asked = runAttemptRow(aRun({ conclusion: "action_required", status: "completed", updatedAtMs: START }));
  const open = runAttemptRow(
    aRun({ conclusion: null, status: "queued", completedAtMs: null, updatedAtMs: START + 60_000 }),
  );
  assert.equal(mergeRunRows(open, asked).conclusion, null);
  assert.equal(mergeRunRows(asked, open).conclusion, null);
});

test("without GitHub's own time of the report, the later report corrects the earlier one", () => {
  const first = runAttemptRow(aRun());
  const second = runAttemptRow(aRun({ conclusion: "failure", title: null }));
  assert.deepEqual(mergeRunRows(second, first), { ...second, title: first.title });
});

test("an import may end an attempt that GitHub told as open, until GitHub tells of its end", () => {
  const open = runAttemptRow(aRun({ conclusion: null, status: "queued", completedAtMs: null, updatedAtMs: START }));
  const imported = runAttemptRow(aRun({ branch: null }));
  const merged = mergeRunRows(imported, open);
  assert.deepEqual(merged, { ...imported, branch: "main" });
  const ended = runAttemptRow(aRun({ conclusion: "failure", status: "completed", updatedAtMs: START + 60_000 }));
  assert.deepEqual(mergeRunRows(ended, merged), ended);
  assert.deepEqual(mergeRunRows(imported, ended), ended);
  const importedOpen = runAttemptRow(aRun({ conclusion: null, completedAtMs: null }));
  assert.deepEqual(mergeRunRows(importedOpen, open), open);
});

test("a run that was seen held back does not last as long as its wait, until its jobs tell how long that was", () => {
  const report: ReportedRun = {
    ...aRun({ runStartedAtMs: START, completedAtMs: START + 3_600_000, heldFor: null, seenHeldAtMs: null }),
    conclusion: "success",
    status: "completed",
    updatedAtMs: START + 3_600_000,
    completedAtMs: START + 3_600_000,
    durationMs: null,
    readyAtMs: null,
  };
  const waiting: ReportedRun = {
    ...report,
    conclusion: null,
    status: "pending",
    completedAtMs: null,
    updatedAtMs: START,
    heldFor: "concurrency",
    seenHeldAtMs: START + 1_800_000,
  };
  const listed = [clean(waiting, null), clean(report, null)];
  for (const rows of [listed, listed.toReversed()]) {
    const row = saveAll(rows);
    assert.deepEqual([row.duration_ms, row.duration_unknown, row.held_for], [null, "held-back", "concurrency"]);
    assert.equal(saveAll([...rows, clean(report, null)]).duration_unknown, "held-back");
    const jobs = [
      {
        ...aJob({ createdAtMs: START + 3_000_000, startedAtMs: START + 3_010_000, completedAtMs: START + 3_600_000 }),
        readyAtMs: null,
        steps: [],
      },
    ];
    const told = saveAll([...rows, clean({ ...report, seenHeldAtMs: START + 1_800_000 }, jobs), clean(report, null)]);
    assert.deepEqual([told.held_time_ms, told.queue_time_ms, told.duration_ms], [3_000_000, 10_000, 600_000]);
  }
});
