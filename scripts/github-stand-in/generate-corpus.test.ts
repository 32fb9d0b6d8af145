import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ask } from "./ask.ts";
import { type Corpus, generateCorpus, jobsOf, latestAttempt, startGitHubStandIn } from "./index.ts";

const NOW_MS = Date.UTC(2026, 10, 22, 12);
const DAY_MS = 86_400_000;
const allRuns = (corpus: Corpus) => corpus.repositories.flatMap(({ runs }) => runs);

test("the same seed gives the same answers byte for byte, and another seed gives others", async () => {
  const texts = async (seed: number): Promise<string> => {
    const corpus = generateCorpus({ seed, size: "small", nowMs: NOW_MS });
    const standIn = await startGitHubStandIn({ corpus, nowMs: NOW_MS });
    const port = new URL(standIn.url).port;
    let all = "";
    for (const path of ["/orgs/octo-org/repos", "/repos/octo-org/monorepo/actions/runs?per_page=50"]) {
      all += (await ask(standIn, path)).text;
    }
    for (const { id } of corpus.repositories[0]!.runs.slice(0, 20)) {
      all += (await ask(standIn, `/repos/octo-org/monorepo/actions/runs/${id}/jobs`)).text;
    }
    await standIn.close();
    return all.replaceAll(`:${port}`, "");
  };
  const first = await texts(1);
  assert.equal(await texts(1), first);
  assert.notEqual(await texts(2), first);
});

describe("the full corpus", () => {
  const corpus = generateCorpus({ seed: 1, size: "full", nowMs: NOW_MS });
  const runs = allRuns(corpus);
  const attempts = runs.flatMap((run) => run.attempts);

  test("has 60 repositories, 120,000 runs and 300,000 jobs", () => {
    assert.equal(corpus.repositories.length, 60);
    assert.equal(runs.length, 120_000);
    assert.equal(new Set(runs.map(({ id }) => id)).size, 120_000);
    assert.ok(runs.every(({ id, createdAtMs }) => id > 2 ** 32 && createdAtMs <= NOW_MS && createdAtMs % 1000 === 0));
    assert.ok(runs.every(({ createdAtMs }) => createdAtMs >= NOW_MS - 90 * DAY_MS));
    assert.equal(corpus.repositories[0]!.runs.length, 45_000);
    assert.ok(attempts.reduce((sum, { jobCount }) => sum + jobCount, 0) >= 300_000);
    assert.deepEqual(new Set(attempts.map(({ runAttempt }) => runAttempt)), new Set([1, 2, 3]));
  });

  test("has a burst that fills a minute, as dense as GitHub allows", () => {
    const { runs } = corpus.repositories[1]!;
    const busiest = (spanMs: number): number => {
      let most = 0;
      for (let from = 0, to = 0; to < runs.length; to++) {
        while (runs[to]!.createdAtMs - runs[from]!.createdAtMs >= spanMs) from++;
        most = Math.max(most, to - from + 1);
      }
      return most;
    };
    assert.ok(busiest(60_000) >= 1500);
    assert.ok(busiest(10_000) <= 502, "the burst and what else came then");
  });

  test("has runs of 5, 88, 256 and 760 jobs, every conclusion and every open status", () => {
    const sizes = new Set(attempts.map(({ jobCount }) => jobCount));
    for (const size of [0, 5, 88, 256, 760]) assert.ok(sizes.has(size), String(size));
    const words = new Set(attempts.map(({ status, conclusion }) => `${status} ${conclusion}`));
    const conclusions =
      "success failure cancelled skipped neutral timed_out action_required stale startup_failure null quarantined";
    for (const word of conclusions.split(" ")) assert.ok(words.has(`completed ${word}`), word);
    for (const word of ["queued", "pending", "waiting", "in_progress"]) assert.ok(words.has(`${word} null`), word);
    assert.ok(runs.some(({ headBranch }) => headBranch === null));
    assert.ok(runs.some(({ actor }) => actor === null));
    assert.ok(attempts.some(({ runStartedAt }) => runStartedAt === null));
    assert.ok(corpus.repositories.some(({ isArchived }) => isArchived));
    assert.ok(corpus.repositories.some(({ isFork }) => isFork));
    assert.ok(corpus.repositories.some(({ hasActions }) => !hasActions));
  });
});

describe("the jobs of a small corpus", () => {
  const corpus = generateCorpus({ seed: 3, size: "small", nowMs: NOW_MS });
  const attempts = allRuns(corpus).flatMap((run) => run.attempts);
  const jobs = attempts.flatMap((attempt) => jobsOf(attempt).map((job) => ({ attempt, job })));

  test("are told by their ids, which are unique", () => {
    assert.equal(new Set(jobs.map(({ job }) => job.id)).size, jobs.length);
    for (const run of allRuns(corpus)) {
      for (const attempt of run.attempts) {
        assert.equal(jobsOf(attempt).length, attempt.jobCount);
        for (const { id } of jobsOf(attempt)) assert.equal(corpus.runIdOfJob!(id), run.id);
      }
    }
  });

  test("have sound times unless they say what is wrong", () => {
    const sound = jobs.filter(({ job, attempt }) => job.defect === null && attempt.status === "completed");
    for (const { job, attempt } of sound) {
      assert.ok(Number(job.createdAt) <= Number(job.startedAt), JSON.stringify(job));
      assert.ok(Number(job.startedAt) <= Number(job.completedAt), JSON.stringify(job));
      assert.ok(Number(job.completedAt) < Number(attempt.updatedAt), JSON.stringify(job));
      for (const step of job.steps) assert.ok(Number(step.completedAt) <= Number(job.completedAt));
    }
    const defects = new Set(jobs.map(({ job }) => job.defect));
    assert.ok(defects.size >= 7, [...defects].join(", "));
  });

  test("of a re-run come with old times where they were not repeated, and there is always one that was", () => {
    const reruns = attempts.filter(({ runAttempt, jobCount }) => runAttempt > 1 && jobCount > 0);
    assert.ok(reruns.length > 50);
    let inherited = 0;
    for (const attempt of reruns) {
      const own = jobsOf(attempt).filter(({ inheritedFrom }) => inheritedFrom === null);
      assert.ok(own.length > 0);
      if (typeof attempt.runStartedAt !== "number") continue;
      for (const job of jobsOf(attempt)) {
        if (job.inheritedFrom === null || typeof job.completedAt !== "number") continue;
        inherited++;
        assert.ok(job.completedAt < attempt.runStartedAt);
      }
    }
    assert.ok(inherited > 20);
  });

  test("carry matrix names, names of reusable workflows and names that were never worked out", () => {
    const names = new Set(jobs.map(({ job }) => job.name));
    for (const name of ["test (ubuntu-latest, 22)", "Nightly (linux, x64) / Run", "Deploy / Publish"]) {
      assert.ok(names.has(name), name);
    }
    assert.ok([...names].some((name) => name.includes("${{ matrix.")));
  });

  test("that are open have no end, and finishing them gives them one", async () => {
    const fresh = generateCorpus({ seed: 3, size: "small", nowMs: NOW_MS });
    const standIn = await startGitHubStandIn({ corpus: fresh, nowMs: NOW_MS });
    const open = allRuns(fresh).filter((run) => latestAttempt(run).status !== "completed");
    assert.ok(open.length >= 20);
    for (const run of open) {
      for (const job of jobsOf(latestAttempt(run))) {
        if (job.status !== "completed") assert.equal(job.completedAt, null);
      }
    }
    const early = standIn.advance(2.5 * 3_600_000);
    const late = standIn.advance(30 * DAY_MS);
    await standIn.close();
    assert.ok(early.length > 0 && late.length > 0);
    assert.equal(early.length + late.length, open.length);
    assert.deepEqual(new Set([...early, ...late]), new Set(open.map(({ id }) => id)));
    for (const run of open) {
      const { status, updatedAt } = latestAttempt(run);
      assert.equal(status, "completed");
      for (const { status, completedAt, defect } of jobsOf(latestAttempt(run))) {
        assert.equal(status, "completed");
        if (defect === null) assert.ok(Number(completedAt) < Number(updatedAt));
      }
    }
  });
});
