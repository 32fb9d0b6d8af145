import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { defineCorpus, type GitHubStandIn, startGitHubStandIn } from "./index.ts";

type Fields = Readonly<Record<string, unknown>>;
type Examples = readonly { readonly name: string; readonly examples: readonly Readonly<Record<string, Fields>>[] }[];

const corpus = defineCorpus({
  accounts: [{ id: 1, login: "octo-dev", type: "User" }],
  repositories: [{ fullName: "octo-org/app" }, { fullName: "octo-org/other" }],
});
const standIn = await startGitHubStandIn({ corpus, limits: { content: null } });
after(() => standIn.close());
const BOT = standIn.addToken({ text: "ghs_job", login: "github-actions[bot]" });
const READER = standIn.addToken({
  text: "ghs_fork",
  login: "github-actions[bot]",
  permissions: { issues: "read", pullRequests: "read" },
});

interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Body & readonly Body[];
}

/** Whatever is looked at here, of whichever shape. */
interface Body {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: string;
  readonly state_reason: string;
  readonly message: string;
  readonly permission: string;
  readonly role_name: string;
  readonly event: string;
  readonly user: { readonly login: string; readonly type: string };
  readonly actor: { readonly login: string };
  readonly head: { readonly repo: { readonly full_name: string } };
  readonly reactions: Readonly<Record<string, number>>;
  readonly errors: readonly [{ readonly code: string }];
  readonly pull_request: { readonly merged_at: string | null };
}

async function send(
  method: string,
  path: string,
  body?: object,
  token = BOT,
  server: GitHubStandIn = standIn,
): Promise<Told> {
  const response = await fetch(path.startsWith("http") ? path : server.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "user-agent": "test" },
    redirect: "manual",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: JSON.parse(text || "null") as Told["json"],
  };
}

const REPO = "/repos/octo-org/app";

test("an issue is created, found by its label, changed, closed and told of by its events", async () => {
  const made = await send("POST", `${REPO}/issues`, {
    title: "CI takes longer",
    body: "Since Monday",
    labels: ["slow"],
  });
  assert.equal(made.status, 201);
  const { number } = made.json;
  assert.equal(made.json.user.login, "github-actions[bot]");
  assert.equal(made.json.user.type, "Bot");
  const listed = await send("GET", `${REPO}/issues?labels=slow&state=all`);
  assert.deepEqual(
    listed.json.map(({ number }) => number),
    [number],
  );
  assert.equal((await send("GET", `${REPO}/issues?labels=other`)).json.length, 0);
  const closed = await send("PATCH", `${REPO}/issues/${number}`, { state: "closed", state_reason: "not_planned" });
  assert.deepEqual([closed.json.state, closed.json.state_reason], ["closed", "not_planned"]);
  assert.equal((await send("GET", `${REPO}/issues?labels=slow`)).json.length, 0);
  const { json: events } = await send("GET", `${REPO}/issues/${number}/events`);
  assert.deepEqual(
    events.map(({ event, actor }) => [event, actor.login]),
    [
      ["labeled", "github-actions[bot]"],
      ["closed", "github-actions[bot]"],
    ],
  );
  assert.equal(standIn.requests.find(({ route }) => route === "issue-create")?.method, "POST");
});

test("comments are written, edited, paged through and reacted to; the same reaction twice is one", async () => {
  const issue = standIn.issues.open("octo-org/app", "octo-dev", { title: "A talk" });
  const path = `${REPO}/issues/${issue.number}/comments`;
  const first = await send("POST", path, { body: "/oddrun ack" });
  for (let at = 0; at < 34; at++) standIn.issues.comment(issue, "octo-dev", `number ${at}`);
  const page = await send("GET", path);
  assert.equal(page.json.length, 30);
  assert.match(page.headers.get("link") ?? "", /page=2>; rel="next"/);
  const comment = `${REPO}/issues/comments/${first.json.id}`;
  assert.equal((await send("PATCH", comment, { body: "edited" })).json.body, "edited");
  assert.equal((await send("POST", `${comment}/reactions`, { content: "+1" })).status, 201);
  assert.equal((await send("POST", `${comment}/reactions`, { content: "+1" })).status, 200);
  assert.equal((await send("GET", comment)).json.reactions["+1"], 1);
  assert.equal((await send("DELETE", comment)).status, 204);
  assert.equal((await send("GET", comment)).status, 404);
});

test("a token that may only read is refused in GitHub's words, and nothing is written", async () => {
  const before = standIn.issues.of("octo-org/app").issues.length;
  const refused = await send("POST", `${REPO}/issues`, { title: "x" }, READER);
  assert.equal(refused.status, 403);
  assert.equal(refused.json.message, "Resource not accessible by integration");
  assert.equal(refused.headers.get("x-accepted-github-permissions"), "issues=write");
  assert.equal((await send("POST", `${REPO}/labels`, { name: "oddrun" }, READER)).status, 403);
  assert.equal((await send("GET", `${REPO}/issues`, undefined, READER)).status, 200);
  assert.equal((await send("GET", "/user", undefined, READER)).status, 403);
  assert.equal(standIn.issues.of("octo-org/app").issues.length, before);
});

test("what is disabled or deleted answers 410, what was moved or renamed 301, what is too long 422", async () => {
  const { issues, mutate } = standIn;
  const gone = issues.open("octo-org/app", "octo-dev", { title: "gone" });
  issues.remove(gone);
  assert.equal((await send("GET", `${REPO}/issues/${gone.number}`)).status, 410);
  const moved = issues.open("octo-org/app", "octo-dev", { title: "moved" });
  const now = issues.transfer(moved, "octo-org/other");
  const answer = await send("GET", `${REPO}/issues/${moved.number}`);
  assert.equal(answer.status, 301);
  const { json } = await send("GET", answer.headers.get("location")!);
  assert.deepEqual([json.title, json.number], ["moved", now.number]);
  for (const body of [{ title: "t".repeat(257) }, { title: "t", body: "b".repeat(65_537) }, { title: " " }])
    assert.equal((await send("POST", `${REPO}/issues`, body)).status, 422);
  mutate.rename("octo-org/other", "octo-org/renamed");
  assert.equal((await send("POST", "/repos/octo-org/other/issues", { title: "x" })).status, 301);
  issues.of("octo-org/renamed").isEnabled = false;
  assert.equal((await send("GET", "/repos/octo-org/renamed/issues")).status, 410);
});

test("a label is made once, and a role is told as the permission it stands for", async () => {
  const label = { name: "oddrun", color: "d93f0b", description: "Found by Oddrun" };
  assert.equal((await send("POST", `${REPO}/labels`, label)).status, 201);
  const again = await send("POST", `${REPO}/labels`, label);
  assert.deepEqual([again.status, again.json.errors[0].code], [422, "already_exists"]);
  for (const [role, permission] of [
    ["maintain", "write"],
    ["triage", "read"],
    ["admin", "admin"],
  ] as const) {
    standIn.issues.setRole("octo-org/app", "octo-dev", role);
    const { json } = await send("GET", `${REPO}/collaborators/octo-dev/permission`);
    assert.deepEqual([json.permission, json.role_name], [permission, role]);
  }
});

test("a pull request of a fork is found by its branch and by its commit, and is an issue too", async () => {
  const sha = "a".repeat(40);
  const made = standIn.issues.openPull("octo-org/app", "forker", {
    headOwner: "forker",
    headBranch: "patch-1",
    headSha: sha,
  });
  const found = await send("GET", `${REPO}/pulls?head=forker:patch-1&state=open`);
  assert.deepEqual(
    found.json.map(({ number }) => number),
    [made.number],
  );
  assert.equal(found.json[0]!.head.repo.full_name, "forker/app");
  assert.equal((await send("GET", `${REPO}/commits/${sha}/pulls`)).json[0]!.number, made.number);
  assert.equal((await send("GET", `${REPO}/issues/${made.number}`)).json.pull_request.merged_at, null);
  assert.equal((await send("POST", `${REPO}/issues/${made.number}/comments`, { body: "hi" })).status, 201);
});

test("more writes than GitHub takes in a minute are refused and not carried out", async (t) => {
  const strict = await startGitHubStandIn({ corpus: defineCorpus({ repositories: [{ fullName: "octo-org/app" }] }) });
  t.after(() => strict.close());
  const create = (): Promise<Told> => send("POST", `${REPO}/issues`, { title: "x" }, strict.token, strict);
  for (let at = 0; at < 80; at++) assert.equal((await create()).status, 201);
  const refused = await create();
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [403, "60"]);
  assert.equal(strict.issues.of("octo-org/app").issues.length, 80);
});

test("a blocked write never happened; one whose answer was lost did", async (t) => {
  const before = standIn.issues.of("octo-org/app").issues.length;
  const unblock = standIn.block(({ route }) => (route === "issue-create" ? { status: 502 } : undefined));
  const path = `${standIn.url}${REPO}/issues`;
  const headers = { authorization: `Bearer ${BOT}`, "user-agent": "test" };
  const blocked = await fetch(path, { method: "POST", headers, body: JSON.stringify({ title: "x" }) });
  assert.equal(blocked.status, 502);
  unblock();
  assert.equal(standIn.issues.of("octo-org/app").issues.length, before);
  t.after(standIn.script(({ route }) => (route === "issue-create" ? { status: 0, isReset: true } : undefined)));
  await assert.rejects(fetch(path, { method: "POST", headers, body: JSON.stringify({ title: "x" }) }));
  assert.equal(standIn.issues.of("octo-org/app").issues.length, before + 1);
});

test("issues and comments have the fields of GitHub's own", async () => {
  const examples = createRequire(import.meta.url)("@octokit/webhooks-examples") as Examples;
  const example = examples.find(({ name }) => name === "issue_comment")!.examples[0]!;
  const issue = standIn.issues.open("octo-org/app", "octo-dev", { title: "whole", labels: ["oddrun"] });
  standIn.issues.comment(issue, "octo-dev", "one");
  const sent = {
    issue: (await send("GET", `${REPO}/issues/${issue.number}`)).json as unknown as Fields,
    comment: (await send("GET", `${REPO}/issues/${issue.number}/comments`)).json[0] as unknown as Fields,
  };
  for (const name of ["issue", "comment"] as const) {
    const missing = Object.keys(example[name]!).filter((field) => !(field in sent[name]));
    assert.deepEqual(missing, [], name);
  }
});
