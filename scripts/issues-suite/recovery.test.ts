import assert from "node:assert/strict";
import { test } from "node:test";
import { githubIssueMirror } from "../../packages/oddrun/src/adapters/github-issues/index.ts";
import type { GitHubStandIn } from "../github-stand-in/index.ts";
import { sampleMessages } from "../../packages/oddrun/src/operations/alerts/alert-samples.contract.ts";
import { channelFor, connect, FULL_NAME, NOTHING, startIssues } from "./stage.ts";

const samples = sampleMessages();
const openOf = (standIn: GitHubStandIn, fullName = FULL_NAME) =>
  standIn.issues
    .of(fullName)
    .issues.filter(({ state, isDeleted, movedTo }) => state === "open" && !isDeleted && !movedTo);
const after = (receipt: string) => ({
  earlier: [{ messageId: samples.new.id, word: "new", receipt } as const],
  mayRepeat: false,
});

test("a store that was lost says nothing twice: the issue is found, and an incident's whole life is one issue", async (t) => {
  const { standIn, token } = await startIssues(t);
  for (const word of ["new", "grown", "reminder", "recovered"] as const) {
    // a new process each time, which knows nothing of the one before; and killed before it could keep what it did
    for (let pass = 0; pass < 2; pass++)
      assert.deepEqual(await (await channelFor(standIn, token)).deliver(samples[word], NOTHING), {
        kind: "delivered",
        receipt: "1",
      });
  }
  const { issues } = standIn.issues.of(FULL_NAME);
  assert.equal(issues.length, 1);
  assert.equal(issues[0]!.comments.length, 3);
  assert.deepEqual([issues[0]!.state, issues[0]!.stateReason], ["closed", "completed"]);
  assert.deepEqual(
    issues[0]!.events.map(({ event }) => event).filter((event) => event !== "renamed"),
    ["labeled", "closed"],
  );
});

test("a kill between the comment and the issue's memory of it repeats neither", async (t) => {
  const { standIn, token } = await startIssues(t);
  await (await channelFor(standIn, token)).deliver(samples.new, NOTHING);
  const unblock = standIn.block(({ route }) => (route === "issue-update" ? { status: 502 } : undefined));
  const cut = await (await channelFor(standIn, token)).deliver(samples.grown, after("1"));
  assert.equal(cut.kind, "later");
  unblock();
  const again = await (await channelFor(standIn, token)).deliver(samples.grown, after("1"));
  assert.equal(again.kind, "delivered");
  assert.equal(standIn.issues.issue(FULL_NAME, 1).comments.length, 1);
});

test("two passes that make the same issue at once leave one open, and both know its number", async (t) => {
  const { standIn, token } = await startIssues(t);
  const channels = await Promise.all([channelFor(standIn, token), channelFor(standIn, token)]);
  const deliveries = await Promise.all(channels.map((channel) => channel.deliver(samples.new, NOTHING)));
  const [{ number }, ...others] = openOf(standIn) as unknown as [{ number: number }];
  assert.deepEqual(others, []);
  for (const delivery of deliveries) assert.deepEqual(delivery, { kind: "delivered", receipt: String(number) });
  const mirror = githubIssueMirror({ connection: await connect(standIn, token) });
  assert.equal((await mirror.read(FULL_NAME, { sinceMs: 0 })).length, 1);
});

test("where GitHub's list lags behind, two stay open until the next message, which closes the younger", async (t) => {
  const { standIn, token } = await startIssues(t);
  standIn.issues.listLagMs = 60_000_000;
  for (let pass = 0; pass < 2; pass++) await (await channelFor(standIn, token)).deliver(samples.new, NOTHING);
  assert.equal(openOf(standIn).length, 2);
  standIn.issues.listLagMs = 0;
  const mirror = githubIssueMirror({ connection: await connect(standIn, token) });
  const read = await mirror.read(FULL_NAME, { sinceMs: 0 });
  assert.deepEqual(
    read.map(({ receipt }) => receipt),
    ["1"],
  );
  await (await channelFor(standIn, token)).deliver(samples.grown, NOTHING);
  assert.deepEqual(
    openOf(standIn).map(({ number }) => number),
    [1],
  );
  assert.match(standIn.issues.issue(FULL_NAME, 2).body!, /the same as #1/);
});

test("an issue that was deleted is not made anew to say that it goes on or is over, only for what is worse", async (t) => {
  const { standIn, token } = await startIssues(t);
  const channel = await channelFor(standIn, token);
  await channel.deliver(samples.new, NOTHING);
  standIn.issues.remove(standIn.issues.issue(FULL_NAME, 1));
  for (const word of ["reminder", "recovered"] as const)
    assert.deepEqual(await channel.deliver(samples[word], after("1")), { kind: "delivered", receipt: null });
  assert.equal(openOf(standIn).length, 0);
  assert.deepEqual(await channel.deliver(samples.grown, after("1")), { kind: "delivered", receipt: "2" });
});

test("an issue that was transferred is its new home's: nothing is said there, and nothing anew here but what is worse", async (t) => {
  const { standIn, token } = await startIssues(t);
  const channel = await channelFor(standIn, token);
  await channel.deliver(samples.new, NOTHING);
  const moved = standIn.issues.transfer(standIn.issues.issue(FULL_NAME, 1), "octo-org/other");
  const body = moved.body;
  assert.deepEqual(await channel.deliver(samples.reminder, after("1")), { kind: "delivered", receipt: null });
  assert.deepEqual([moved.comments.length, moved.body], [0, body]);
  assert.deepEqual(await channel.deliver(samples.grown, after("1")), { kind: "delivered", receipt: "2" });
});

test("an issue that a person closed stays closed, and hears of what is worse; one that Oddrun closed opens again", async (t) => {
  const { standIn, token } = await startIssues(t);
  const channel = await channelFor(standIn, token);
  await channel.deliver(samples.new, NOTHING);
  const issue = standIn.issues.issue(FULL_NAME, 1);
  standIn.issues.update(issue, "octo-dev", { state: "closed" });
  await channel.deliver(samples.grown, after("1"));
  assert.deepEqual([issue.state, issue.comments.length], ["closed", 1]);
  standIn.issues.update(issue, "octo-dev", { state: "open" });
  await channel.deliver(samples.recovered, after("1"));
  assert.equal(issue.state, "closed");
  await channel.deliver({ ...samples.grown, id: "back" }, after("1"));
  assert.deepEqual([issue.state, issue.comments.length], ["open", 3]);
});

test("what people write into the issue stays: a title of theirs, a text above and one below", async (t) => {
  const { standIn, token } = await startIssues(t);
  const channel = await channelFor(standIn, token);
  await channel.deliver(samples.new, NOTHING);
  const issue = standIn.issues.issue(FULL_NAME, 1);
  const body = `Owner: the build team\n\n${issue.body}\n\nSee the wiki.`;
  standIn.issues.update(issue, "octo-dev", { title: "Our slow CI", body });
  await channel.deliver(samples.grown, after("1"));
  assert.equal(issue.title, "Our slow CI");
  assert.match(issue.body!, /^Owner: the build team\n/);
  assert.match(issue.body!, /See the wiki\.$/);
  assert.match(issue.body!, /more than before/);
  assert.equal(issue.body!.match(/<!-- oddrun:1:/g)?.length, 1);
});

test("an issue whose memory was edited away is known by its number, else by its title, and remembers again", async (t) => {
  const { standIn, token } = await startIssues(t);
  const channel = await channelFor(standIn, token);
  await channel.deliver(samples.new, NOTHING);
  const issue = standIn.issues.issue(FULL_NAME, 1);
  const forget = (): void => standIn.issues.update(issue, "octo-dev", { body: "We know." });
  forget();
  await channel.deliver(samples.new, NOTHING);
  assert.match(issue.body!, /^We know\.\n\n<!-- oddrun:begin -->/);
  forget();
  await channel.deliver(samples.grown, after("1"));
  assert.equal(openOf(standIn).length, 1);
  const mirror = githubIssueMirror({ connection: await connect(standIn, token) });
  assert.deepEqual((await mirror.read(FULL_NAME, { sinceMs: 0 }))[0]!.identity, samples.new.incident!.identity);
});

test("a renamed repository keeps its issues: the old name still leads there", async (t) => {
  const { standIn, token } = await startIssues(t);
  await (await channelFor(standIn, token)).deliver(samples.new, NOTHING);
  standIn.mutate.rename(FULL_NAME, "octo-org/store");
  const repository = { ...samples.grown.repository!, fullName: "octo-org/store" };
  for (const message of [samples.grown, { ...samples.recovered, repository }])
    assert.deepEqual(await (await channelFor(standIn, token)).deliver(message, NOTHING), {
      kind: "delivered",
      receipt: "1",
    });
  assert.equal(standIn.issues.issue("octo-org/store", 1).comments.length, 2);
});

test("a digest has one issue, written anew without a comment; a storm has one of its own; a test is closed at once", async (t) => {
  const { standIn, token } = await startIssues(t);
  const channel = await channelFor(standIn, token);
  await channel.deliver(samples.digest, NOTHING);
  await channel.deliver({ ...samples.digest, id: "next week" }, NOTHING);
  await channel.deliver(samples.storm, NOTHING);
  await channel.deliver({ ...samples.storm, id: "another" }, NOTHING);
  await channel.deliver(samples.test, NOTHING);
  await channel.deliver({ ...samples.test, id: "once more" }, NOTHING);
  const { issues } = standIn.issues.of(FULL_NAME);
  assert.deepEqual(
    issues.map(({ state, comments }) => [state, comments.length]),
    [
      ["open", 0],
      ["open", 0],
      ["open", 0],
      ["closed", 1],
    ],
  );
});

test("the labels are made with the first issue, and one that a person deleted is not made again", async (t) => {
  const { standIn, token } = await startIssues(t);
  const channel = await channelFor(standIn, token);
  await channel.deliver(samples.new, NOTHING);
  const { labels } = standIn.issues.of(FULL_NAME);
  const names = ["oddrun", "oddrun: acknowledged", "oddrun: muted", "oddrun: accepted", "oddrun: rejected"];
  assert.deepEqual(
    labels.map(({ name }) => name),
    names,
  );
  labels.splice(2, 1);
  await channel.deliver(samples.storm, NOTHING);
  assert.equal(labels.length, 4);
});

test("a message about no one repository needs a home", async (t) => {
  const { standIn, token } = await startIssues(t);
  const channel = await channelFor(standIn, token, null);
  const delivery = await channel.deliver({ ...samples.storm, repository: null }, NOTHING);
  assert.equal(delivery.kind, "refused");
  assert.equal(standIn.requests.length, 0);
});
