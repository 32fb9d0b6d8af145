import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { AlertMirror, MirrorOrder } from "../../packages/oddrun/src/operations/ports.ts";
import { githubIssueMirror } from "../../packages/oddrun/src/adapters/github-issues/index.ts";
import type { GitHubStandIn, IssueState } from "../github-stand-in/index.ts";
import { sampleMessages } from "../../packages/oddrun/src/operations/alerts/alert-samples.contract.ts";
import { channelFor, connect, FULL_NAME, NOTHING, startIssues } from "./stage.ts";

const samples = sampleMessages();
const SINCE = { sinceMs: 0 };
const DAY_MS = 86_400_000;

interface Stage {
  readonly standIn: GitHubStandIn;
  readonly token: string;
  readonly issue: IssueState;
  readonly mirror: AlertMirror;
  /** What people asked for on the issue, as "who decision". */
  readonly ordered: () => Promise<readonly string[]>;
}

/** An issue about the sample's incident, and people of all kinds. */
async function stage(t: TestContext): Promise<Stage> {
  const { standIn, token } = await startIssues(t);
  for (const [login, role] of [
    ["ann", "admin"],
    ["ben", "write"],
    ["tri", "triage"],
    ["ci[bot]", "admin"],
  ] as const)
    standIn.issues.setRole(FULL_NAME, login, role);
  const delivery = await (await channelFor(standIn, token)).deliver(samples.new, NOTHING);
  assert.deepEqual(delivery, { kind: "delivered", receipt: "1" });
  const mirror = githubIssueMirror({ connection: await connect(standIn, token) });
  return {
    standIn,
    token,
    issue: standIn.issues.issue(FULL_NAME, 1),
    mirror,
    async ordered() {
      const [mirrored] = await mirror.read(FULL_NAME, SINCE);
      return mirrored!.orders.map(({ who, decision }) => `${who} ${decision}`);
    },
  };
}

test("an issue tells what was said of which incident, and where", async (t) => {
  const { mirror } = await stage(t);
  const [mirrored, ...others] = await mirror.read(FULL_NAME, SINCE);
  assert.deepEqual(others, []);
  const { identity } = samples.new.incident!;
  assert.deepEqual(mirrored, {
    receipt: "1",
    identity,
    url: `https://github.example/${FULL_NAME}/issues/1`,
    said: [{ messageId: samples.new.id, word: "new", atMs: samples.new.atMs, channels: ["issues"] }],
    state: "open",
    orders: [],
  });
});

test("a marker in an issue or comment that somebody else signed has no power", async (t) => {
  const { standIn, issue, mirror, token } = await stage(t);
  const { issues } = standIn;
  const forged = issues.open(FULL_NAME, "mallory", { title: issue.title, body: issue.body, labels: ["oddrun"] });
  issues.comment(issue, "mallory", issue.body!);
  const read = await mirror.read(FULL_NAME, SINCE);
  assert.deepEqual(
    read.map(({ receipt }) => receipt),
    ["1"],
  );
  issues.remove(issue);
  assert.deepEqual(await mirror.read(FULL_NAME, SINCE), []);
  // nor does a message go there
  const delivery = await (await channelFor(standIn, token)).deliver(samples.new, NOTHING);
  assert.ok(delivery.kind === "delivered" && delivery.receipt !== String(forged.number));
  assert.equal(forged.comments.length, 0);
});

test("people with write access give orders by comments; strangers, triagers and bots do not", async (t) => {
  const { standIn, issue, ordered } = await stage(t);
  const { issues } = standIn;
  issues.comment(issue, "ann", "/oddrun mute 14d\n/oddrun ack we are on it");
  for (const login of ["mallory", "tri", "ci[bot]", "github-actions[bot]"])
    issues.comment(issue, login, "/oddrun reject");
  const deleted = issues.comment(issue, "ben", "/oddrun accept");
  issues.deleteComment(issue, deleted.id);
  issues.comment(issue, "ben", "> /oddrun accept\n\nreally?");
  assert.deepEqual(await ordered(), ["ann muted", "ann acknowledged"]);
});

test("an order keeps its id however often it is read, and another text is another order", async (t) => {
  const { standIn, issue, mirror } = await stage(t);
  const comment = standIn.issues.comment(issue, "ben", "/oddrun mute 14d");
  const read = async (): Promise<MirrorOrder> => (await mirror.read(FULL_NAME, SINCE))[0]!.orders[0]!;
  const first = await read();
  assert.equal(first.untilMs, comment.createdAtMs + 14 * DAY_MS);
  standIn.issues.editComment(issue, comment.id, "Please:\n/oddrun  mute  14d");
  assert.equal((await read()).id, first.id);
  standIn.issues.editComment(issue, comment.id, "/oddrun mute 30d");
  assert.notEqual((await read()).id, first.id);
});

test("labels are orders, taken off they are taken back, and opening the issue again is one too", async (t) => {
  const { standIn, issue, mirror, ordered } = await stage(t);
  const { issues } = standIn;
  issues.update(issue, "tri", { labels: ["oddrun", "oddrun: accepted"] });
  issues.update(issue, "ben", { labels: ["oddrun", "Oddrun: Muted", "bug"] });
  issues.update(issue, "ben", { labels: ["oddrun"] });
  issues.update(issue, "ben", { state: "closed" });
  assert.equal((await mirror.read(FULL_NAME, SINCE))[0]!.state, "closed-by-person");
  issues.update(issue, "ben", { state: "open" });
  assert.deepEqual(await ordered(), ["ben muted", "ben reopened", "ben reopened"]);
  const { orders } = (await mirror.read(FULL_NAME, SINCE))[0]!;
  const muted = orders.find(({ decision }) => decision === "muted")!;
  assert.equal(muted.untilMs, muted.atMs + 30 * DAY_MS);
});

test("where the token may not ask who may write, owners' comments are followed and nothing else", async (t) => {
  const { standIn, issue, ordered } = await stage(t);
  standIn.script(({ route }) => (route === "permission" ? { status: 403, body: { message: "No" } } : undefined));
  standIn.issues.comment(issue, "ann", "/oddrun reject");
  standIn.issues.comment(issue, "octo-org", "/oddrun ack");
  standIn.issues.update(issue, "ann", { labels: ["oddrun", "oddrun: accepted"] });
  assert.deepEqual(await ordered(), ["octo-org acknowledged"]);
});

test("a line that is no order is answered once, with what is one, and strangers are not answered", async (t) => {
  const { standIn, issue, mirror, ordered } = await stage(t);
  standIn.issues.comment(issue, "ann", "/oddrun shut up @octocat");
  standIn.issues.comment(issue, "mallory", "/oddrun say hello");
  for (let pass = 0; pass < 3; pass++) assert.deepEqual(await ordered(), []);
  const answers = issue.comments.filter(({ author }) => author === "github-actions[bot]");
  assert.equal(answers.length, 1);
  assert.match(answers[0]!.body, /^`\/oddrun shut up @octocat` is nothing.+`\/oddrun mute 14d`/);
  assert.deepEqual(
    issue.comments[0]!.reactions.map(({ content }) => content),
    ["confused"],
  );
  assert.equal((await mirror.read(FULL_NAME, SINCE)).length, 1);
});

test("a done order is answered by a reaction and a line above, a refused one by a comment; each once", async (t) => {
  const { standIn, issue, mirror } = await stage(t);
  standIn.issues.comment(issue, "ann", "/oddrun mute 14d\n/oddrun reject too <!-- loud -->");
  const { orders } = (await mirror.read(FULL_NAME, SINCE))[0]!;
  for (let pass = 0; pass < 2; pass++) {
    await mirror.answer(FULL_NAME, "1", orders[0]!, { isDone: true, text: "done" });
    await mirror.answer(FULL_NAME, "1", orders[1]!, { isDone: false, text: "INC-7 is over: @octocat" });
  }
  assert.match(issue.body!, /> \*\*Muted until 20\d\d-\d\d-\d\d/);
  assert.equal(issue.state, "open");
  assert.deepEqual(
    issue.comments[0]!.reactions.map(({ content }) => content),
    ["+1", "confused"],
  );
  assert.equal(issue.comments.length, 2);
  assert.match(issue.comments[1]!.body, /^`ann`: `INC-7` is `over: @octocat`|^`ann`: `INC-7` is over: `@octocat`/);
  // a pass without the old store answers nothing a second time
  const writes = standIn.requests.filter(({ method }) => method !== "GET").length;
  await mirror.answer(FULL_NAME, "1", orders[0]!, { isDone: true, text: "done" });
  assert.equal(standIn.requests.filter(({ method }) => method !== "GET").length, writes);
});

test("what is accepted is closed as not planned, says by whom, and is open again when that is taken back", async (t) => {
  const { standIn, issue, mirror, token } = await stage(t);
  standIn.issues.comment(issue, "ann", "/oddrun accept twice the tests");
  const order = async (): Promise<MirrorOrder> => (await mirror.read(FULL_NAME, SINCE))[0]!.orders.at(-1)!;
  await mirror.answer(FULL_NAME, "1", await order(), { isDone: true, text: "done" });
  assert.deepEqual([issue.state, issue.stateReason], ["closed", "not_planned"]);
  assert.match(issue.body!, /> \*\*Accepted as the usual level\*\* by `ann`.+Reason: twice the tests/);
  assert.equal((await mirror.read(FULL_NAME, SINCE))[0]!.state, "closed-by-oddrun");
  // that it is over by decision is no news
  await (await channelFor(standIn, token)).deliver(samples.recovered, NOTHING);
  assert.deepEqual([issue.comments.length, issue.stateReason], [1, "not_planned"]);
  standIn.advance(1000);
  standIn.issues.comment(issue, "ann", "/oddrun reopen");
  await mirror.answer(FULL_NAME, "1", await order(), { isDone: true, text: "done" });
  assert.equal(issue.state, "open");
  assert.doesNotMatch(issue.body!, /Accepted/);
});

test("what other channels got is noted in the issue, and nothing else of it changes", async (t) => {
  const { issue, mirror } = await stage(t);
  const before = issue.body!;
  const said = { messageId: samples.new.id, word: "new", atMs: samples.new.atMs, channels: ["team-chat"] } as const;
  for (let pass = 0; pass < 2; pass++) await mirror.note(FULL_NAME, "1", [said]);
  const [mirrored] = await mirror.read(FULL_NAME, SINCE);
  assert.deepEqual(mirrored!.said, [{ ...said, channels: ["issues", "team-chat"] }]);
  const seen = (body: string): string => body.replace(/<!-- oddrun:1:.+ -->/, "");
  assert.equal(seen(issue.body!), seen(before));
});

test("a token that may only read, and a repository without issues, stop no pass", async (t) => {
  const { standIn, issue } = await stage(t);
  const reader = standIn.addToken({ text: "ghs_r", login: "github-actions[bot]", permissions: { issues: "read" } });
  const mirror = githubIssueMirror({ connection: await connect(standIn, reader) });
  standIn.issues.comment(issue, "ann", "/oddrun nonsense\n/oddrun ack");
  const [mirrored] = await mirror.read(FULL_NAME, SINCE);
  await mirror.answer(FULL_NAME, "1", mirrored!.orders[0]!, { isDone: true, text: "done" });
  await mirror.note(FULL_NAME, "1", [{ messageId: "m", word: "grown", atMs: 1, channels: ["team-chat"] }]);
  const delivery = await (await channelFor(standIn, reader)).deliver(samples.grown, NOTHING);
  assert.ok(delivery.kind === "refused");
  assert.match(delivery.why, /issues: write/);
  assert.equal(issue.comments.length, 1);
  standIn.issues.of(FULL_NAME).isEnabled = false;
  assert.deepEqual(await mirror.read(FULL_NAME, SINCE), []);
  const off = await (await channelFor(standIn, reader)).deliver(samples.new, NOTHING);
  assert.ok(off.kind === "refused" && /switched off/.test(off.why));
});

test("trouble on the way is no empty answer: what was said would be said again", async (t) => {
  const { standIn, mirror } = await stage(t);
  standIn.block(({ route }) => (route === "issues" ? { status: 502 } : undefined));
  await assert.rejects(mirror.read(FULL_NAME, SINCE), { code: "github-unreachable" });
});
