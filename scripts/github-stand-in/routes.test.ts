import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ask } from "./ask.ts";
import { type CorpusPlan, defineCorpus, type GitHubStandIn, type StandInOptions, startGitHubStandIn } from "./index.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const HOUR_MS = 3_600_000;
const open: GitHubStandIn[] = [];
after(async () => {
  for (const standIn of open) await standIn.close();
});

async function start(plan: CorpusPlan, options: Partial<StandInOptions> = {}): Promise<GitHubStandIn> {
  const standIn = await startGitHubStandIn({ corpus: defineCorpus(plan), nowMs: NOW_MS, ...options });
  open.push(standIn);
  return standIn;
}

const APP = "/repos/octo-org/app";
type Jobs = { total_count: number; jobs: { id: number; run_attempt: number; name: string; started_at: string }[] };

/** A run that failed in one job and was run again for it. */
const TWICE: CorpusPlan = {
  repositories: [
    {
      fullName: "octo-org/app",
      runs: [
        {
          id: 9_000_000_001,
          createdAt: NOW_MS - 5 * HOUR_MS,
          attempts: [
            { conclusion: "failure", jobs: [{ name: "lint" }, { name: "test", conclusion: "failure" }] },
            { jobs: [{ name: "lint", inheritedFrom: 1, startedAt: NOW_MS - 5 * HOUR_MS }, { name: "test" }] },
          ],
        },
      ],
    },
  ],
};

test("a run is its latest attempt, and each attempt can be asked for", async () => {
  const standIn = await start(TWICE);
  const run = (await ask(standIn, `${APP}/actions/runs/9000000001`)).json as Record<string, unknown>;
  assert.equal(run["run_attempt"], 2);
  assert.equal(run["conclusion"], "success");
  assert.match(String(run["previous_attempt_url"]), /\/attempts\/1$/);
  const first = (await ask(standIn, `${APP}/actions/runs/9000000001/attempts/1`)).json as Record<string, unknown>;
  assert.equal(first["conclusion"], "failure");
  assert.equal(first["created_at"], run["created_at"]);
  assert.notEqual(first["run_started_at"], run["run_started_at"]);
  assert.equal(first["previous_attempt_url"], null);
  assert.equal((await ask(standIn, `${APP}/actions/runs/9000000001/attempts/3`)).status, 404);
  assert.equal((await ask(standIn, `${APP}/actions/runs/1`)).status, 404);
});

test("jobs are those of the latest attempt, of one attempt or of all", async () => {
  const standIn = await start(TWICE);
  const jobs = async (path: string) => (await ask(standIn, `${APP}/actions/runs/9000000001/${path}`)).json as Jobs;
  assert.equal((await jobs("jobs")).total_count, 2);
  assert.equal((await jobs("jobs?filter=all")).total_count, 4);
  const first = await jobs("attempts/1/jobs");
  assert.deepEqual(
    first.jobs.map(({ run_attempt: attempt, name }) => [attempt, name]),
    [
      [1, "lint"],
      [1, "test"],
    ],
  );
  const paged = await ask(standIn, `${APP}/actions/runs/9000000001/attempts/2/jobs?per_page=1`);
  assert.equal((paged.json as Jobs).jobs.length, 1);
  assert.match(paged.headers.get("link")!, /attempts\/2\/jobs\?per_page=1&page=2>; rel="next"/);
});

test("a re-run while nobody looks lists what it did not repeat with the old times and new ids", async () => {
  const standIn = await start({
    repositories: [
      {
        fullName: "octo-org/app",
        runs: [
          {
            createdAt: NOW_MS - 24 * HOUR_MS,
            conclusion: "failure",
            jobs: [{ name: "lint", conclusion: "success" }, { name: "test" }],
          },
        ],
      },
    ],
  });
  const { runId } = standIn.truth().repositories[0]!.runs()[0]!;
  const before = (await ask(standIn, `${APP}/actions/runs/${runId}/jobs`)).json as Jobs;
  standIn.mutate.rerun(runId, { kind: "failed" });
  const after = (await ask(standIn, `${APP}/actions/runs/${runId}/jobs`)).json as Jobs;
  assert.equal(after.jobs[0]!.started_at, before.jobs[0]!.started_at);
  assert.notEqual(after.jobs[0]!.id, before.jobs[0]!.id);
  assert.ok(after.jobs[1]!.started_at >= "2026-11-20T12:00:00Z");
  const { attempts } = standIn.truth().repositories[0]!.runs()[0]!;
  assert.deepEqual(
    attempts.map(({ conclusion }) => conclusion),
    ["failure", "success"],
  );
  const repeated = attempts[1]!.jobs().map(({ inheritedFrom }) => inheritedFrom);
  assert.deepEqual(repeated, [1, null]);
});

test("open runs finish when their time comes or when told to, and runs are added meanwhile", async () => {
  const standIn = await start({
    repositories: [
      {
        fullName: "octo-org/app",
        runs: [
          { id: 1, createdAt: NOW_MS - HOUR_MS, status: "in_progress", finishesAtMs: NOW_MS + HOUR_MS },
          { id: 2, createdAt: NOW_MS - HOUR_MS, status: "waiting", jobs: [{}, {}] },
        ],
      },
    ],
  });
  const run = async (id: number) =>
    (await ask(standIn, `${APP}/actions/runs/${id}`)).json as { status: string; conclusion: string | null };
  const before = ((await ask(standIn, `${APP}/actions/runs/2/jobs`)).json as Jobs).jobs.map(({ id }) => id);
  assert.equal((await run(1)).conclusion, null);
  assert.deepEqual(standIn.advance(2 * HOUR_MS), [1]);
  assert.deepEqual([(await run(1)).status, (await run(1)).conclusion], ["completed", "success"]);
  assert.equal((await run(2)).status, "waiting");
  standIn.mutate.finish(2, "failure");
  assert.equal((await run(2)).conclusion, "failure");
  assert.throws(() => standIn.mutate.finish(2), /nothing to finish/);
  const after = ((await ask(standIn, `${APP}/actions/runs/2/jobs`)).json as Jobs).jobs.map(({ id }) => id);
  assert.deepEqual(after, before);
  const { id } = standIn.mutate.addRun("octo-org/app", { createdAt: NOW_MS });
  const { workflow_runs: runs } = (await ask(standIn, `${APP}/actions/runs`)).json as {
    workflow_runs: { id: number }[];
  };
  assert.deepEqual([runs.length, runs[0]!.id], [3, id]);
});

test("a page of too many jobs of a large run is a bad gateway", async () => {
  const jobs = (count: number) => Array.from({ length: count }, () => ({}));
  const standIn = await start({
    repositories: [
      {
        fullName: "octo-org/app",
        runs: [
          { id: 1, createdAt: NOW_MS - HOUR_MS, jobs: jobs(87) },
          { id: 2, createdAt: NOW_MS - HOUR_MS, jobs: jobs(88) },
        ],
      },
    ],
  });
  assert.equal((await ask(standIn, `${APP}/actions/runs/1/attempts/1/jobs?per_page=100`)).status, 200);
  assert.equal((await ask(standIn, `${APP}/actions/runs/2/attempts/1/jobs?per_page=100`)).status, 502);
  assert.equal((await ask(standIn, `${APP}/actions/runs/2/attempts/1/jobs?per_page=80`)).status, 200);
});

test("a former name leads to the repository's number, also after a transfer", async () => {
  const standIn = await start({
    repositories: [
      { fullName: "octo-org/app", formerNames: ["octo-org/old"], runs: [{ createdAt: NOW_MS - HOUR_MS }] },
    ],
    accounts: [{ id: 7, login: "other", type: "Organization" }],
  });
  const moved = await ask(standIn, "/repos/octo-org/old/actions/runs?per_page=5");
  assert.equal(moved.status, 301);
  assert.match(moved.headers.get("location")!, /\/repositories\/\d+\/actions\/runs\?per_page=5$/);
  assert.equal((await ask(standIn, moved.headers.get("location")!)).status, 200);
  standIn.mutate.rename("octo-org/app", "other/tool");
  const again = await ask(standIn, APP);
  assert.equal(again.status, 301);
  const { json } = await ask(standIn, again.headers.get("location")!);
  assert.equal((json as { full_name: string }).full_name, "other/tool");
  assert.deepEqual((await ask(standIn, "/orgs/octo-org/repos")).json, []);
});

test("what vanished, is private or was deleted is not found", async () => {
  const standIn = await start({
    repositories: [
      { fullName: "octo-org/app", runs: [{ id: 5, createdAt: NOW_MS - HOUR_MS }] },
      { fullName: "octo-org/secret", isPrivate: true },
    ],
  });
  assert.equal((await ask(standIn, "/repos/octo-org/secret")).status, 200);
  assert.equal((await fetch(`${standIn.url}/repos/octo-org/secret`)).status, 404);
  standIn.mutate.deleteRun(5);
  assert.equal((await ask(standIn, `${APP}/actions/runs/5/jobs`)).status, 404);
  assert.deepEqual([...standIn.truth().deletedRunIds], [5]);
  standIn.mutate.vanish("octo-org/app");
  assert.equal((await ask(standIn, `${APP}/actions/runs`)).status, 404);
  assert.equal(((await ask(standIn, "/orgs/octo-org/repos")).json as object[]).length, 1);
});

test("a log is behind a signed address that wants no token, until it is too old", async () => {
  const standIn = await start(
    {
      repositories: [
        {
          fullName: "octo-org/app",
          runs: [
            { createdAt: NOW_MS - HOUR_MS, jobs: [{ id: 71 }, { id: 72, status: "in_progress" }] },
            { createdAt: NOW_MS - 40 * 24 * HOUR_MS, jobs: [{ id: 73 }] },
          ],
        },
      ],
    },
    { logsKeptDays: 30 },
  );
  const redirect = await ask(standIn, `${APP}/actions/jobs/71/logs`);
  assert.equal(redirect.status, 302);
  const address = redirect.headers.get("location")!;
  const log = await (await fetch(address)).text();
  assert.match(log, /^2026-11-20T11:00:10\.\d{7}Z Current runner version: '2\.329\.0'$/m);
  assert.match(log, /Image: ubuntu-24\.04/);
  assert.match(log, /Z Version: \d{8}\.\d\.0$/m);
  assert.match(log, /Cache (hit for|not found for input keys): /);
  assert.equal((await fetch(address.replace("sig=", "sig=0"))).status, 403);
  assert.equal((await ask(standIn, `${APP}/actions/jobs/72/logs`)).status, 404);
  assert.equal((await ask(standIn, `${APP}/actions/jobs/73/logs`)).status, 410);
});

test("commits between runs can be compared, and a workflow file is as it was at a commit", async () => {
  const shas = ["a", "b", "c"].map((letter) => letter.repeat(40));
  const path = ".github/workflows/ci.yml";
  const versions = [
    { fromCommit: 0, text: "name: old\n" },
    { fromCommit: 2, text: "name: new\n" },
  ];
  const standIn = await start({
    repositories: [
      {
        fullName: "octo-org/app",
        workflows: [{ id: 3, name: "CI", path, versions }],
        runs: shas.map((headSha, at) => ({ createdAt: NOW_MS - (9 - at) * HOUR_MS, headSha })),
      },
    ],
  });
  const compare = async (base: number, head: number) =>
    (await ask(standIn, `${APP}/compare/${shas[base]}...${shas[head]}`)).json as {
      status: string;
      total_commits: number;
      commits: { sha: string }[];
      files: { filename: string }[];
    };
  const whole = await compare(0, 2);
  assert.deepEqual([whole.status, whole.total_commits], ["ahead", 2]);
  assert.deepEqual(
    whole.commits.map(({ sha }) => sha),
    shas.slice(1),
  );
  assert.ok(whole.files.some(({ filename }) => filename === path));
  assert.ok(!(await compare(0, 1)).files.some(({ filename }) => filename === path));
  assert.equal((await compare(2, 0)).status, "behind");
  assert.equal((await ask(standIn, `${APP}/compare/${shas[0]}...${"d".repeat(40)}`)).status, 404);

  const file = async (ref: string) => {
    const { content } = (await ask(standIn, `${APP}/contents/${path}?ref=${ref}`)).json as { content: string };
    return Buffer.from(content, "base64").toString();
  };
  assert.equal(await file(shas[1]!), "name: old\n");
  assert.equal(await file(shas[2]!), "name: new\n");
  assert.equal(await file("main"), "name: new\n");
  assert.equal((await ask(standIn, `${APP}/contents/.github/workflows/other.yml`)).status, 404);
  const { workflows } = (await ask(standIn, `${APP}/actions/workflows`)).json as { workflows: { path: string }[] };
  assert.deepEqual(
    workflows.map((workflow) => workflow.path),
    [path],
  );
});

test("approvals tell who let a run go on", async () => {
  const approvals = [{ environment: "production", state: "approved" as const, login: "mona", comment: "Go" }];
  const standIn = await start({
    repositories: [{ fullName: "octo-org/app", runs: [{ id: 6, createdAt: NOW_MS - HOUR_MS, approvals }] }],
  });
  const [approval] = (await ask(standIn, `${APP}/actions/runs/6/approvals`)).json as [
    { state: string; environments: { name: string }[]; user: { login: string } },
  ];
  assert.deepEqual(
    [approval.state, approval.environments[0]!.name, approval.user.login],
    ["approved", "production", "mona"],
  );
});

test("a person's repositories are listed, and an organisation's list ends with its last page", async () => {
  const standIn = await start({
    accounts: [{ id: 8, login: "octo-dev", type: "User" }],
    repositories: [
      { fullName: "octo-dev/dotfiles" },
      ...Array.from({ length: 5 }, (_, at) => ({ fullName: `octo-org/s${at}` })),
    ],
  });
  assert.equal(((await ask(standIn, "/users/octo-dev/repos")).json as object[]).length, 1);
  assert.equal((await ask(standIn, "/orgs/octo-dev/repos")).status, 404);
  const first = await ask(standIn, "/orgs/octo-org/repos?per_page=3");
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get("link")!)![1]!;
  const second = await ask(standIn, next);
  assert.equal((second.json as object[]).length, 2);
  assert.doesNotMatch(second.headers.get("link")!, /rel="next"/);
});

test("the least number of requests counts pages, earlier attempts and jobs that ran", async () => {
  const standIn = await start({
    repositories: [
      {
        fullName: "octo-org/app",
        runs: [
          ...Array.from({ length: 101 }, () => ({ createdAt: NOW_MS - HOUR_MS })),
          { createdAt: NOW_MS - HOUR_MS, conclusion: "skipped" },
          { createdAt: NOW_MS - HOUR_MS, attempts: [{}, { jobs: Array.from({ length: 200 }, () => ({})) }] },
          { createdAt: NOW_MS - 9 * HOUR_MS },
        ],
      },
      { fullName: "octo-org/empty" },
    ],
  });
  assert.deepEqual(standIn.truth().minimumRequests({ owner: "octo-org", sinceMs: NOW_MS - 2 * HOUR_MS }), {
    repositories: 1,
    runPages: 3,
    earlierAttempts: 1,
    jobPages: 101 + 1 + 3,
    total: 1 + 3 + 1 + 105,
  });
});
