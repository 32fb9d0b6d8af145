import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChangeEvent, ChangeState } from "../change-points/index.ts";
import { replayAlerts } from "./replay-alerts.ts";
import {
  cutToBudget,
  falseAlarmsPer1000,
  NO_CUT,
  type ReplayAlert,
  type ReplayIncident,
  scoreCut,
  scoreVariants,
} from "./replay-scoring.ts";

const alert = (atRun: number, score = 1): ReplayAlert => ({
  kind: "slower",
  onsetRun: atRun - 5,
  words: [{ atRun, score }],
  recoveredAtRun: null,
});
const incident: ReplayIncident = {
  variant: "step",
  firstRun: 100,
  lastRun: 159,
  accepts: ["slower"],
  withinRunCount: 40,
  recovers: true,
  aboutUntilRun: 199,
};
const score = (alerts: readonly ReplayAlert[], cut = NO_CUT) =>
  scoreVariants([{ runCount: 260, incidents: [incident], alerts }], { cut }).get("step")!;

test("an incident is found by the first alert of its kind in its window, and by no other", () => {
  assert.deepEqual(score([alert(110)]), {
    caseCount: 1,
    foundCount: 1,
    recall: 1,
    delayMedian: 10,
    delayP90: 10,
    onsetErrorMedian: 5,
    repeatsPerHit: 0,
    recoveredShare: 0,
  });
  assert.equal(score([alert(99)]).recall, 0);
  assert.equal(score([alert(141)]).recall, 0);
  assert.equal(score([{ ...alert(110), kind: "faster" }]).recall, 0);
  assert.equal(score([alert(110), alert(120), alert(130)]).repeatsPerHit, 2);
  assert.equal(score([{ ...alert(110), recoveredAtRun: 170 }]).recoveredShare, 1);
  assert.equal(score([{ ...alert(110), recoveredAtRun: 120 }]).recoveredShare, 0);
});

test("under a cut an alert counts from the first word that is surer than it", () => {
  const growing = {
    ...alert(110),
    words: [
      { atRun: 110, score: 1 },
      { atRun: 125, score: 3 },
    ],
  };
  assert.equal(score([growing], 0.5).delayMedian, 10);
  assert.equal(score([growing], 2).delayMedian, 25);
  assert.equal(score([growing], 3).foundCount, 0);
});

test("a budget keeps the surest alerts of clean histories, and equal scores fall together", () => {
  assert.equal(scoreCut([5, 4, 4, 3], 4), NO_CUT);
  assert.equal(scoreCut([5, 4, 4, 3], 1.9), 4);
  assert.equal(scoreCut([5, 4, 4, 3], 2), 4);
  const clean = [
    { runCount: 1060, alerts: [alert(70, 2), alert(80, 5)] },
    { runCount: 1060, alerts: [alert(90, 4)] },
    { runCount: 30, alerts: [] },
  ];
  const cut = cutToBudget(clean, { per1000: 0.5, warmUpRunCount: 60 });
  assert.equal(cut, 4);
  assert.equal(falseAlarmsPer1000(clean, { cut, warmUpRunCount: 60 }), 0.5);
  assert.equal(falseAlarmsPer1000(clean.slice(2), { cut, warmUpRunCount: 60 }), null);
});

test("suspicions are no alerts, and what grows is one alert with more words", () => {
  const event = (state: ChangeState, changeNumber: number, runId: number, score: number): ChangeEvent => ({
    state,
    changeNumber,
    direction: "up",
    onset: { runId: 7, runAttempt: 1, atMs: 0 },
    at: { runId, runAttempt: 1, atMs: 0 },
    usual: 1,
    level: 2,
    score,
    runCount: 3,
    isYoung: false,
  });
  const events = [
    event("suspected", 1, 8, 0.5),
    event("withdrawn", 1, 9, 0.2),
    event("suspected", 2, 10, 0.5),
    event("told", 2, 11, 1.1),
    event("grown", 2, 12, 1),
    event("grown", 2, 13, 2),
    event("recovered", 2, 20, 2),
  ];
  assert.deepEqual(replayAlerts(events, { kindOf: () => "slower", placeOf: (runId) => runId - 1 }), [
    {
      kind: "slower",
      onsetRun: 6,
      words: [
        { atRun: 10, score: 1.1 },
        { atRun: 12, score: 2 },
      ],
      recoveredAtRun: 19,
    },
  ]);
});
