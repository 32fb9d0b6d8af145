import assert from "node:assert/strict";
import { test } from "node:test";
import { ordersIn } from "./issue-orders.ts";

const NOW_MS = Date.parse("2026-11-22T10:00:00Z");
const DAY_MS = 86_400_000;
const words = (body: string): readonly string[] =>
  ordersIn(body, NOW_MS).map((line) => (line.kind === "order" ? line.decision : `unclear: ${line.text}`));

test("an order stands at the start of a line, in any letter case, and a comment may hold several", () => {
  assert.deepEqual(words("Thanks!\n/oddrun ack\r\nand\n/ODDRUN Reopen\n/oddrun reject the disk was full"), [
    "acknowledged",
    "reopened",
    "rejected",
  ]);
});

test("what is quoted, indented, in code, in an HTML comment or within a sentence is no order", () => {
  for (const body of [
    "> /oddrun ack",
    "    /oddrun ack",
    " /oddrun ack",
    "say /oddrun ack",
    "/oddrunack",
    "```\n/oddrun ack\n```",
    "~~~~\n```\n/oddrun ack\n~~~~",
    "```\n/oddrun ack",
    "<!--\n/oddrun ack\n-->",
    "<!-- /oddrun ack",
  ])
    assert.deepEqual(words(body), [], body);
  assert.deepEqual(words("```\ncode\n```\n/oddrun ack"), ["acknowledged"]);
});

test("a mute lasts as long as it says, thirty days without a word, and a year at most", () => {
  const until = (body: string): number | null => {
    const [line] = ordersIn(body, NOW_MS);
    return line?.kind === "order" ? line.untilMs! - NOW_MS : null;
  };
  assert.equal(until("/oddrun mute 14d"), 14 * DAY_MS);
  assert.equal(until("/oddrun mute for 2w the move"), 14 * DAY_MS);
  assert.equal(until("/oddrun mute 12H"), DAY_MS / 2);
  assert.equal(until("/oddrun mute"), 30 * DAY_MS);
  assert.equal(until("/oddrun mute until 2026-12-01"), Date.parse("2026-12-01") - NOW_MS);
  for (const wrong of ["forever", "0d", "366d", "until 2026-11-01", "until 2026-99-99", "-1d", "14 d", "1e3d"])
    assert.equal(until(`/oddrun mute ${wrong}`), null, wrong);
});

test("the reason is kept on one line, visible and cut, and any other verb is unclear", () => {
  const [line] = ordersIn(`/oddrun accept twice \u202e the tests ${"x".repeat(400)}`, NOW_MS);
  assert.ok(line?.kind === "order" && line.note !== null);
  assert.match(line.note, /^twice ⟨U\+202E⟩ the tests x+…$/);
  assert.equal(line.note.length, 300);
  assert.deepEqual(words("/oddrun\n/oddrun shut up\n/oddrun constructor"), [
    "unclear: /oddrun ",
    "unclear: /oddrun shut up",
    "unclear: /oddrun constructor",
  ]);
  assert.equal(ordersIn("/oddrun ack\n".repeat(500), NOW_MS).length, 10);
});
