import assert from "node:assert/strict";
import { test } from "node:test";
import { generateCorpus, type Truth } from "../github-stand-in/index.ts";
import {
  DAY_MS,
  evenRuns,
  HOUR_MS,
  oneRepository,
  RANDOM_DAYS,
  randomCorpus,
  SKIPPED,
  someRepositories,
} from "./corpora.ts";
import { collect } from "./oddrun-process.ts";
import { inPairs, newDataDir, NOW_MS, roundsOf, startStandIn } from "./stage.ts";
import { compareWithTruth, countOf, query } from "./stored-history.ts";

const TOTALS = ["exact", "2500", "2500+"] as const;
/** The soak takes all of the ninety days; the newest half has one of everything, too. */
const DAYS = roundsOf("ODDRUN_CORPORA", 6) > 6 ? 95 : 47;
const SINCE_MS = Math.floor((NOW_MS - DAYS * DAY_MS) / DAY_MS) * DAY_MS;
const SINCE = { sinceMs: SINCE_MS };
const EVERYTHING = ["octo-org", "octo-dev", "other-org", "--since", new Date(SINCE_MS).toISOString().slice(0, 10)];

test("every attempt and every job is stored once, however uneven the history", async (t) => {
  const corpora = roundsOf("ODDRUN_CORPORA", 6);
  let attempts = 0;
  const seeds = Array.from({ length: corpora }, (_, at) => at + 1);
  await inPairs(seeds, async (seed) => {
    const standIn = await startStandIn({ corpus: randomCorpus(seed), totals: TOTALS[seed % 3]! });
    const dataDir = newDataDir();
    const { exitCode, err } = await collect(standIn, dataDir, { args: ["octo-org", "--since", `${RANDOM_DAYS}d`] });
    assert.equal(exitCode, 0, `seed ${seed}: ${err}`);
    const { differences, attemptCount } = compareWithTruth(dataDir, standIn.truth());
    assert.deepEqual(differences, [], `seed ${seed}`);
    attempts += attemptCount;
    await standIn.close();
  });
  t.diagnostic(`${corpora} corpora with ${attempts} attempts: 0 missing, 0 twice`);
});

test("an organisation is collected with hardly a request too many, and asked for again only where something changed", async (t) => {
  const standIn = await startStandIn({
    corpus: generateCorpus({ seed: 2, size: "small", nowMs: NOW_MS }),
    nowMs: NOW_MS,
  });
  const dataDir = newDataDir();
  const first = await collect(standIn, dataDir, { args: EVERYTHING });
  assert.equal(first.exitCode, 0, first.err);
  const truth = standIn.truth();
  const { differences, attemptCount, jobCount, timedCount } = compareWithTruth(dataDir, truth, SINCE);
  assert.deepEqual(differences, []);
  assert.ok(timedCount > 700, "the truth knows the exact duration of most attempts");
  const least = truth.minimumRequests(SINCE).total;
  const sent = standIn.requests.length;
  assert.ok(sent <= 1.15 * least, `${sent} requests where ${least} would do`);
  assertReasonsForBrokenTimes(truth, dataDir);

  standIn.clearRequests();
  const second = await collect(standIn, dataDir, { args: EVERYTHING });
  assert.equal(second.exitCode, 0, second.err);
  assert.deepEqual(compareWithTruth(dataDir, truth, SINCE).differences, []);
  const polled = standIn.requests.filter(({ route }) => route === "run").length;
  const others = standIn.requests.length - polled;
  assert.ok(
    others <= 2 * truth.repositories.length,
    `${others} requests for ${truth.repositories.length} repositories`,
  );
  assert.ok(polled <= countOf(dataDir, "select count(*) from run_attempts where conclusion is null"));
  assert.equal(standIn.requests.filter(({ route }) => route === "attempt-jobs" || route === "attempt").length, 0);
  t.diagnostic(
    `${attemptCount} attempts, ${jobCount} jobs: ${sent} requests, ${(sent / least).toFixed(3)} times the least; again, unchanged: ${others} and ${polled} for open runs`,
  );
});

/** No duration is made of times that cannot be: it is unknown, for a reason. */
function assertReasonsForBrokenTimes(truth: Truth, dataDir: string): void {
  const turned = truth.repositories.flatMap((repository) =>
    repository
      .runs(SINCE_MS)
      .flatMap(({ attempts }) => attempts.flatMap((attempt) => attempt.jobs()))
      .filter(({ defect, inheritedFrom }) => defect === "ends an hour before it starts" && inheritedFrom === null),
  );
  assert.ok(turned.length > 3, "the corpus has such times");
  const ids = turned.map(({ id }) => id).join(",");
  const reasons = query(dataDir, `select distinct duration_ms, duration_unknown from jobs where job_id in (${ids})`);
  // one that seems to end before its attempt began cannot be told from an inherited one
  const honest = new Set(["end-before-start", "inherited-from-earlier-attempt"]);
  assert.ok(reasons.length > 0);
  for (const row of reasons) {
    assert.equal(row["duration_ms"], null);
    assert.ok(honest.has(String(row["duration_unknown"])), String(row["duration_unknown"]));
  }
}

test("more runs in one second than a list shows are named, never passed over in silence", async () => {
  const secondMs = NOW_MS - 5 * DAY_MS;
  const burst = Array.from({ length: 1200 }, () => ({ createdAt: secondMs, ...SKIPPED }));
  const standIn = await startStandIn({ corpus: oneRepository([...evenRuns(30, 10), ...burst]) });
  const dataDir = newDataDir();
  const { exitCode, out, err } = await collect(standIn, dataDir);
  assert.equal(exitCode, 0, err);
  const second = new Date(secondMs).toISOString();
  assert.match(
    out,
    new RegExp(`Warning: octo-org/app: more than 1,000 runs in one second at ${second}: 200 not listed`),
  );
  assert.equal(countOf(dataDir, "select count(*) from run_attempts"), 1030);
  const again = await collect(standIn, dataDir);
  assert.equal(again.exitCode, 0);
});

test("no more requests are under way at once than allowed, eight at most", async () => {
  for (const [args, most] of [
    [["octo-org"], 4],
    [["octo-org", "--concurrency", "8"], 8],
  ] as const) {
    const standIn = await startStandIn({
      corpus: someRepositories(12, 12),
      faults: [(_, usual) => ({ status: usual.status, headers: usual.headers ?? {}, body: usual.body, delayMs: 10 })],
    });
    const dataDir = newDataDir();
    const { exitCode, err } = await collect(standIn, dataDir, { args });
    assert.equal(exitCode, 0, err);
    assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
    assert.equal(Math.max(...standIn.requests.map(({ inFlight }) => inFlight)), most);
  }
  const refused = await collect(await startStandIn({ corpus: someRepositories(1, 1) }), newDataDir(), {
    args: ["octo-org", "--concurrency", "9"],
  });
  assert.equal(refused.exitCode, 2);
});

test("a bounded number of requests gives something of every repository first, and the same command completes it", async () => {
  const standIn = await startStandIn({ corpus: someRepositories(10, 20) });
  const dataDir = newDataDir();
  const bounded = { args: ["octo-org", "--max-requests", "60"] };
  const first = await collect(standIn, dataDir, bounded);
  assert.equal(first.exitCode, 0, first.err);
  assert.ok(standIn.requests.length <= 60);
  assert.match(first.out, /Still missing:[^]+Run the same command again to go on/);
  assert.equal(countOf(dataDir, "select count(distinct repository_id) from run_attempts"), 10);
  assert.ok(countOf(dataDir, "select count(*) from jobs") > 20);
  let passes = 1;
  for (let out = first.out; /Still missing/.test(out) && passes < 10; passes++) {
    ({ out } = await collect(standIn, dataDir, bounded));
  }
  assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
  const jobRequests = standIn.requests.filter(({ route }) => route === "attempt-jobs").length;
  assert.equal(jobRequests, 200, "no jobs are asked for twice");
  assert.ok(passes <= 6, `${passes} passes`);
});

test("runs created at the edge of --since are in, earlier ones are out", async () => {
  const standIn = await startStandIn({ corpus: oneRepository(evenRuns(40, 20)) });
  const dataDir = newDataDir();
  const sinceMs = Math.floor((NOW_MS - 10 * DAY_MS) / DAY_MS) * DAY_MS;
  const since = new Date(sinceMs).toISOString().slice(0, 10);
  const { exitCode, err } = await collect(standIn, dataDir, { args: ["octo-org/app", "--since", since] });
  assert.equal(exitCode, 0, err);
  const oldest = countOf(dataDir, "select min(created_at_ms) from run_attempts");
  assert.ok(oldest >= sinceMs - 100 * 12 * HOUR_MS);
  assert.equal(
    compareWithTruth(dataDir, standIn.truth(), { sinceMs }).differences.filter((text) => /missing/.test(text)).length,
    0,
  );
});

if (process.env["ODDRUN_FULL_CORPUS"] !== undefined) {
  test("sixty repositories with 120,000 runs are collected to the last job", async (t) => {
    const corpus = generateCorpus({ seed: 1, size: "full", nowMs: NOW_MS });
    // a client that keeps to the limits needs a day for this: here the hours are short, and none of the limits is in the way
    const standIn = await startStandIn({ corpus, limits: { primary: null } });
    const dataDir = newDataDir();
    const started = performance.now();
    const { exitCode, err } = await collect(standIn, dataDir, {
      args: EVERYTHING,
      env: { ODDRUN_WAIT_SCALE: "0.0001" },
    });
    const minutes = (performance.now() - started) / 60_000;
    assert.equal(exitCode, 0, err.slice(-2000));
    const truth = standIn.truth();
    const { differences, attemptCount, jobCount, timedCount } = compareWithTruth(dataDir, truth, SINCE);
    assert.deepEqual(differences, []);
    const least = truth.minimumRequests(SINCE).total;
    const sent = standIn.requests.length;
    assert.ok(sent <= 1.15 * least, `${sent} requests where ${least} would do`);
    t.diagnostic(
      `${attemptCount} attempts, ${jobCount} jobs, ${timedCount} durations exact: ${sent} requests, ${(sent / least).toFixed(3)} times the least, ${minutes.toFixed(1)} minutes`,
    );
  });
}
