import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { test } from "node:test";
import { DAY_MS, newStage, type StageOptions, START } from "./stage.ts";

/** Told and pushed on day 2; its issue is number 1. */
async function toldStage(options: StageOptions = {}) {
  const stage = await newStage(options);
  await stage.pass(1);
  await stage.say({ day: 2 });
  await stage.pass(2.1);
  return stage;
}

type Told = Awaited<ReturnType<typeof toldStage>>;
const wordsAt = ({ github }: Told): readonly string[] => github.writes.map((line) => line.split(" ")[0]!);

/** The store is gone; a new one is made of the same history. */
async function lost({ github, room }: Told, lastPassDay: number) {
  const anew = await newStage({ github, room, watchedBeforeMs: START + lastPassDay * DAY_MS });
  await anew.say({ day: 2 });
  return anew;
}

test("an issue that a person closed says that somebody knows: no reminder, and its end is still told", async () => {
  const stage = await toldStage();
  stage.github.issues.get(1)!.state = "closed-by-person";
  await stage.runs(20);
  const { orders } = await stage.pass(20);
  assert.deepEqual(
    orders.map(({ decision, outcome }) => [decision, outcome.isDone]),
    [["acknowledged", true]],
  );
  await stage.runs(40);
  assert.deepEqual((await stage.pass(40)).said, []);
  assert.equal((await stage.store.incident(1, START + 41 * DAY_MS))!.state, "acknowledged");
  await stage.say({ day: 41, state: "recovered" });
  await stage.pass(41.1);
  assert.deepEqual(wordsAt(stage), ["new", "recovered"]);
});

test("an issue that a person deleted is not opened again, whatever becomes of the incident", async () => {
  const stage = await toldStage();
  stage.github.issues.delete(1);
  await stage.runs(20);
  const { unsaid } = await stage.pass(20);
  assert.deepEqual(
    unsaid.map(({ word, channel, state }) => `${word} ${channel} ${state}`),
    ["reminder issues refused"],
  );
  const anew = await lost(stage, 20);
  await anew.runs(21);
  await anew.pass(21);
  await anew.say({ day: 22, state: "recovered" });
  await anew.pass(22.1);
  assert.equal(stage.github.issues.size, 0);
});

test("an issue whose marker was edited away is still known to the store, and to nobody once that is lost: it is the past", async () => {
  const stage = await toldStage();
  stage.github.issues.get(1)!.identity = null;
  await stage.pass(3);
  const anew = await lost(stage, 3);
  await anew.pass(4);
  assert.deepEqual(wordsAt(stage), ["new"]);
  await stage.say({ day: 5, state: "recovered" });
  await stage.pass(5.1);
  assert.deepEqual(wordsAt(stage), ["new", "recovered"]);
});

test("an issue whose list of messages was edited away still tells that the incident was said", async () => {
  const stage = await toldStage();
  stage.github.issues.get(1)!.said = [];
  const anew = await lost(stage, 2.1);
  await anew.pass(2.2);
  await anew.say({ day: 5, state: "recovered" });
  await anew.pass(5.1);
  assert.deepEqual(wordsAt(stage), ["new", "recovered"]);
});

test("two passes at once with copies of one store open one issue", async () => {
  const stage = await newStage();
  await stage.pass(1);
  await stage.say({ day: 2 });
  const { github, room } = stage;
  const path = await stage.closed();
  copyFileSync(path, `${path}.copy`);
  const [one, other] = [await newStage({ path, github, room }), await newStage({ path: `${path}.copy`, github, room })];
  await Promise.all([one.pass(2.1), other.pass(2.1)]);
  assert.deepEqual([github.issues.size, github.writes.length], [1, 1]);
  await one.say({ day: 5, state: "recovered" });
  await other.say({ day: 5, state: "recovered" });
  await Promise.all([one.pass(5.1), other.pass(5.1)]);
  assert.deepEqual(wordsAt(stage), ["new", "recovered"]);
});

test("two passes at once on one store say everything once, in rooms that tell no repeats too", async () => {
  const stage = await newStage();
  await stage.pass(1);
  await stage.say({ day: 2 });
  const passes = await Promise.all([stage.pass(2.1), stage.pass(2.1), stage.pass(2.1)]);
  assert.equal(passes.flatMap(({ said }) => said).length, 2);
  assert.deepEqual([stage.github.writes.length, stage.room.received.length], [1, 1]);
});

test("a repository that was renamed keeps its threads: ids hold", async () => {
  const stage = await toldStage();
  await stage.store.adoptRepository({
    id: 7,
    fullName: "acme/renamed",
    defaultBranch: "main",
    visibility: "public",
    webUrl: null,
    apiUrl: null,
  });
  await stage.pass(3);
  await stage.say({ day: 5, state: "recovered" });
  await stage.pass(5.1);
  assert.deepEqual(wordsAt(stage), ["new", "recovered"]);
});

test("what a room did not get before the store was lost goes there as a possible repeat, and no more once it is noted", async () => {
  const stage = await newStage();
  await stage.pass(1);
  await stage.say({ day: 2 });
  stage.room.faults.push("later");
  await stage.pass(2.1);
  const anew = await lost(stage, 2.1);
  await anew.pass(2.2);
  assert.deepEqual(
    stage.room.received.map(({ word, mayRepeat }) => [word, mayRepeat]),
    [["new", true]],
  );
  const again = await lost(stage, 2.2);
  await again.pass(2.3);
  assert.deepEqual([stage.room.received.length, stage.github.writes.length], [1, 1]);
});

test("an order on an issue is carried out once and answered once, and again into a store that was lost", async () => {
  const stage = await toldStage();
  const order = {
    id: "comment 9",
    who: "ada",
    note: "the new linker",
    untilMs: START + 30 * DAY_MS,
    atMs: START + 3 * DAY_MS,
  };
  stage.github.issues.get(1)!.orders.push({ ...order, decision: "muted" });
  assert.equal((await stage.pass(3.1)).orders.length, 1);
  assert.equal((await stage.pass(3.2)).orders.length, 0);
  const anew = await lost(stage, 3.2);
  await anew.pass(4);
  const { state, history } = (await anew.store.incident(1, START + 4 * DAY_MS))!;
  assert.deepEqual([state, history.filter(({ what }) => what === "muted").length], ["muted", 1]);
  const { comments } = stage.github.issues.get(1)!;
  assert.equal(comments.filter((line) => line.startsWith("@ada muted")).length, 1);
});

test("an order that cannot be carried out is answered with the reason", async () => {
  const stage = await toldStage();
  await stage.say({ day: 3, state: "recovered" });
  const order = { id: "comment 9", who: "ada", note: null, untilMs: null, atMs: START + 4 * DAY_MS };
  stage.github.issues.get(1)!.orders.push({ ...order, decision: "acknowledged" });
  const [outcome] = (await stage.pass(4.1)).orders;
  assert.equal(outcome?.outcome.isDone, false);
  assert.match(outcome?.outcome.text ?? "", /the old level is back already/);
});

test("accepting on the issue closes it with a word, and tells the room nothing more", async () => {
  const stage = await toldStage();
  const order = { id: "comment 9", who: "ada", note: null, untilMs: null, atMs: START + 3 * DAY_MS };
  stage.github.issues.get(1)!.orders.push({ ...order, decision: "accepted" });
  await stage.pass(3.1);
  await stage.pass(3.2);
  assert.deepEqual(wordsAt(stage), ["new", "recovered"]);
  assert.deepEqual(
    stage.room.received.map(({ word }) => word),
    ["new"],
  );
});

test("what a channel refuses is tried daily, given up after a week, and not in anybody's way after that", async () => {
  const stage = await newStage({ alerts: { remindAfterDays: null } });
  await stage.pass(1);
  await stage.say({ day: 2 });
  stage.room.faults.push(...Array.from({ length: 20 }, () => "refused" as const));
  await stage.pass(2.1);
  assert.equal((await stage.pass(2.5)).unsaid.length, 0);
  for (const day of [3.2, 4.3, 5.4, 6.5, 7.6, 8.7]) assert.equal((await stage.pass(day)).unsaid[0]?.state, "refused");
  assert.equal((await stage.pass(9.8)).unsaid[0]?.state, "given-up");
  stage.room.faults.length = 0;
  await stage.say({ day: 12, state: "recovered" });
  await stage.pass(12.1);
  assert.deepEqual([wordsAt(stage), stage.room.received], [["new", "recovered"], []]);
});

test("a delivery that a killed pass had begun is made up for, as a possible repeat where repeats are not told", async () => {
  const stage = await newStage();
  await stage.pass(1);
  await stage.say({ day: 2 });
  const died = stage.pass(2.1, {
    channels: [stage.github.channel, { ...stage.room.channel, deliver: () => Promise.reject(new Error("killed")) }],
  });
  await assert.rejects(died, /killed/);
  assert.deepEqual((await stage.pass(2.101)).said, []);
  assert.deepEqual(
    (await stage.pass(2.2)).said.map(({ channel }) => channel),
    ["room"],
  );
  assert.deepEqual(
    stage.room.received.map(({ mayRepeat }) => mayRepeat),
    [true],
  );
});

test("ten incidents new in one pass are one message, and one that they are over", async () => {
  const stage = await newStage({ alerts: { stormFrom: 3 } });
  await stage.pass(1);
  // onsets a week apart are no one incident
  await stage.say(...[0, 7, 14].map((week, at) => ({ day: 20, onsetDay: 2 + week, workflowId: 70 + at })));
  assert.deepEqual(
    (await stage.pass(20.1)).said.map(({ word, incidentNumbers }) => `${word} ${incidentNumbers.length}`),
    ["storm 3", "storm 3"],
  );
  await stage.say(
    ...[0, 7, 14].map((_, at) => ({ day: 25, onsetDay: 2, state: "recovered" as const, workflowId: 70 + at })),
  );
  await stage.pass(25.1);
  assert.deepEqual(wordsAt(stage), ["storm", "recovered"]);
});
