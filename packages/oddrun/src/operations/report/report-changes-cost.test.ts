import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChangeEvent, GITHUB_PRICES, type IncidentRecord, incidentAt, type Series, seriesId } from "@oddrun/core";
import type { StoredRun } from "../ports.ts";
import { costByItsRuns, costByItsWords } from "./report-changes-cost.ts";
import { costWords } from "./report-changes-text.ts";
import type { ContextRuns } from "../odd-runs/report-context-runs.ts";

const START = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;
const ONSET_MS = START + 28 * DAY_MS;
const UNTIL_MS = START + 56 * DAY_MS;
const WHOLE: Series = {
  repositoryId: 7,
  workflowId: 70,
  branches: "default",
  event: "push",
  scope: "run",
  measure: "duration",
  job: "",
  part: "",
};

function incidentOf(series: Series, usual: number, level: number, state: ChangeEvent["state"] = "told") {
  const mark = { runId: 112, runAttempt: 1, atMs: ONSET_MS };
  const at = { ...mark, atMs: ONSET_MS + 7 * DAY_MS };
  const about = { changeNumber: 1, direction: "up", onset: mark, at, usual, level, runCount: 28 } as const;
  const event: ChangeEvent = { ...about, state, score: 1.5, isYoung: false };
  const change = { seriesId: seriesId(series), changeNumber: 1 };
  const line = { who: "oddrun", isCorrection: false, note: null, untilMs: null, other: null, change };
  const record: IncidentRecord = {
    number: 1,
    repositoryId: 7,
    family: "more time",
    anchorMs: ONSET_MS,
    slackMs: 0,
    openedAtMs: at.atMs,
    changes: [{ ...change, first: event, latest: event }],
    history: [
      { ...line, place: 1, what: "told", atMs: at.atMs },
      ...(state === "told" ? [] : [{ ...line, place: 2, what: state, atMs: at.atMs }]),
    ],
  };
  return incidentAt(record, UNTIL_MS);
}

/** Four runs a day over eight weeks, ten minutes each. */
function runsOf(series: Series): ContextRuns {
  const runs = Array.from({ length: 224 }, (_, index) => ({
    runId: index,
    runAttempt: 1,
    conclusion: "success",
    completedAtMs: START + index * 6 * 3_600_000,
    duration: { ms: 600_000, unknown: null },
  }));
  const none = { jobs: new Map(), steps: new Map() };
  return new Map([[seriesId(series), { series, runs: runs as unknown as readonly StoredRun[], ...none }]]);
}

const costs = (series: Series, usual: number, level: number, state?: ChangeEvent["state"]) => {
  const given = { prices: GITHUB_PRICES, visibility: null, untilMs: UNTIL_MS };
  return costByItsRuns(incidentOf(series, usual, level, state), runsOf(series), given);
};
const about = (actual: number | null, expected: number): void =>
  assert.ok(actual !== null && Math.abs(actual / expected - 1) < 0.02, `${actual} is about ${expected}`);

test("a slower run costs its extra minutes times its runs a week, for as long as it lasted", () => {
  const slower = costs(WHOLE, 600_000, 900_000);
  about(slower.runsAWeek, 28);
  about(slower.minutesAWeek, 140);
  about(slower.minutesSoFar, 560);
  about(costs(WHOLE, 600_000, 900_000, "recovered").minutesSoFar, 140);
  about(costs(WHOLE, 600_000, 300_000).minutesAWeek, -140);
});

test("failures cost the runs that fail now and did not before", () => {
  about(costs({ ...WHOLE, measure: "failure" }, 0.1, 0.3).minutesAWeek, 56);
});

test("a schedule that fell silent costs no minutes: its runs that did not come are counted, up to when it was looked at", () => {
  const schedule: Series = { ...WHOLE, measure: "schedule" };
  const silent = costs(schedule, 6 * 3_600_000, 30 * 3_600_000);
  assert.deepEqual([silent.minutesAWeek, silent.minutesSoFar], [null, null]);
  about(silent.runsAWeek, 28);
  assert.equal(silent.missedRunCount, 112);
  assert.equal(costWords(silent), "about 112 runs missed so far, usual 28 a week");
  const rough = costByItsWords(incidentOf(schedule, 6 * 3_600_000, 30 * 3_600_000), ONSET_MS + DAY_MS);
  assert.deepEqual([rough.minutesAWeek, rough.missedRunCount, rough.isCounted], [null, 4, false]);
  assert.equal(costs(WHOLE, 600_000, 900_000).missedRunCount, null);
});

test("a change of cost is told in dollars a week, a joined metric costs nothing that is known", () => {
  const dearer = costs({ ...WHOLE, measure: "cost" }, 500_000, 1_500_000);
  about(dearer.usdAWeek, 28);
  assert.equal(dearer.minutesAWeek, null);
  const moved = costs({ ...WHOLE, measure: "metric", part: "coverage" }, 80, 70);
  assert.deepEqual([moved.minutesAWeek, moved.usdAWeek], [null, null]);
});

test("without its runs the pace is taken from what was said, and told to be so", () => {
  const incident = incidentOf(WHOLE, 600_000, 900_000);
  const rough = costByItsWords(incident, UNTIL_MS);
  about(rough.minutesAWeek, 140);
  assert.equal(rough.isCounted, false);
  const given = { prices: GITHUB_PRICES, visibility: null, untilMs: UNTIL_MS };
  assert.deepEqual(costByItsRuns(incident, new Map(), given), rough);
});
