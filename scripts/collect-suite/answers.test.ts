import assert from "node:assert/strict";
import { test } from "node:test";
import { defineCorpus, type FaultName } from "../github-stand-in/index.ts";
import { DAY_MS, evenRuns, HOUR_MS, jobs, oneRepository, SKIPPED, someRepositories } from "./corpora.ts";
import { collect } from "./oddrun-process.ts";
import { inPairs, newDataDir, NOW_MS, startStandIn } from "./stage.ts";
import { compareWithTruth, countOf, query } from "./stored-history.ts";

test("pages of jobs that GitHub cannot answer are asked for in smaller parts, with a few requests more", async () => {
  const counts = [5, 88, 256, 760];
  const standIn = await startStandIn({
    corpus: oneRepository(evenRuns(4, 4, (at) => ({ jobs: jobs(counts[at]!) }))),
    bigJobsPage: { runJobsMin: 88, itemsMax: 80 },
  });
  const dataDir = newDataDir();
  const { exitCode, err } = await collect(standIn, dataDir);
  assert.equal(exitCode, 0, err);
  assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
  for (const { runId, attempts } of standIn.truth().repositories[0]!.runs()) {
    const asked = standIn.requests.filter(({ path }) => path.includes(`/runs/${runId}/attempts/1/jobs`));
    const refused = asked.filter(({ status }) => status === 502);
    const [size] = asked.slice(-1).map(({ query }) => Number(query["per_page"]));
    assert.ok(refused.length <= 2, `${refused.length} refusals`);
    assert.equal(
      asked.length - refused.length,
      Math.ceil(attempts[0]!.jobCount / size!),
      "the size that works is kept to",
    );
  }
});

/** Two kinds at a time, where they do not meet in one answer too often. */
const HARMLESS: readonly (readonly FaultName[])[] = [
  ["server-errors", "link-other-host"],
  ["html-answers", "link-loop"],
  ["empty-bodies", "link-missing"],
  ["cut-json", "link-malformed"],
  ["cut-bodies", "link-huge"],
  ["wrong-gzip", "redirect-302"],
  ["connection-resets", "redirect-307"],
  ["slow-bodies", "redirect-308"],
  ["slow-pages"],
];

test("answers that are broken now and then cost a retry and no run", async (t) => {
  await inPairs(HARMLESS, async (faults) => {
    const runs = [...evenRuns(15, 6), ...evenRuns(130, 1, () => SKIPPED)];
    const standIn = await startStandIn({ corpus: oneRepository(runs), faults });
    const dataDir = newDataDir();
    const { exitCode, err } = await collect(standIn, dataDir);
    assert.equal(exitCode, 0, `${faults.join()}: ${err}`);
    for (const fault of faults)
      assert.ok(
        standIn.requests.some((request) => request.faults.includes(fault)),
        fault,
      );
    assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, [], faults.join());
  });
  t.diagnostic(`${HARMLESS.flat().length} kinds of broken answers`);
});

test("a redirect to another host, or in a circle, ends with exit code 4, and the token goes nowhere else", async () => {
  for (const [fault, words] of [
    ["redirect-other-host", /another|other|redirect/i],
    ["redirect-loop", /redirect/i],
  ] as const) {
    const standIn = await startStandIn({
      corpus: oneRepository(evenRuns(310, 6, (at) => (at % 20 === 0 ? {} : { conclusion: "skipped" }))),
      faults: [fault],
    });
    const dataDir = newDataDir();
    const { exitCode, out, err } = await collect(standIn, dataDir, { args: ["octo-org/app"] });
    assert.equal(exitCode, 4, `${fault}: ${out}${err}`);
    assert.match(out + err, words, fault);
    assert.ok(standIn.requests.length < 60, `${fault}: ${standIn.requests.length} requests`);
  }
});

test("a refusal of one repository leaves the others alone, and says what to grant", async () => {
  const refusals = [
    [
      403,
      { "x-accepted-github-permissions": "actions=read" },
      "Resource not accessible by personal access token",
      /actions=read|actions: read/i,
    ],
    [
      403,
      { "x-github-sso": "required; url=https://github.example/sso" },
      "Resource protected by organization SAML enforcement.",
      /single sign-on|SSO/i,
    ],
    [404, {}, "Not Found", /no such|not found|does not show/i],
    [410, {}, "Gone", /410|no such|gone/i],
    [422, {}, "Validation Failed", /422|refus|answer/i],
    [451, {}, "Repository access blocked", /451/],
  ] as const;
  const standIn = await startStandIn({ corpus: someRepositories(refusals.length + 2, 4) });
  const truth = standIn.truth();
  const refusalOf = new Map(refusals.map((refusal, at) => [truth.repository(`octo-org/app-${at + 2}`).id, refusal]));
  standIn.script(({ route, repositoryId }) => {
    const refusal = refusalOf.get(repositoryId ?? 0);
    if (route !== "runs" || refusal === undefined) return undefined;
    const [status, headers, message] = refusal;
    return { status, headers: { "content-type": "application/json", ...headers }, body: { message } };
  });
  const dataDir = newDataDir();
  const { exitCode, out } = await collect(standIn, dataDir);
  assert.equal(exitCode, 4);
  assert.match(out, new RegExp(`Not collected, ${refusals.length} of ${refusals.length + 2}:`));
  for (const [at, [status, , , words]] of refusals.entries()) {
    const [line] = new RegExp(`octo-org/app-${at + 2}: .*`).exec(out) ?? [];
    assert.match(line ?? "", words, String(status));
  }
  assert.equal(countOf(dataDir, "select count(*) from jobs"), 8, "the first and the last are collected");
  assert.ok(standIn.requests.length < 100, `${standIn.requests.length} requests`);
});

test("a token that is not taken ends everything at once with exit code 4", async () => {
  const standIn = await startStandIn({ corpus: someRepositories(3, 6) });
  const { exitCode, err } = await collect(standIn, newDataDir(), { env: { GITHUB_TOKEN: "ghp_unknown" } });
  assert.equal(exitCode, 4);
  assert.match(err, /^oddrun: [^\n]*token[^\n]*\n$/);
  assert.ok(standIn.requests.length <= 2);
  const without = await collect(standIn, newDataDir(), { env: { GITHUB_TOKEN: "", PATH: "/nonexistent" } });
  assert.equal(without.exitCode, 2);
  assert.match(without.err, /GITHUB_TOKEN/);
});

test("a server that cannot be reached ends with exit code 4 and names what was asked", async () => {
  const standIn = await startStandIn({ corpus: someRepositories(1, 1) });
  await standIn.close();
  const { exitCode, err } = await collect(standIn, newDataDir());
  assert.equal(exitCode, 4);
  assert.match(err, /^oddrun: [^\n]*octo-org[^\n]*\n$/);
});

test("a day of difference between the clocks changes nothing, also for an App", async () => {
  const tried = [-DAY_MS, DAY_MS].flatMap((aheadMs) => [false, true].map((isApp) => ({ aheadMs, isApp })));
  const one = async ({ aheadMs, isApp }: (typeof tried)[number]): Promise<void> => {
    const runs = evenRuns(30, 10).map((run) => ({ ...run, createdAt: Number(run.createdAt) - DAY_MS }));
    const standIn = await startStandIn({ corpus: oneRepository(runs), nowMs: NOW_MS + aheadMs });
    const dataDir = newDataDir();
    const app = {
      GITHUB_TOKEN: "",
      ODDRUN_GITHUB_APP_ID: String(standIn.app.id),
      ODDRUN_GITHUB_APP_PRIVATE_KEY: standIn.app.privateKey,
    };
    const { exitCode, err } = await collect(standIn, dataDir, isApp ? { env: app } : {});
    assert.equal(exitCode, 0, err);
    assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
    if (isApp) assert.ok(standIn.requests.filter(({ status }) => status === 401).length <= 1);
  };
  await inPairs(tried, one);
});

test("GitHub Enterprise Server is collected from, without limits and without their headers", async () => {
  const standIn = await startStandIn({ corpus: someRepositories(2, 20), ghes: true });
  const dataDir = newDataDir();
  assert.match(standIn.url, /\/api\/v3$/);
  const { exitCode, err } = await collect(standIn, dataDir);
  assert.equal(exitCode, 0, err);
  assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
  assert.ok(standIn.requests.every(({ path }) => path.startsWith("/api/v3/")));
  assert.equal((await collect(standIn, dataDir)).exitCode, 0);
});

test("what has not changed costs nothing with the same token, and another token is none the worse", async (t) => {
  const standIn = await startStandIn({ corpus: someRepositories(20, 4) });
  const dataDir = newDataDir();
  assert.equal((await collect(standIn, dataDir)).exitCode, 0);
  standIn.clearRequests();
  assert.equal((await collect(standIn, dataDir)).exitCode, 0);
  const lists = standIn.requests.filter(({ route }) => route === "runs");
  const free = lists.filter(({ status }) => status === 304).length;
  assert.ok(lists.length >= 20 && free >= 0.95 * lists.length, `${free} of ${lists.length}`);

  const rotated = standIn.addToken({ text: "ghp_rotatedrotatedrotatedrotatedrotated01" });
  standIn.mutate.addRun("octo-org/app-3", { createdAt: NOW_MS - 2 * HOUR_MS });
  standIn.clearRequests();
  assert.equal((await collect(standIn, dataDir, { env: { GITHUB_TOKEN: rotated } })).exitCode, 0);
  assert.equal(standIn.requests.filter(({ status }) => status === 304).length, 0, "a mark belongs to its token");
  assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
  const tokenIds = query(dataDir, "select distinct token_id from read_marks").map((row) => String(row["token_id"]));
  assert.equal(tokenIds.length, 2);
  for (const id of tokenIds) assert.ok(!standIn.token.includes(id) && !rotated.includes(id));
  t.diagnostic(`${free} of ${lists.length} lists not modified`);
});

test("a repository that GitHub knows by a former name is collected once, under its present one", async () => {
  const corpus = defineCorpus({
    repositories: [
      { fullName: "octo-org/now", formerNames: ["octo-org/before", "octo-org/long-before"], runs: evenRuns(8, 3) },
    ],
  });
  const standIn = await startStandIn({ corpus });
  const dataDir = newDataDir();
  const { exitCode, err } = await collect(standIn, dataDir, { args: ["octo-org/before", "octo-org/now", "octo-org"] });
  assert.equal(exitCode, 0, err);
  assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
  assert.equal(standIn.requests.filter(({ route }) => route === "attempt-jobs").length, 8);
});
