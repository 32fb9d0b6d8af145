import assert from "node:assert/strict";
import { test } from "node:test";
import { readScoreReply } from "./endpoint-answer.ts";

const GOOD = {
  predictions: [false, true],
  scores: [0.4, 0.7],
  reasons: [null, "duration 15 min"],
  threshold: 0.6,
  model: { version: "v", sha256: "ab" },
};
const reply = (status: number, body: unknown, modelStatus: number | null = null) => ({ status, body, modelStatus });

test("a well-formed answer is taken with its scores in order and the model that gave them", () => {
  const outcome = readScoreReply(reply(200, GOOD), 2);
  assert.deepEqual(outcome, {
    kind: "scored",
    answer: {
      predictions: [false, true],
      scores: [0.4, 0.7],
      reasons: [null, "duration 15 min"],
      modelSha256: "ab",
    },
  });
});

test("an answer of another length, with a score beyond 0 to 1 or with words for yes and no is not taken", () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    ["<html>", /no JSON object/],
    [{ ...GOOD, scores: [0.4] }, /"scores" has 1 entries for 2 records/],
    [{ ...GOOD, scores: [0.4, 1.1] }, /numbers from 0 to 1/],
    [{ ...GOOD, scores: [0.4, null] }, /numbers from 0 to 1/],
    [{ ...GOOD, predictions: [0, 1] }, /true and false/],
    [{ ...GOOD, predictions: undefined }, /no list "predictions"/],
  ];
  for (const [body, why] of cases) {
    const outcome = readScoreReply(reply(200, body), 2);
    assert.ok(outcome.kind === "unusable" && why.test(outcome.what), JSON.stringify(outcome));
  }
});

test("424 with the model's own 4xx is the caller's mistake and names the rows; any other 424 is the model's failure", () => {
  const body = {
    code: "invalid-record",
    detail: "2 mistakes in the rows",
    errors: [
      { pointer: "/data/7/duration", detail: 'must be a number, not "x\u001b[2J"' },
      { pointer: "/data/9", detail: "must be an object" },
    ],
  };
  const refused = readScoreReply(reply(424, body, 422), 10);
  assert.deepEqual(refused, {
    kind: "records-refused",
    status: 422,
    what: "2 mistakes in the rows",
    mistakes: [
      { row: 7, what: 'duration must be a number, not "x⟨U+001B⟩[2J"' },
      { row: 9, what: "must be an object" },
    ],
  });
  // without a front end in between
  assert.equal(readScoreReply(reply(422, body), 10).kind, "records-refused");
  // the body did not come through
  assert.deepEqual(readScoreReply(reply(424, "", 400), 1), {
    kind: "records-refused",
    status: 400,
    what: "",
    mistakes: [],
  });
  assert.deepEqual(readScoreReply(reply(424, { message: "boom" }, 500), 1), {
    kind: "model-failed",
    status: 500,
    what: "boom",
  });
  assert.deepEqual(readScoreReply(reply(424, "", null), 1), { kind: "model-failed", status: 424, what: "" });
});

test("401, 403 and 404 are the front end's own words; another status is told as it is", () => {
  assert.equal(readScoreReply(reply(401, ""), 1).kind, "not-signed-in");
  assert.equal(readScoreReply(reply(403, ""), 1).kind, "not-allowed");
  assert.equal(readScoreReply(reply(404, ""), 1).kind, "nothing-there");
  assert.deepEqual(readScoreReply(reply(302, ""), 1), { kind: "unusable", what: "status 302" });
});
