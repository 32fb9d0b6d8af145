import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY_MS, newStage, START } from "./stage.ts";

const words = (said: readonly { readonly word: string; readonly channel: string }[]): readonly string[] =>
  said.map(({ word, channel }) => `${word} ${channel}`);

test("the first pass says nothing of the past, and the next ones nothing of it either", async () => {
  const stage = await newStage();
  await stage.say({ day: 1 });
  const first = await stage.pass(2);
  assert.deepEqual([first.isFirst, first.said], [true, []]);
  await stage.runs(3);
  assert.deepEqual((await stage.pass(3)).said, []);
  assert.equal(stage.github.writes.length, 0);
});

test("what is new is said once in each channel, and once that it is over", async () => {
  const stage = await newStage();
  await stage.pass(1);
  await stage.say({ day: 2 });
  assert.deepEqual(words((await stage.pass(2.1)).said), ["new issues", "new room"]);
  assert.deepEqual((await stage.pass(2.1)).said, []);
  assert.deepEqual((await stage.pass(3)).said, []);
  await stage.say({ day: 5, state: "recovered", level: 300_000 });
  assert.deepEqual(words((await stage.pass(5.1)).said), ["recovered issues", "recovered room"]);
  assert.deepEqual((await stage.pass(9)).said, []);
  assert.equal(stage.github.issues.get(1)?.state, "closed-by-oddrun");
  assert.equal(stage.room.received.length, 2);
});

test("a store that was lost learns from the issues what was said, and goes on", async () => {
  const stage = await newStage();
  await stage.pass(1);
  await stage.say({ day: 2 });
  const { watchingSinceMs } = await stage.pass(2.1);
  const { github, room } = stage;
  const anew = await newStage({ github, room, watchedBeforeMs: watchingSinceMs });
  await anew.say({ day: 2, onsetDay: 1.6 });
  assert.deepEqual((await anew.pass(3)).said, []);
  await anew.say({ day: 5, state: "recovered", level: 300_000 });
  assert.deepEqual(words((await anew.pass(5.1)).said), ["recovered issues", "recovered room"]);
  assert.deepEqual(
    github.writes.map((line) => line.split(" ").slice(0, 2).join(" ")),
    ["new #1", "recovered #1"],
  );
});

test("what was too unsure to be pushed is in one digest, which is no thread, and what a lost store held is in the next", async () => {
  const stage = await newStage({ alerts: { digest: { weekday: 1, hour: 8 } } });
  await stage.pass(1);
  await stage.say({ day: 2, score: 0.5 });
  assert.deepEqual(words((await stage.pass(2.1)).said), []);
  assert.deepEqual(words((await stage.pass(7.5)).said), ["digest issues", "digest room"]);
  await stage.say({ day: 8, state: "recovered", level: 300_000 });
  assert.deepEqual((await stage.pass(8.1)).said, []);
  await stage.say({ day: 9, score: 0.5, workflowId: 71 });
  await stage.pass(9.1);
  const { github, room } = stage;
  const watchedBeforeMs = START + 9.1 * DAY_MS;
  const anew = await newStage({ github, room, watchedBeforeMs, alerts: { digest: { weekday: 1, hour: 8 } } });
  await anew.say({ day: 2, score: 0.5 }, { day: 8, state: "recovered", level: 300_000 });
  await anew.say({ day: 9, score: 0.5, workflowId: 71 });
  assert.deepEqual((await anew.pass(10)).said, []);
  assert.deepEqual(words((await anew.pass(14.5)).said), ["digest issues", "digest room"]);
  assert.deepEqual((await anew.pass(14.6)).said, []);
});
