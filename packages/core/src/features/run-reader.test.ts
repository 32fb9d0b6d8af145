import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conclusion } from "../pipeline/index.ts";
import { binomialTail } from "./failure-excess.ts";
import type { FeatureReading, HistoryRun } from "./feature.ts";
import { DEFAULT_HISTORY_OPTIONS } from "./options.ts";
import { type RunReader, type RunReading, runReader } from "./run-reader.ts";

interface Told {
  readonly minutes?: number;
  readonly queueMinutes?: number;
  readonly conclusion?: Conclusion;
  readonly branch?: string;
  readonly event?: string;
  readonly jobs?: number;
  readonly attempt?: number;
  readonly metrics?: Readonly<Record<string, number>>;
}

let runId = 1;
function aRun(told: Told = {}): HistoryRun {
  const known = (ms: number | undefined) =>
    ms === undefined ? ({ ms: null, unknown: "not-recorded" } as const) : ({ ms, unknown: null } as const);
  return {
    repositoryId: 1,
    workflowId: 2,
    runId: runId++,
    runAttempt: told.attempt ?? 1,
    runNumber: null,
    branch: told.branch ?? "main",
    event: told.event ?? "push",
    headSha: null,
    title: null,
    createdAtMs: null,
    runStartedAtMs: null,
    completedAtMs: runId * 1000,
    conclusion: told.conclusion ?? "success",
    duration: known((told.minutes ?? 5) * 60_000),
    status: null,
    updatedAtMs: null,
    endFrom: "run",
    heldFor: null,
    seenHeldAtMs: null,
    heldTime: { ms: null, unknown: "not-recorded" },
    queueTime: known(told.queueMinutes === undefined ? undefined : told.queueMinutes * 60_000),
    defaultBranch: null,
    jobCount: told.jobs ?? null,
    metrics: new Map(Object.entries(told.metrics ?? {})),
  };
}

function readerAfter(count: number, told: (run: number) => Told = () => ({})): RunReader {
  const reader = runReader(DEFAULT_HISTORY_OPTIONS);
  for (let run = 0; run < count; run++) reader.readNext(aRun(told(run)));
  return reader;
}

function reading(answer: RunReading, feature: string): FeatureReading | undefined {
  assert.equal(answer.kind, "read");
  return answer.kind === "read" ? answer.readings.find((one) => one.feature === feature) : undefined;
}

test("below the minimum the answer is how many runs there are and how many it takes", () => {
  assert.deepEqual(readerAfter(9).readNext(aRun()), { kind: "too-little-history", runCount: 9, runCountMin: 10 });
  assert.equal(readerAfter(10).readNext(aRun()).kind, "read");
});

test("a nightly of 40 minutes is usual for itself, beside pushes of 5 minutes", () => {
  const reader = readerAfter(80, (run) => (run % 2 === 0 ? { minutes: 40, event: "schedule" } : { minutes: 5 }));
  assert.equal(reading(reader.readNext(aRun({ minutes: 40, event: "schedule" })), "duration")?.isMaterial, false);
  assert.equal(reading(reader.readNext(aRun({ minutes: 40 })), "duration")?.isMaterial, true);
  assert.equal(reader.readNext(aRun({ minutes: 40, branch: "topic" })).kind, "too-little-history");
});

test("cancelled, skipped and zero-job runs are not judged and teach nothing", () => {
  const reader = readerAfter(20);
  const before = reading(reader.readNext(aRun({ minutes: 5 })), "duration")?.comparison;
  for (let run = 0; run < 20; run++) {
    assert.deepEqual(reader.readNext(aRun({ minutes: 60, conclusion: "cancelled" })), {
      kind: "not-judged",
      why: "cancelled",
    });
    assert.deepEqual(reader.readNext(aRun({ minutes: 60, conclusion: "skipped" })), {
      kind: "not-judged",
      why: "skipped",
    });
    assert.deepEqual(reader.readNext(aRun({ minutes: 60, jobs: 0 })), { kind: "not-judged", why: "never-ran" });
  }
  assert.deepEqual(reading(reader.readNext(aRun({ minutes: 5 })), "duration")?.comparison, before);
});

test("a failed run is never too short, but can hang", () => {
  const reader = readerAfter(30);
  assert.equal(reading(reader.readNext(aRun({ minutes: 0.2, conclusion: "failure" })), "duration")?.value, 0);
  assert.equal(reading(reader.readNext(aRun({ minutes: 360, conclusion: "timed_out" })), "duration")?.isMaterial, true);
});

test("failures that hang as the last ones did are told three times; a success as long is odd still", () => {
  const hangs = { minutes: 13, conclusion: "failure" } as const;
  const reader = readerAfter(60);
  const told = Array.from({ length: 12 }, (_, run) => {
    for (let between = 0; between < 10; between++) reader.readNext(aRun());
    return reading(reader.readNext(aRun({ ...hangs, minutes: 13 + (run % 3) * 0.1 })), "duration")!.isMaterial;
  });
  assert.deepEqual(told, [true, true, true, ...Array.from({ length: 9 }, () => false)]);
  assert.equal(reading(reader.readNext(aRun({ minutes: 13 })), "duration")?.isMaterial, true);
  assert.equal(reading(reader.readNext(aRun({ ...hangs, minutes: 60 })), "duration")?.isMaterial, true);
});

test("exactly half as long again beyond the usual range is told, whatever the logarithm's last digit", () => {
  for (let minutes = 2; minutes <= 60; minutes++) {
    const reader = readerAfter(60, (run) => ({ minutes: run % 3 === 0 ? minutes : minutes / 2 }));
    assert.equal(
      reading(reader.readNext(aRun({ minutes: minutes * 1.5 })), "duration")?.isMaterial,
      true,
      `${minutes}`,
    );
  }
});

test("a re-run of the failed jobs alone is never too short, and teaches nothing", () => {
  const reader = readerAfter(60, (run) => (run % 3 === 0 ? { minutes: 0.2, attempt: 2 } : {}));
  assert.equal(reading(reader.readNext(aRun({ minutes: 0.1, attempt: 2 })), "duration")?.value, 0);
  assert.equal(reading(reader.readNext(aRun({ minutes: 0.2 })), "duration")?.isMaterial, true);
  assert.equal(reading(reader.readNext(aRun({ minutes: 50, attempt: 2 })), "duration")?.isMaterial, true);
});

test("failed runs do not become what is usual", () => {
  const reader = readerAfter(120, (run) => (run % 2 === 0 ? { minutes: 1, conclusion: "failure" } : {}));
  const usual = reading(reader.readNext(aRun()), "duration")!.comparison;
  assert.ok(usual.usualLow > 200 && usual.usualHigh < 400, JSON.stringify(usual));
});

test("waiting for a runner counts when it is minutes longer than usual", () => {
  const reader = readerAfter(40, () => ({ queueMinutes: 0.1 }));
  assert.equal(reading(reader.readNext(aRun({ queueMinutes: 1 })), "queue time")?.isMaterial, false);
  assert.equal(reading(reader.readNext(aRun({ queueMinutes: 9 })), "queue time")?.isMaterial, true);
  assert.equal(reading(reader.readNext(aRun({})), "queue time"), undefined);
});

test("a joined metric is compared with its own past", () => {
  const reader = readerAfter(40, (run) => ({ metrics: { coverage: 81 + (run % 3) * 0.2 } }));
  const told = reading(reader.readNext(aRun({ metrics: { coverage: 62 } })), "metric:coverage");
  assert.equal(told?.isMaterial, true);
  assert.equal(told?.comparison.value, 62);
  assert.equal(reading(reader.readNext(aRun({ metrics: { coverage: 81.5 } })), "metric:coverage")?.value, 0);
});

test("jobs that did not run are seen in a successful run", () => {
  const reader = readerAfter(40, () => ({ jobs: 12 }));
  assert.equal(reading(reader.readNext(aRun({ jobs: 2 })), "jobs")?.isMaterial, true);
  assert.equal(reading(reader.readNext(aRun({ jobs: 11 })), "jobs")?.isMaterial, false);
});

test("a storm of failures is told once, at the failure that makes it one", () => {
  const reader = readerAfter(100, (run) => (run % 25 === 0 ? { conclusion: "failure" } : {}));
  const told = Array.from(
    { length: 15 },
    () => reading(reader.readNext(aRun({ conclusion: "failure" })), "failure rate")!,
  );
  assert.equal(told.filter((one) => one.isMaterial).length, 1);
  assert.equal(told[0]?.isMaterial, false);
});

test("the binomial tail is exact for small cases and keeps small tails", () => {
  assert.ok(Math.abs(binomialTail(1, 2, 0.5) - 0.75) < 1e-12);
  assert.equal(binomialTail(0, 20, 0.3), 1);
  assert.ok(Math.abs(binomialTail(20, 20, 0.05) / 0.05 ** 20 - 1) < 1e-9);
});
