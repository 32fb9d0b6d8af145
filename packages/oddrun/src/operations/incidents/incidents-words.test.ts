import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChangeEvent, type IncidentRecord, incidentAt, type Series, seriesId } from "@oddrun/core";
import { scoreWords } from "./incidents-text.ts";
import { alsoChanged, levelWords } from "./incidents-words.ts";

const ONSET_MS = Date.UTC(2026, 10, 9, 3, 9);
const HOUR_MS = 3_600_000;
const SERIES: Series = {
  repositoryId: 7,
  workflowId: 70,
  branches: "default",
  event: "schedule",
  scope: "run",
  measure: "schedule",
  job: "",
  part: "",
};
const NAMES = { repository: () => "acme/shop", workflow: () => "CI" };

function event(usual: number, level: number, state: ChangeEvent["state"] = "told"): ChangeEvent {
  const onset = { runId: 5, runAttempt: 1, atMs: ONSET_MS };
  const at = { ...onset, atMs: ONSET_MS + 60 * HOUR_MS };
  const about = { changeNumber: 1, direction: "up", onset, at, usual, level, runCount: 0 } as const;
  return { ...about, state, score: 1, isYoung: false };
}

test("a schedule that is silent is told by its last run, which stays true, one that runs again by how long it was", () => {
  assert.equal(
    levelWords(SERIES, event(24 * HOUR_MS, 60 * HOUR_MS)),
    "no run since 2026-11-09 03:09 UTC, usual one every 24 h",
  );
  assert.match(levelWords(SERIES, event(168 * HOUR_MS, 420 * HOUR_MS)), /, usual one every 7 days$/);
  const told = event(24 * HOUR_MS, 60 * HOUR_MS);
  assert.equal(scoreWords({ series: SERIES, first: told, latest: told }), "told after 60 h without a run");
  assert.match(levelWords(SERIES, event(24 * HOUR_MS, 78 * HOUR_MS, "recovered")), /^no run for 3.3 days,/);
});

test("runners are named one by one, whatever is in brackets after their labels", () => {
  const labels = ["linux", "big (8)", "big (16)"];
  const words = event(60_000, 600_000);
  const changes = labels.map((job) => {
    const series = { ...SERIES, workflowId: 0, event: "", scope: "runner", measure: "queue-time", job } as const;
    return { seriesId: seriesId(series), changeNumber: 1, first: words, latest: words };
  });
  const line = { what: "told", atMs: words.at.atMs, who: "oddrun", isCorrection: false, note: null } as const;
  const record: IncidentRecord = {
    number: 1,
    repositoryId: 7,
    family: "more time",
    anchorMs: ONSET_MS,
    slackMs: 0,
    openedAtMs: words.at.atMs,
    changes,
    history: changes.map((change, at) => ({ ...line, place: at + 1, change, untilMs: null, other: null })),
  };
  const also = alsoChanged(incidentAt(record, words.at.atMs), NAMES, 9);
  assert.equal(also.length, 2);
  for (const each of also) assert.match(each, /^waiting for runners "[^"]+": 10 min, usual/);
});
