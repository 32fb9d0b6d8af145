import assert from "node:assert/strict";
import { test } from "node:test";
import { githubSource } from "./index.ts";
import { connectTo, jobJson, REPOSITORY, runJson, scriptedGithub, TOKEN } from "./scripted-github.contract.ts";

const WINDOW = { fromS: 1_777_600_000, toS: 1_777_700_000 };

test("a window of runs is read page after page, each run with its workflow", async (t) => {
  const server = await scriptedGithub(t, ({ query }, _count, origin) => {
    const page = Number(query.get("page") ?? "1");
    const link = `<${origin}/repositories/7/actions/runs?${String(query)}&page=2>; rel="next"`;
    const runs = page === 1 ? [runJson(2), runJson(1)] : [runJson(0.5), runJson(3)];
    return {
      headers: page === 1 ? { link } : { link: `<${origin}/x>; rel="prev"` },
      body: { total_count: 3, workflow_runs: runs },
    };
  });
  const source = githubSource(await connectTo(server));
  const first = await source.runs(REPOSITORY, WINDOW, null);
  assert.deepEqual(
    first.runs.map(({ run }) => run.runId),
    [2, 1],
  );
  assert.equal(first.total, 3);
  assert.deepEqual(first.runs[0]!.workflow, { repositoryId: 7, id: 11, name: "CI", path: ".github/workflows/ci.yml" });
  const second = await source.runs(REPOSITORY, WINDOW, first.nextPage);
  assert.deepEqual(
    second.runs.map(({ run }) => run.runId),
    [3],
  );
  assert.deepEqual(second.unreadable, ["a run's id is no whole number above 0"]);
  assert.equal(second.nextPage, null);
  assert.equal(server.seen[0]!.path, "/repos/octo/widgets/actions/runs");
  assert.equal(server.seen[0]!.query.get("created"), "2026-05-01T01:46:40Z..2026-05-02T05:33:20Z");
  assert.equal(server.seen[0]!.headers.authorization, `Bearer ${TOKEN}`);
  assert.equal(server.seen[0]!.headers["user-agent"], "oddrun/0.0.0");
  assert.equal(server.seen[0]!.headers["x-github-api-version"], "2022-11-28");
  assert.equal(server.seen[0]!.headers.accept, "application/vnd.github+json");
  assert.equal(source.budget().sent, 2);
});

test("the jobs of an attempt come with their steps and labels", async (t) => {
  const steps = [
    {
      number: 1,
      name: "Build",
      status: "completed",
      conclusion: "success",
      started_at: "2026-05-01T18:00:06.000+08:00",
      completed_at: "2026-05-01T10:01:00Z",
    },
  ];
  const server = await scriptedGithub(t, () => ({
    body: { total_count: 1, jobs: [jobJson(5, { steps, labels: ["x64", "linux"] })] },
  }));
  const source = githubSource(await connectTo(server));
  const answer = await source.jobs(REPOSITORY, 9, 2);
  assert.equal(server.seen[0]!.path, "/repos/octo/widgets/actions/runs/9/attempts/2/jobs");
  const job = answer!.jobs[0]!;
  assert.equal(job.runnerLabels, "linux,x64");
  assert.equal(job.steps[0]!.startedAtMs, Date.UTC(2026, 4, 1, 10, 0, 6));
  assert.equal(job.runnerGroup, "GitHub Actions");
});

test("what GitHub has no more is null", async (t) => {
  const server = await scriptedGithub(t, () => ({ status: 404, body: { message: "Not Found" } }));
  const source = githubSource(await connectTo(server));
  assert.equal(await source.jobs(REPOSITORY, 9, 2), null);
  assert.equal(await source.run(REPOSITORY, 9), null);
  assert.equal(await source.attempt(REPOSITORY, 9, 1), null);
  await assert.rejects(source.runs(REPOSITORY, WINDOW, null), { code: "github-not-found" });
});
