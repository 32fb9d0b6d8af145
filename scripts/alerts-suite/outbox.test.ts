import assert from "node:assert/strict";
import { test } from "node:test";
import type { AlertChannel } from "oddrun/ports";
import { roomInMemory } from "./github-in-memory.ts";
import { newStage } from "./stage.ts";

const wordsIn = ({ received }: ReturnType<typeof roomInMemory>): readonly string[] => received.map(({ word }) => word);

/** A stage whose only channel is a room. */
async function roomStage(room = roomInMemory("room")) {
  const stage = await newStage({ room });
  const pass = (day: number, channel: AlertChannel = room.channel) =>
    stage.pass(day, { mirror: null, channels: [channel], route: () => [channel.name] });
  await pass(1);
  return { ...stage, room, pass };
}

test("what waits for a channel that the settings have no more is given up after a week, and takes no room after that", async () => {
  const stage = await roomStage();
  stage.room.faults.push("refused");
  await stage.say({ day: 2 });
  await stage.pass(2.1);
  const renamed = roomInMemory("ops");
  await stage.say({ day: 10, workflowId: 71 });
  await stage.pass(10.1, renamed.channel);
  assert.deepEqual(wordsIn(renamed), ["new"]);
  assert.deepEqual(wordsIn(stage.room), []);
});

test("a receiver that asks for months of patience is tried again the next day", async () => {
  const stage = await roomStage();
  const patient: AlertChannel = {
    ...stage.room.channel,
    deliver: () => Promise.resolve({ kind: "later", why: "busy", retryAfterMs: 9_999_999_000 }),
  };
  await stage.say({ day: 2 });
  await stage.pass(2.1, patient);
  await stage.pass(3.2);
  assert.deepEqual(wordsIn(stage.room), ["new"]);
});

test("what was over before a room could be told is not told there, neither its beginning nor its end", async () => {
  const stage = await roomStage();
  stage.room.faults.push("refused");
  await stage.say({ day: 2 });
  await stage.pass(2.1);
  await stage.say({ day: 3, state: "recovered", level: 300_000 });
  const { unsaid } = await stage.pass(3.2);
  assert.deepEqual(wordsIn(stage.room), []);
  assert.deepEqual(
    unsaid.map(({ word, state }) => `${word} ${state}`),
    ["new given-up", "recovered given-up"],
  );
  await stage.say({ day: 5, workflowId: 71 });
  await stage.pass(5.1);
  assert.deepEqual(wordsIn(stage.room), ["new"], "it took no room of what comes after");
});

test("of what may have arrived the end alone is told", async () => {
  const stage = await roomStage();
  stage.room.faults.push("later");
  await stage.say({ day: 2 });
  await stage.pass(2.1);
  await stage.say({ day: 3, state: "recovered", level: 300_000 });
  await stage.pass(3.2);
  assert.deepEqual(wordsIn(stage.room), ["recovered"]);
});

test("what a person decided before a room could be told is no news there", async () => {
  const stage = await newStage();
  await stage.pass(1);
  stage.room.faults.push("refused");
  await stage.say({ day: 2 });
  await stage.pass(2.1);
  const [issue] = [...stage.github.issues.values()];
  const order = { id: "comment-1.1.accept", decision: "accepted", who: "ada", note: null, untilMs: null } as const;
  issue!.orders.push({ ...order, atMs: issue!.said[0]!.atMs + 1 });
  await stage.pass(3.2);
  assert.deepEqual(wordsIn(stage.room), []);
  assert.equal(issue!.state, "closed-by-oddrun");
});

test("an issue that was made anew after the first was deleted is where orders are read and deliveries noted", async () => {
  const stage = await newStage();
  await stage.pass(1);
  await stage.say({ day: 2 });
  await stage.pass(2.1);
  await stage.pass(2.2);
  const { issues } = stage.github;
  const first = issues.get(1)!;
  issues.delete(1);
  const order = { id: "comment-9.1.ack", decision: "acknowledged", who: "ada", note: null, untilMs: null } as const;
  issues.set(2, { ...first, number: 2, orders: [{ ...order, atMs: first.said[0]!.atMs + 1 }] });
  const { orders } = await stage.pass(3);
  assert.deepEqual(
    orders.map(({ decision, who }) => `${decision} ${who}`),
    ["acknowledged ada"],
  );
  assert.equal((await stage.store.storedAlerts()).threads[0]!.receipt, "2");
});
