import assert from "node:assert/strict";
import { test } from "node:test";
import { type Series, seriesId, seriesOf } from "../change-points/index.ts";
import { seededRandom } from "../random/index.ts";
import { delaysIn, type PastHistory, pastHistory, promiseAlerts, pushCandidates, type SaidOfPast } from "./index.ts";

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const WEEKS = 12;

const durationOf = (repositoryId: number, scope: Series["scope"] = "run"): string =>
  seriesId({
    repositoryId,
    workflowId: 1,
    branches: "default",
    event: "push",
    scope,
    measure: "duration",
    job: scope === "run" ? "" : "build",
    part: "",
  });

/** Forty runs a week of about ten minutes, times what the week brings. */
function addRuns(history: PastHistory, id: string, factorOf: (week: number) => number, seed = 1): void {
  const random = seededRandom(seed);
  for (let run = 0; run < 40 * WEEKS; run++) {
    const startedAtMs = (run * WEEK_MS) / 40;
    const value = 600_000 * factorOf(startedAtMs / WEEK_MS) * (0.9 + 0.2 * random.next());
    const mark = { runId: run + 1, runAttempt: 1, atMs: startedAtMs + value };
    history.add({ seriesId: id, mark, startedAtMs, value, hasFailed: false });
  }
}

/** Every change an incident of its own. */
function saidOf(history: PastHistory): SaidOfPast {
  const series = history.finish(WEEKS * WEEK_MS);
  const words = [...series.values()].flatMap(({ seriesId: id, events }) =>
    events.map((event) => ({ seriesId: id, event })),
  );
  const told = words.filter(({ event }) => event.state === "told");
  const incidents = told.map(({ seriesId: id, event }, at) => ({
    number: at + 1,
    repositoryId: seriesOf(id).repositoryId,
    changes: [{ seriesId: id, changeNumber: event.changeNumber }],
  }));
  return { series, words, incidents };
}

const options = {
  budget: { repositoryAWeek: 1, organisationAWeek: 5 },
  organisationOf: () => null,
  fromMs: 0,
  checkFromMs: 8 * WEEK_MS,
  untilMs: WEEKS * WEEK_MS,
};

test("the older part is what the promise is made of, the newest is what it is held against", () => {
  const history = pastHistory();
  // one lasting change in each part, and one that goes again
  addRuns(history, durationOf(1), (week) => (week < 4 ? 1 : week < 10 ? 1.5 : 2.5));
  const promise = promiseAlerts(saidOf(history), options);
  assert.equal(promise.inboxes.length, 1);
  const [{ inbox, forecast, checkedCount, isInside } = assert.fail("no inbox")] = promise.inboxes;
  assert.equal(inbox, "repository 1");
  assert.equal(Math.round(forecast.meanAWeek * forecast.weeksSeen), 1);
  assert.deepEqual([checkedCount, isInside], [1, true]);
  const [push] = promise.pushes;
  assert.ok(push!.atMs > 10 * WEEK_MS && push!.atMs < 10.5 * WEEK_MS);
  assert.equal(push!.hindsight, "real");
  const [member] = push!.candidate.members;
  // ten minutes more, forty times a week
  assert.ok(Math.abs(member!.extraMinutesAWeek! - 400) < 60, `${member!.extraMinutesAWeek}`);
});

test("a job's change alone does not push while it is cheap, and is counted for the digest", () => {
  const history = pastHistory();
  addRuns(history, durationOf(1), () => 1);
  addRuns(history, durationOf(1, "job"), (week) => (week < 10 ? 1 : 1.2), 2);
  const promise = promiseAlerts(saidOf(history), options);
  assert.deepEqual([promise.pushes.length, promise.digestCount], [0, 1]);
});

test("where the older part held more than the budget, bars are raised until the surest are left", () => {
  const history = pastHistory();
  for (let repository = 1; repository <= 9; repository++) {
    addRuns(
      history,
      durationOf(repository),
      (week) => (week < 5 + repository / 10 ? 1 : 1.15 + repository / 10),
      repository,
    );
  }
  const past = saidOf(history);
  const budget = { repositoryAWeek: 5, organisationAWeek: 0.3 };
  const promise = promiseAlerts(past, { ...options, budget, organisationOf: () => "octo" });
  const shared = promise.inboxes.find(({ inbox }) => inbox === "organisation octo")!;
  assert.ok(shared.raise > 0);
  assert.ok(shared.forecast.meanAWeek <= 0.3);
  // all nine were real: where there is room for them, bars are as low as they go
  const others = promise.inboxes.filter(({ inbox }) => inbox !== "organisation octo");
  assert.deepEqual(new Set(others.map(({ raise }) => raise)), new Set([-1]));
});

test("what has recovered no longer speaks for an incident", () => {
  const history = pastHistory();
  addRuns(history, durationOf(1), (week) => (week < 5 || week > 6.5 ? 1 : 1.6));
  addRuns(history, durationOf(2), (week) => (week < 8 ? 1 : 1.6), 2);
  const { series, words, incidents } = saidOf(history);
  const asOne = [{ number: 7, repositoryId: 1, changes: incidents.flatMap(({ changes }) => changes) }];
  const candidates = pushCandidates({ series, words, incidents: asOne });
  assert.deepEqual(
    candidates.map(({ incidentId, members }) => [
      incidentId,
      members.map((one) => seriesOf(one.seriesId).repositoryId),
    ]),
    [
      ["7", [1]],
      ["7", [2]],
    ],
  );
});

test("injected slowdowns are told the sooner the larger they are, and the same each time", () => {
  const history = pastHistory();
  addRuns(history, durationOf(1), () => 1);
  const past = saidOf(history);
  const { plan } = promiseAlerts(past, options);
  const how = { plan, checkFromMs: options.checkFromMs, untilMs: options.untilMs, seed: 4 };
  const delays = delaysIn([...past.series.values()], how);
  assert.deepEqual(delaysIn([...past.series.values()], how), delays);
  assert.deepEqual(
    delays.map(({ factor }) => factor),
    [1.2, 1.5, 2],
  );
  for (const { foundShare, triedCount } of delays) assert.ok(foundShare === 1 && triedCount >= 2);
  assert.ok(delays[2]!.runsMedian! <= delays[0]!.runsMedian! && delays[2]!.runsMedian! <= 12);
  assert.ok(Math.abs(delays[0]!.daysMedian! - ((delays[0]!.runsMedian! - 1) * 7) / 40) < 0.5);
});
