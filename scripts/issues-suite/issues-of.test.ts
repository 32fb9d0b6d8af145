import assert from "node:assert/strict";
import { test } from "node:test";
import { pullsOf, upsertComment } from "../../packages/oddrun/src/adapters/github/index.ts";
import { connect, FULL_NAME, issuesFor, startIssues } from "./stage.ts";

const DRAFT = { title: "CI takes longer", body: "since Monday <!-- one -->", labels: ["oddrun"], assignees: [] };
const MARK = "<!-- one -->";

test("an issue is made, found, changed and read back with what people did to it", async (t) => {
  const { standIn, token } = await startIssues(t);
  const issues = await issuesFor(standIn, token);
  await issues.ensureLabel({ name: "oddrun", color: "d93f0b", description: "Found by Oddrun" });
  await issues.ensureLabel({ name: "oddrun", color: "000000", description: "once more" });
  assert.deepEqual(
    standIn.issues.of(FULL_NAME).labels.map(({ color }) => color),
    ["d93f0b"],
  );
  const made = await issues.create(DRAFT, MARK);
  assert.equal(made.author, await issues.ownLogin());
  assert.match(made.url, /^https:\/\/github\.example\/octo-org\/shop\/issues\/1$/);
  standIn.issues.openPull(FULL_NAME, "octo-dev", { headBranch: "x", headSha: "a".repeat(40) });
  assert.deepEqual(
    (await issues.list({ label: "oddrun", state: "open" })).map(({ number }) => number),
    [made.number],
  );
  const told = standIn.issues.issue(FULL_NAME, made.number);
  standIn.issues.comment(told, "octo-dev", "/oddrun ack");
  standIn.issues.update(told, "octo-dev", { labels: ["oddrun", "oddrun: muted"] });
  const [comment] = await issues.comments(made.number);
  assert.deepEqual([comment!.author, comment!.isByBot, comment!.body], ["octo-dev", false, "/oddrun ack"]);
  const events = await issues.events(made.number);
  assert.deepEqual(
    events.map(({ event, label, actor }) => [event, label, actor]),
    [
      ["labeled", "oddrun", "github-actions[bot]"],
      ["labeled", "oddrun: muted", "octo-dev"],
    ],
  );
  const closed = await issues.update(made.number, { state: "closed", stateReason: "completed", title: "Over" });
  assert.deepEqual([closed!.state, closed!.stateReason, closed!.title], ["closed", "completed", "Over"]);
  await issues.react({ commentId: comment!.id }, "+1");
  await issues.react({ commentId: comment!.id }, "+1");
  assert.equal(told.comments[0]!.reactions.length, 1);
  assert.deepEqual(standIn.earlyRequests(), []);
});

test("what is gone is null, and what another repository has now is gone too", async (t) => {
  const { standIn, token } = await startIssues(t);
  const issues = await issuesFor(standIn, token);
  const [gone, moved] = [
    await issues.create(DRAFT, MARK),
    await issues.create({ ...DRAFT, title: "second" }, "second"),
  ];
  standIn.issues.remove(standIn.issues.issue(FULL_NAME, gone.number));
  standIn.issues.transfer(standIn.issues.issue(FULL_NAME, moved.number), "octo-org/other");
  for (const { number } of [gone, moved]) assert.equal(await issues.get(number), null);
  assert.equal(await issues.update(gone.number, { title: "x" }), null);
  assert.equal(await issues.comment(gone.number, "x", "x"), null);
  assert.deepEqual(await issues.comments(gone.number), []);
});

test("a renamed repository is written to under its new name, and the redirect is paid for once", async (t) => {
  const { standIn, token } = await startIssues(t);
  const issues = await issuesFor(standIn, token);
  const { number } = await issues.create(DRAFT, MARK);
  standIn.mutate.rename(FULL_NAME, "octo-org/renamed");
  assert.equal((await issues.get(number))!.number, number);
  assert.equal(issues.fullName(), "octo-org/renamed");
  standIn.clearRequests();
  assert.equal((await issues.update(number, { title: "later" }))!.title, "later");
  assert.equal(standIn.requests.length, 1);
});

test("a missing permission, and issues that are switched off, are told with what to do", async (t) => {
  const { standIn } = await startIssues(t);
  const reader = standIn.addToken({ text: "ghs_r", login: "github-actions[bot]", permissions: { issues: "read" } });
  const issues = await issuesFor(standIn, reader);
  await assert.rejects(issues.create(DRAFT, MARK), {
    code: "github-issues-forbidden",
    exitCode: 4,
    message: /"permissions: issues: write".+fork/s,
  });
  standIn.issues.of(FULL_NAME).isEnabled = false;
  await assert.rejects(issues.list({ label: "oddrun", state: "all" }), { code: "github-issues-off" });
  standIn.mutate.vanish(FULL_NAME);
  await assert.rejects(issues.list({ label: "oddrun", state: "all" }), { code: "github-issues-forbidden" });
});

test("an issue is made without the assignees, and without the team's labels, that GitHub refuses", async (t) => {
  const { standIn, token } = await startIssues(t);
  const issues = await issuesFor(standIn, token);
  let refusals = 2;
  standIn.block(({ route }) =>
    route === "issue-create" && refusals-- > 0 ? { status: 422, body: '{"message":"Validation Failed"}' } : undefined,
  );
  const made = await issues.create({ ...DRAFT, labels: ["oddrun", "a,b"], assignees: ["gone"] }, MARK);
  assert.deepEqual([made.number, made.labels], [1, ["oddrun"]]);
  refusals = 9;
  await assert.rejects(issues.create({ ...DRAFT, body: "<!-- two -->" }, "<!-- two -->"), {
    code: "github-write-refused",
  });
  assert.equal(refusals, 8, "what is no less is not sent again");
});

for (const [title, isDone] of [
  ["happened although its answer was lost", true],
  ["never happened", false],
] as const) {
  test(`an issue and a comment whose writing ${title} are there once`, async (t) => {
    const { standIn, token } = await startIssues(t);
    const issues = await issuesFor(standIn, token);
    const routes = new Set(["issue-create", "issue-comments-create"]);
    const once = ({ route }: { readonly route: string }) =>
      routes.delete(route) ? ({ status: 502, isReset: isDone } as const) : undefined;
    if (isDone) standIn.script(once);
    else standIn.block(once);
    const made = await issues.create(DRAFT, MARK);
    const comment = await issues.comment(made.number, "over now <!-- two -->", "<!-- two -->");
    assert.equal(routes.size, 0);
    const { issues: all } = standIn.issues.of(FULL_NAME);
    assert.deepEqual(
      all.map(({ comments }) => comments.map(({ id }) => id)),
      [[comment!.id]],
    );
  });
}

test("a write that is never answered is given up after three looks, and told", async (t) => {
  const { standIn, token } = await startIssues(t);
  standIn.block(({ route }) => (route === "issue-create" ? { status: 502 } : undefined));
  const issues = await issuesFor(standIn, token);
  await assert.rejects(issues.create(DRAFT, MARK), { code: "github-write-lost" });
  assert.equal(standIn.requests.filter(({ route }) => route === "issue-create").length, 3);
});

test("a comment of ours is edited and not repeated, beyond a page of others and with a forged mark before it", async (t) => {
  const { standIn, token } = await startIssues(t);
  const issues = await issuesFor(standIn, token);
  const pull = standIn.issues.openPull(FULL_NAME, "forker", { headBranch: "x", headSha: "a".repeat(40) });
  const mark = "<!-- oddrun:check -->";
  standIn.issues.comment(pull, "mallory", `look ${mark}`);
  for (let at = 0; at < 120; at++) standIn.issues.comment(pull, "octo-dev", `number ${at}`);
  const say = (body: string) => upsertComment(issues, pull.number, { mark, body });
  assert.equal((await say("slower"))!.did, "created");
  assert.equal((await say("slower"))!.did, "unchanged");
  assert.equal((await say("as usual"))!.did, "edited");
  const own = pull.comments.filter(({ author }) => author === "github-actions[bot]");
  assert.deepEqual(
    own.map(({ body }) => body),
    [`as usual\n\n${mark}`],
  );
  assert.equal(pull.comments[0]!.body, `look ${mark}`);
});

test("of two comments written at the same moment the older stays, and says the last word", async (t) => {
  const { standIn, token } = await startIssues(t);
  const pull = standIn.issues.openPull(FULL_NAME, "forker", { headBranch: "x", headSha: "a".repeat(40) });
  const mark = "<!-- oddrun:check -->";
  const asked = await Promise.all([issuesFor(standIn, token), issuesFor(standIn, token)]);
  await Promise.all(asked.map((issues) => upsertComment(issues, pull.number, { mark, body: "slower" })));
  assert.equal(pull.comments.length, 1);
});

test("who may write is asked once a person", async (t) => {
  const { standIn, token } = await startIssues(t);
  const issues = await issuesFor(standIn, token);
  for (const [login, role] of [
    ["ann", "admin"],
    ["ben", "maintain"],
    ["tri", "triage"],
  ] as const)
    standIn.issues.setRole(FULL_NAME, login, role);
  const asked = ["ann", "ben", "tri", "zoe", "ann"];
  assert.deepEqual(await Promise.all(asked.map((login) => issues.permissionOf(login))), [
    "admin",
    "write",
    "read",
    "read",
    "admin",
  ]);
  assert.equal(standIn.requests.length, 4);
});

test("pull requests are found by their branch in a fork, and by their commit", async (t) => {
  const { standIn, token } = await startIssues(t);
  const pulls = pullsOf(await connect(standIn, token), FULL_NAME);
  const headSha = "c".repeat(40);
  const { number } = standIn.issues.openPull(FULL_NAME, "forker", { headOwner: "forker", headBranch: "fix", headSha });
  const [found] = await pulls.ofBranch("forker:fix", "open");
  assert.deepEqual([found!.number, found!.headFullName, found!.baseBranch], [number, "forker/shop", "main"]);
  assert.equal((await pulls.ofCommit(headSha))[0]!.number, number);
  assert.deepEqual(await pulls.ofBranch("forker:other", "open"), []);
  assert.equal(await pulls.get(999), null);
});
