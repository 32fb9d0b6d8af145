import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { ask } from "./ask.ts";
import { timeText } from "./corpus.ts";
import { defineCorpus, startGitHubStandIn } from "./index.ts";

type Fields = Readonly<Record<string, unknown>>;
type Examples = readonly { readonly name: string; readonly examples: readonly Readonly<Record<string, Fields>>[] }[];

// Payloads that GitHub sent, as its users gave them.
const examples = createRequire(import.meta.url)("@octokit/webhooks-examples") as Examples;
const exampleOf = (event: string): Fields => {
  const all = examples.find(({ name }) => name === event)!.examples;
  return all.find((example) => (example["action"] as unknown) === "completed")![event]!;
};

const corpus = defineCorpus({
  repositories: [{ fullName: "octo-org/app", runs: [{ id: 1, createdAt: "2026-11-20T10:00:00Z" }] }],
});
const standIn = await startGitHubStandIn({ corpus });
after(() => standIn.close());

/** The type of each value, of objects and lists too. */
function kinds(fields: Fields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value === null ? "null" : typeof value]),
  );
}

/** What can be null or not, by chance of the example. */
const MAY_BE_NULL = /null/;

function assertHasFieldsOf(sent: Fields, example: Fields): void {
  const own = kinds(sent);
  for (const [name, kind] of Object.entries(kinds(example))) {
    assert.ok(name in own, `${name} is missing`);
    if (!MAY_BE_NULL.test(`${own[name]} ${kind}`)) assert.equal(own[name], kind, name);
  }
}

test("a run has the fields of GitHub's own, its repository too", async () => {
  const run = (await ask(standIn, "/repos/octo-org/app/actions/runs/1")).json as Fields;
  const example = exampleOf("workflow_run");
  assertHasFieldsOf(run, example);
  assertHasFieldsOf(run["repository"] as Fields, example["repository"] as Fields);
  assertHasFieldsOf(run["head_commit"] as Fields, example["head_commit"] as Fields);
});

test("a job and its steps have the fields of GitHub's own", async () => {
  const { jobs } = (await ask(standIn, "/repos/octo-org/app/actions/runs/1/jobs")).json as { jobs: [Fields] };
  const example = exampleOf("workflow_job");
  assertHasFieldsOf(jobs[0], example);
  assertHasFieldsOf((jobs[0]["steps"] as [Fields])[0], (example["steps"] as [Fields])[0]);
});

test("instants are written in whole seconds, as they are when given as text", () => {
  for (const ms of [0, 1, 999, 86_399_999, Date.UTC(2026, 1, 28, 23, 59, 59), Date.UTC(2024, 1, 29), -1]) {
    assert.equal(timeText(ms), `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`);
  }
  assert.equal(timeText("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z");
  assert.equal(timeText(null), null);
});
