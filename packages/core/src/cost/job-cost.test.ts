import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Job, Span } from "../pipeline/index.ts";
import { type CostedJob, jobCost, priceOf } from "./job-cost.ts";
import { GITHUB_PRICES, overriding, type PriceTable } from "./prices.ts";
import { usageSum } from "./usage.ts";

const known = (ms: number): Span => ({ ms, unknown: null });
const MINUTE = 60_000;
const aJob = (change: Partial<Job> = {}): Job => ({
  repositoryId: 1,
  runId: 2,
  runAttempt: 1,
  jobId: 3,
  name: "build",
  conclusion: "success",
  createdAtMs: Date.UTC(2026, 2, 2),
  startedAtMs: Date.UTC(2026, 2, 2),
  completedAtMs: Date.UTC(2026, 2, 2),
  duration: known(90_000),
  queueTime: known(5000),
  runnerName: "GitHub Actions 1",
  runnerGroup: "GitHub Actions",
  runnerLabels: "ubuntu-latest",
  ...change,
});
const cost = (change: Partial<CostedJob>, visibility: "public" | "private" | null = "private") =>
  jobCost(aJob(change), visibility, GITHUB_PRICES);
const usd = (change: Partial<CostedJob>): number | string => {
  const answer = cost(change);
  return answer.kind === "priced" ? answer.microUsd / 1e6 : answer.kind === "unpriced" ? answer.reason : answer.kind;
};

test("a begun minute is a whole one, and a job that ran at all is at least one", () => {
  for (const [ms, minutes] of [
    [0, 1],
    [1, 1],
    [MINUTE, 1],
    [MINUTE + 1, 2],
    [90_000, 2],
    [6 * 60 * MINUTE, 360],
  ] as const) {
    const answer = cost({ duration: known(ms) });
    assert.equal(answer.kind === "priced" ? answer.minutes : null, minutes);
  }
});

test("what never ran or ran in an earlier attempt is not billed, and an unknown length stays unknown", () => {
  for (const unknown of ["never-ran", "inherited-from-earlier-attempt"] as const) {
    assert.deepEqual(cost({ duration: { ms: null, unknown } }), { kind: "not-billed" });
  }
  for (const unknown of ["end-before-start", "out-of-range", "not-recorded", "still-open"] as const) {
    assert.deepEqual(cost({ duration: { ms: null, unknown } }), { kind: "unknown-time", reason: unknown });
  }
});

test("GitHub's labels have GitHub's rates", () => {
  const rate = (runnerLabels: string) => usd({ runnerLabels, duration: known(1) });
  assert.deepEqual(
    [
      "ubuntu-slim",
      "ubuntu-latest",
      "Ubuntu-24.04",
      "ubuntu-24.04-arm",
      "windows-2025",
      "macos-15",
      "macos-15-intel",
    ].map(rate),
    [0.002, 0.006, 0.006, 0.005, 0.01, 0.062, 0.062],
  );
  assert.deepEqual(["macos-latest-large", "macos-14-xlarge"].map(rate), [0.077, 0.102]);
});

test("a job of 2025 has the rates of 2025", () => {
  const startedAtMs = Date.UTC(2025, 11, 31, 23, 59, 59);
  assert.equal(usd({ startedAtMs, duration: known(1) }), 0.008);
  assert.equal(usd({ startedAtMs, runnerLabels: "macos-latest", duration: known(1) }), 0.08);
  assert.equal(usd({ startedAtMs, runnerLabels: "ubuntu-24.04-arm" }), "label-unknown");
  assert.equal(usd({ startedAtMs: Date.UTC(2026, 0, 1), duration: known(1) }), 0.006);
});

test("standard runners are free in public repositories, larger ones are not", () => {
  assert.deepEqual(cost({}, "public"), { kind: "unpriced", minutes: 2, reason: "free-public" });
  assert.deepEqual(cost({}, null), { kind: "unpriced", minutes: 2, reason: "visibility-unknown" });
  assert.deepEqual(cost({ runnerLabels: "macos-15-large" }, "public"), {
    kind: "priced",
    minutes: 2,
    microUsd: 154_000,
  });
});

test("a standard runner is free in a public repository on days whose price is not known, too", () => {
  const arm = { runnerLabels: "ubuntu-24.04-arm", startedAtMs: Date.UTC(2025, 5, 1) };
  assert.deepEqual(cost(arm, "public"), { kind: "unpriced", minutes: 2, reason: "free-public" });
  assert.deepEqual(cost(arm, "private"), { kind: "unpriced", minutes: 2, reason: "label-unknown" });
  assert.deepEqual(cost({ ...arm, runnerGroup: "big machines" }, "public"), {
    kind: "unpriced",
    minutes: 2,
    reason: "label-unknown",
  });
});

test("one's own runners and labels nobody knows have no price, whatever else they are called", () => {
  assert.equal(usd({ runnerLabels: "linux,self-hosted,x64", runnerGroup: "Default" }), "self-hosted");
  assert.equal(usd({ runnerLabels: "self-hosted,ubuntu-latest" }), "self-hosted");
  assert.equal(usd({ runnerLabels: "ubuntu-latest", runnerGroup: "big machines" }), "label-unknown");
  assert.equal(usd({ runnerLabels: "ubuntu-latest", runnerGroup: null }), 0.012);
  for (const runnerLabels of ["ubuntu-latest-4-cores", "blacksmith-4vcpu-ubuntu-2204", "ubuntu", "macos-", "", null]) {
    assert.equal(usd({ runnerLabels }), "label-unknown", String(runnerLabels));
  }
});

test("a table of one's own comes before GitHub's", () => {
  const own: PriceTable = {
    source: "our contract",
    date: "2026-05-01",
    prices: [
      { labels: ["ubuntu-*-cores"], usdPerMinute: 0.022, fromMs: null, isStandard: false },
      { labels: ["self-hosted"], usdPerMinute: 0.001, fromMs: null, isStandard: false },
      { labels: ["ubuntu-latest"], usdPerMinute: 0.003, fromMs: null, isStandard: true },
    ],
  };
  const table = overriding(own, GITHUB_PRICES);
  const rate = (runnerLabels: string) => {
    const price = priceOf(aJob({ runnerLabels }), "private", table);
    return typeof price === "string" ? price : price.usdPerMinute;
  };
  assert.deepEqual(
    ["ubuntu-latest-8-cores", "linux,self-hosted", "ubuntu-latest", "macos-15"].map(rate),
    [0.022, 0.001, 0.003, 0.062],
  );
  assert.match(table.source, /our contract.*github/);
});

test("the built-in table says where and when it was read, and every rate is one that can be paid", () => {
  assert.match(GITHUB_PRICES.source, /^https:\/\/docs\.github\.com\//);
  assert.match(GITHUB_PRICES.date, /^2026-\d\d-\d\d$/);
  for (const { usdPerMinute } of GITHUB_PRICES.prices) assert.ok(usdPerMinute > 0 && usdPerMinute < 1);
});

test("usage adds up jobs: known cost, minutes without a price, queue by share, unknown by reason", () => {
  const sum = usageSum(GITHUB_PRICES);
  for (const queueS of [1, 2, 3, 4, 5, 6, 7, 8, 9, 100]) sum.add(aJob({ queueTime: known(queueS * 1000) }), "private");
  sum.add(aJob({ runnerLabels: "self-hosted", queueTime: { ms: null, unknown: "held-back" } }), "private");
  sum.add(aJob({ duration: { ms: null, unknown: "end-before-start" }, queueTime: known(0) }), "private");
  const none = { ms: null, unknown: "never-ran" } as const;
  sum.add(aJob({ duration: none, queueTime: none }), "private");
  const { execution, queue, ...rest } = sum.usage();
  assert.deepEqual(rest, {
    jobCount: 12,
    executionMs: 11 * 90_000,
    billedMinutes: 22,
    microUsd: 120_000,
    unpricedMinutes: { "self-hosted": 2 },
  });
  assert.deepEqual(queue, { knownCount: 11, medianMs: 5000, p90Ms: 9000, unknown: { "held-back": 1 } });
  assert.deepEqual(execution.unknown, { "end-before-start": 1 });
  const empty = usageSum(GITHUB_PRICES).usage();
  assert.deepEqual([empty.jobCount, empty.queue.medianMs, empty.queue.p90Ms], [0, null, null]);
});

test("sums do not depend on the order of the jobs, and a longer job never costs less", () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 6 * 60 * MINUTE }), { minLength: 1, maxLength: 30 });
  const total = (all: readonly number[]) => {
    const sum = usageSum(GITHUB_PRICES);
    for (const ms of all) sum.add(aJob({ duration: known(ms) }), "private");
    return sum.usage();
  };
  fc.assert(
    fc.property(lengths, (all) => {
      assert.deepEqual(total(all), total([...all].reverse()));
      assert.ok(total(all.map((ms) => ms + 1)).microUsd >= total(all).microUsd);
      assert.ok(total(all).billedMinutes * MINUTE >= total(all).executionMs);
    }),
    { seed: 5, numRuns: 200 },
  );
});
