import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChangeEvent, levelDetector, rateDetector } from "../change-points/index.ts";
import { type SeededRandom, seededRandom } from "../random/index.ts";
import { type InjectableRun, inject, type Injection } from "./injection.ts";
import { replayAlerts } from "./replay-alerts.ts";
import { falseAlarmsPer1000, NO_CUT, type ReplayAlert, type ReplayedHistory, scoreVariants } from "./replay-scoring.ts";

/**
 * A guard, not a benchmark: made-up histories with the troubles of real ones (heavy tails, runs that resemble the run before, two kinds
 * of run, failures in rows), each as hard as the seed has it. The floors lie a little below what the detectors reach; the figures
 * that count are in benchmarks/results/detection.md.
 */
const HISTORIES = 36;
const RUNS = 400;
const ONSET = 220;
const WITHIN = 40;
const UNCUT = { cut: NO_CUT };
const WARM_UP = { warmUpRunCount: 60 };

/** Student's t with three degrees of freedom, to unit median absolute deviation or so: a normal over the root of a chi-square. */
function heavyTailed(random: SeededRandom): number {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const spread = Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3);
  return normal() / Math.max(spread, 0.05);
}

function history(seed: number): readonly InjectableRun[] {
  const random = seededRandom(seed);
  const usualMs = 60_000 * Math.exp(3 * random.next());
  const scatter = 0.03 + 0.09 * random.next();
  const correlation = 0.5 * random.next();
  // In a third of the histories a part of the runs does less than half the work: documentation only, a warm cache.
  const lightShare = hasTwoKinds(seed) ? 0.15 + 0.2 * random.next() : 0;
  const failing = { afterPass: 0.04 + 0.06 * random.next(), afterFailure: 0.35 };
  let noise = 0;
  let hasFailed = false;
  return Array.from({ length: RUNS }, () => {
    noise = correlation * noise + heavyTailed(random) * Math.sqrt(1 - correlation ** 2);
    const light = random.next() < lightShare ? 0.4 : 1;
    hasFailed = random.next() < (hasFailed ? failing.afterFailure : failing.afterPass);
    const cutShort = hasFailed ? 0.3 + 0.7 * random.next() : 1;
    return { durationMs: usualMs * light * Math.exp(scatter * noise) * cutShort, hasFailed };
  });
}

/** What the detectors say, run by run, with the settings everybody gets. */
function replay(runs: readonly InjectableRun[]): readonly ReplayAlert[] {
  const levels = levelDetector();
  const rates = rateDetector();
  const durations: ChangeEvent[] = [];
  const failures: ChangeEvent[] = [];
  for (const [place, { durationMs, hasFailed }] of runs.entries()) {
    const mark = { runId: place, runAttempt: 1, atMs: place * 3_600_000 };
    if (!hasFailed) durations.push(...levels.observe({ value: durationMs, mark }));
    failures.push(...rates.observe({ hasFailed, mark }));
  }
  const placeOf = (runId: number): number => runId;
  return [
    ...replayAlerts(durations, { placeOf, kindOf: ({ direction }) => (direction === "up" ? "slower" : "faster") }),
    ...replayAlerts(failures, { placeOf, kindOf: () => "failing" }),
  ];
}

const seeds = Array.from({ length: HISTORIES }, (_, seed) => seed + 1);
const hasTwoKinds = (seed: number): boolean => seed % 3 === 0;

function injected(
  variant: string,
  injection: Injection,
  accepts: readonly string[],
  recovers = false,
): ReplayedHistory[] {
  return seeds.map((seed) => {
    const { runs, stretches } = inject(history(seed), injection, ONSET, seededRandom(1000 + seed));
    const { firstRun, lastRun } = stretches[0]!;
    const aboutUntilRun = Math.min(runs.length - 1, lastRun + WITHIN);
    const incident = { variant, firstRun, lastRun, accepts, withinRunCount: WITHIN, recovers, aboutUntilRun };
    return { runCount: runs.length, incidents: [incident], alerts: replay(runs) };
  });
}

const scoreOf = (histories: readonly ReplayedHistory[]) => [...scoreVariants(histories, UNCUT).values()][0]!;
const oneKind = (histories: readonly ReplayedHistory[]) => histories.filter((_, place) => !hasTwoKinds(seeds[place]!));

test("quiet histories stay quiet: heavy tails, correlated runs, two kinds of run and failures in rows are no changes", () => {
  const quiet = seeds.map((seed) => ({ runCount: RUNS, alerts: replay(history(seed)) }));
  const per1000 = falseAlarmsPer1000(quiet, { ...UNCUT, ...WARM_UP })!;
  assert.ok(per1000 <= 1, `${per1000} per 1000 runs`);
});

test("a lasting slowdown is found soon, with its onset, and told once", () => {
  for (const { factor, recall, recallOneKind, delay } of [
    { factor: 1.3, recall: 0.65, recallOneKind: 0.9, delay: 18 },
    { factor: 1.5, recall: 0.72, recallOneKind: 0.95, delay: 14 },
    { factor: 2, recall: 0.86, recallOneKind: 0.95, delay: 12 },
  ]) {
    const histories = injected(`x${factor}`, { kind: "step", factor }, ["slower"]);
    const score = scoreOf(histories);
    assert.ok(score.recall >= recall, `x${factor}: ${score.foundCount} of ${score.caseCount}`);
    assert.ok(score.delayMedian! <= delay, `x${factor}: after ${score.delayMedian} runs`);
    assert.ok(score.onsetErrorMedian! <= 1, `x${factor}: ${score.onsetErrorMedian} runs off`);
    const { recall: recallHere, repeatsPerHit } = scoreOf(oneKind(histories));
    assert.ok(recallHere >= recallOneKind, `x${factor}, one kind of run: ${recallHere}`);
    assert.ok(repeatsPerHit! <= 0.2, `x${factor}, one kind of run: ${repeatsPerHit} repeats`);
  }
});

test("what recovers is told as recovered, and what gets faster as faster", () => {
  const histories = injected("passing", { kind: "passing-step", factor: 1.5, runCount: 40 }, ["slower"], true);
  const passing = scoreOf(histories);
  assert.ok(passing.recall >= 0.72, `${passing.recall}`);
  assert.ok(passing.recoveredShare! >= 0.82, `${passing.recoveredShare}`);
  const faster = scoreOf(injected("faster", { kind: "step", factor: 0.6 }, ["faster"]));
  assert.ok(faster.recall >= 0.86, `${faster.recall}`);
});

test("single runs and a wider spread are no changes", () => {
  const about = (histories: readonly ReplayedHistory[]): number =>
    histories.filter(({ alerts }) => alerts.some(({ kind, words }) => kind !== "failing" && words[0]!.atRun >= ONSET))
      .length;
  const quiet = about(injected("nothing", { kind: "step", factor: 1 }, []));
  const spike = about(injected("spike", { kind: "odd-run", factor: 3, gap: 2 }, []));
  assert.ok(spike <= quiet + 1, `${spike} histories with a word after two odd runs, ${quiet} without them`);
  const wider = about(injected("wider", { kind: "variance", factor: 2 }, []));
  assert.ok(wider <= quiet + 3, `${wider} histories with a word after a wider spread, ${quiet} without it`);
});

test("a failure rate that rises by 40 points is found, and its end is told", () => {
  const score = scoreOf(injected("failing", { kind: "failures", rise: 0.4, runCount: 50 }, ["failing"], true));
  assert.ok(score.recall >= 0.9, `${score.recall}`);
  assert.ok(score.recoveredShare! >= 0.8, `${score.recoveredShare}`);
});
