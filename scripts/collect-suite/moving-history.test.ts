import assert from "node:assert/strict";
import { test } from "node:test";
import { defineCorpus, firstTimes, type RunPlan } from "../github-stand-in/index.ts";
import { DAY_MS, evenRuns, HOUR_MS, jobs, MINUTE_MS, oneRepository, SKIPPED, someRepositories } from "./corpora.ts";
import { collect } from "./oddrun-process.ts";
import { newDataDir, NOW_MS, startStandIn } from "./stage.ts";
import { compareWithTruth, countOf, query } from "./stored-history.ts";

const OPEN_RUNS = 500;

test("500 runs that were in progress are known by their ends, also the one that waited for five weeks", async () => {
  // pass 1 sees all of them open; each of the four later passes finds a quarter at its end
  const endOf = (at: number): number => NOW_MS + (1 + (at % 4)) * HOUR_MS - MINUTE_MS;
  const runs = evenRuns(OPEN_RUNS, 4, (at) => ({ status: "in_progress", finishesAtMs: endOf(at) }));
  const waiting: RunPlan = { createdAt: NOW_MS - 35 * DAY_MS, status: "waiting", finishesAtMs: endOf(3) };
  const standIn = await startStandIn({ corpus: oneRepository([waiting, ...runs]) });
  const dataDir = newDataDir();
  const openCounts: number[] = [];
  for (let pass = 1; pass <= 5; pass++) {
    const { exitCode, err } = await collect(standIn, dataDir);
    assert.equal(exitCode, 0, err);
    openCounts.push(countOf(dataDir, "select count(*) from run_attempts where conclusion is null"));
    standIn.advance(HOUR_MS);
  }
  assert.deepEqual(openCounts, [501, 376, 251, 126, 0]);
  assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
});

test("each re-run of an old run is a row of its own, and the first attempts stay as they were", async () => {
  const kinds = ["all", "failed", "job"] as const;
  const corpus = oneRepository(
    evenRuns(300, 28, () => ({
      conclusion: "failure",
      jobs: jobs(2, (at) => ({ conclusion: at === 0 ? "success" : "failure" })),
    })),
  );
  const standIn = await startStandIn({ corpus });
  const dataDir = newDataDir();
  assert.equal((await collect(standIn, dataDir)).exitCode, 0);
  const firstAttempts = (): string =>
    JSON.stringify([
      query(dataDir, "select * from run_attempts where run_attempt = 1 order by run_id"),
      query(dataDir, "select * from jobs where run_attempt = 1 order by job_id"),
    ]);
  const before = firstAttempts();
  const runs = standIn.truth().repositories[0]!.runs();
  runs.forEach(({ runId }, at) => standIn.mutate.rerun(runId, { kind: kinds[at % 3]! }));
  // the last month is listed again once a day
  standIn.advance(25 * HOUR_MS);
  const { exitCode, err } = await collect(standIn, dataDir);
  assert.equal(exitCode, 0, err);
  assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
  assert.equal(countOf(dataDir, "select count(*) from run_attempts where run_attempt = 2"), 300);
  assert.equal(firstAttempts(), before);
  const inherited =
    "select count(*) from jobs where run_attempt = 2 and duration_unknown = 'inherited-from-earlier-attempt'";
  assert.equal(countOf(dataDir, inherited), 200, "what was not repeated counts only where it ran");
});

test("runs that come and go while pages are read are neither missed nor stored twice", async () => {
  const standIn = await startStandIn({
    corpus: oneRepository(evenRuns(450, 1, (at) => (at % 30 === 0 ? {} : SKIPPED))),
    faults: ["deleted-between-pages"],
  });
  const arrive = firstTimes(
    3,
    ({ route }) => route === "runs",
    (_, __, mutate) => {
      mutate.addRun("octo-org/app", { createdAt: NOW_MS - 1000, ...SKIPPED });
      return undefined;
    },
  );
  standIn.script(arrive);
  const dataDir = newDataDir();
  const first = await collect(standIn, dataDir);
  assert.equal(first.exitCode, 0, first.err);
  const second = await collect(standIn, dataDir);
  assert.equal(second.exitCode, 0, second.err);
  assert.ok(standIn.truth().deletedRunIds.size > 0);
  assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
});

test("runs deleted between the list and their jobs are told, and what was stored of them stays", async () => {
  const standIn = await startStandIn({ corpus: oneRepository(evenRuns(30, 3)) });
  const doomed = standIn.truth().repositories[0]!.runs().slice(5, 9);
  let isOver = false;
  standIn.script(({ route }, _, mutate) => {
    if (route === "attempt-jobs" && !isOver) for (const { runId } of doomed) mutate.deleteRun(runId);
    isOver ||= route === "attempt-jobs";
    return undefined;
  });
  const dataDir = newDataDir();
  const { exitCode, out, err } = await collect(standIn, dataDir);
  assert.equal(exitCode, 0, err);
  assert.match(out, /[1-4] deleted on GitHub; what was stored of them stays/);
  assert.equal(countOf(dataDir, "select count(*) from run_attempts"), 30);
  assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
});

test("repositories that are archived, empty, forked, without Actions, renamed, moved or gone do not stop the others", async () => {
  const runs = evenRuns(12, 5);
  const fullNames = ["plain", "attic", "empty", "fork", "silent", "renamed", "moved", "gone", "last"];
  const extra: Readonly<Record<string, object>> = {
    attic: { isArchived: true },
    empty: { runs: [] },
    fork: { isFork: true },
    silent: { hasActions: false },
  };
  const corpus = defineCorpus({
    accounts: [{ id: 77, login: "other-org", type: "Organization" }],
    repositories: fullNames.map((name) => ({ fullName: `octo-org/${name}`, runs, ...extra[name] })),
  });
  const standIn = await startStandIn({ corpus });
  const during = firstTimes(
    1,
    ({ route }) => route === "attempt-jobs",
    (_, __, mutate) => {
      mutate.rename("octo-org/renamed", "octo-org/new-name");
      mutate.rename("octo-org/moved", "other-org/moved");
      mutate.vanish("octo-org/gone");
      return undefined;
    },
  );
  standIn.script(during);
  const dataDir = newDataDir();
  const first = await collect(standIn, dataDir);
  assert.equal(first.exitCode, 4, first.err);
  assert.match(first.out, /Not collected, 1 of 9:\n {2}octo-org\/gone: /);
  const truth = standIn.truth();
  assert.deepEqual(compareWithTruth(dataDir, truth).differences, []);
  const kept = countOf(
    dataDir,
    `select count(*) from run_attempts where repository_id = ${truth.repository("octo-org/gone").id}`,
  );
  assert.equal(kept, 12, "what was stored of a repository that is gone stays");

  const second = await collect(standIn, dataDir, { args: ["octo-org", "octo-org/moved"] });
  assert.equal(second.exitCode, 0, second.err);
  const names = query(dataDir, "select full_name from repositories order by full_name").map((row) => row["full_name"]);
  assert.ok(names.includes("octo-org/new-name") && names.includes("other-org/moved"), names.join(" "));
  assert.ok(!names.includes("octo-org/renamed") && !names.includes("octo-org/moved"), names.join(" "));
  assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
});

test("an organisation may have no repository, or more than a few pages of them", async () => {
  const accounts = [{ id: 1, login: "empty-org", type: "Organization" }] as const;
  const none = await startStandIn({ corpus: defineCorpus({ accounts, repositories: [] }) });
  const refused = await collect(none, newDataDir(), { args: ["empty-org"] });
  assert.equal(refused.exitCode, 4);
  assert.match(refused.err, /empty-org/);

  const many = await startStandIn({ corpus: someRepositories(120, 1) });
  const dataDir = newDataDir();
  const { exitCode, err } = await collect(many, dataDir);
  assert.equal(exitCode, 0, err);
  assert.deepEqual(compareWithTruth(dataDir, many.truth()).differences, []);
});
