import assert from "node:assert/strict";
import { test } from "node:test";
import { type FaultName, type GitHubStandIn, type StandInOptions, USUAL_LIMITS } from "../github-stand-in/index.ts";
import { someRepositories } from "./corpora.ts";
import { collect } from "./oddrun-process.ts";
import { newDataDir, startStandIn } from "./stage.ts";
import { compareWithTruth } from "./stored-history.ts";

/** For the stand-in's clock and for the client alike: an hour is 1.8 s, or a minute is 1.2 s. */
const SHORT_HOURS = 0.0005;
const SHORT_MINUTES = 0.02;
const scaled = (waitScale: number) => ({ env: { ODDRUN_WAIT_SCALE: String(waitScale) } });
/** Requests that were under way at a refusal may reach a busy server so much later, in real time: well within a minute of either kind. */
const UNDER_WAY_MS = 500;
const CREDENTIAL_ROUTES = ["access-token", "installation"];

function limited(waitScale: number, options: Partial<StandInOptions>): Promise<GitHubStandIn> {
  return startStandIn({ corpus: someRepositories(4, 40), waitScale, ...options });
}

const jobRequests = (standIn: GitHubStandIn): readonly string[] =>
  standIn.requests.filter(({ route, status }) => route === "attempt-jobs" && status === 200).map(({ path }) => path);

test("a used up hour is waited for, and nothing is sent before it ends", async () => {
  const primary = { ...USUAL_LIMITS.primary!, limit: 70 };
  const standIn = await limited(SHORT_HOURS, { limits: { primary } });
  const dataDir = newDataDir();
  const { exitCode, err } = await collect(standIn, dataDir, scaled(SHORT_HOURS));
  assert.equal(exitCode, 0, err);
  assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
  assert.deepEqual(standIn.earlyRequests(UNDER_WAY_MS), []);
  assert.ok(standIn.requests.length > 140, "it took more than two hours' worth of requests");
  const spanMs = standIn.requests.at(-1)!.atMs - standIn.requests[0]!.atMs;
  assert.ok(spanMs > 3_600_000, "and so at least one wait for the next hour");
  const refused = standIn.requests.filter(({ status }) => status === 403);
  assert.ok(refused.length <= 8, `${refused.length} requests were refused`);
  assert.equal(new Set(jobRequests(standIn)).size, jobRequests(standIn).length, "nothing was asked for twice");
});

test("a secondary limit midway is waited for as it says, whatever it says", async () => {
  const one = async (fault: FaultName): Promise<void> => {
    const standIn = await limited(SHORT_MINUTES, { corpus: someRepositories(2, 35), faults: [fault] });
    const dataDir = newDataDir();
    const { exitCode, err } = await collect(standIn, dataDir, scaled(SHORT_MINUTES));
    assert.equal(exitCode, 0, `${fault}: ${err}`);
    assert.ok(standIn.requests.some(({ notBeforeMs }) => notBeforeMs !== null));
    assert.deepEqual(standIn.earlyRequests(UNDER_WAY_MS), [], fault);
    assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, [], fault);
  };
  await Promise.all([
    one("secondary-limit"),
    one("secondary-limit-date"),
    one("secondary-limit-silent"),
    one("too-many-requests"),
  ]);
});

test("a limit that lasts is given up after five tries with exit code 4, and the next collection goes on", async () => {
  const standIn = await limited(SHORT_MINUTES, {});
  const dataDir = newDataDir();
  const lift = standIn.script(({ index }) =>
    index > 90
      ? {
          status: 403,
          headers: { "retry-after": "60" },
          body: { message: "You have exceeded a secondary rate limit." },
        }
      : undefined,
  );
  const stopped = await collect(standIn, dataDir, scaled(SHORT_MINUTES));
  assert.equal(stopped.exitCode, 4);
  assert.match(stopped.err, /limit/);
  assert.match(stopped.out, /Run the same command again to go on/);
  assert.deepEqual(standIn.earlyRequests(UNDER_WAY_MS), []);
  const refused = standIn.requests.filter(({ status }) => status === 403).length;
  assert.ok(refused >= 5 && refused <= 5 * 4, `${refused} refusals`);
  const had = new Set(jobRequests(standIn));
  assert.ok(had.size > 50);
  lift();
  standIn.clearRequests();
  const { exitCode, err } = await collect(standIn, dataDir, scaled(SHORT_MINUTES));
  assert.equal(exitCode, 0, err);
  assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
  assert.deepEqual(
    jobRequests(standIn).filter((path) => had.has(path)),
    [],
    "what was had is not asked for again",
  );
});

const appEnv = (standIn: GitHubStandIn) => ({
  GITHUB_TOKEN: "",
  ODDRUN_GITHUB_APP_ID: String(standIn.app.id),
  ODDRUN_GITHUB_APP_PRIVATE_KEY: standIn.app.privateKey,
});

for (const underWay of [1, 4]) {
  test(`tokens of an App run out every few requests and between pages, ${underWay} under way, and no collection fails`, async (t) => {
    const requestsMax = Number(process.env["ODDRUN_TOKEN_REQUESTS"] ?? 20);
    const standIn = await startStandIn({ corpus: someRepositories(4, Math.max(105, requestsMax * 5)) });
    standIn.app.tokenRequestsMax = requestsMax;
    let isPageExpired = false;
    standIn.script(({ route, query, tokenId }, _, mutate) => {
      if (route === "runs" && query.get("page") === "2" && !isPageExpired && tokenId !== null) {
        isPageExpired = true;
        mutate.expireToken(tokenId);
        return { status: 401, body: { message: "Bad credentials" } };
      }
      return undefined;
    });
    const dataDir = newDataDir();
    const args = ["octo-org", "--concurrency", String(underWay)];
    const { exitCode, err } = await collect(standIn, dataDir, { args, env: appEnv(standIn) });
    assert.equal(exitCode, 0, err);
    assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
    const cycles = standIn.app.issued.length;
    assert.ok(cycles >= 20, `${cycles} tokens`);
    const refused = standIn.requests.filter(({ status }) => status === 401).length;
    // each request that was under way with the old token is refused, none twice
    assert.ok(refused <= underWay * cycles, `${refused} refusals for ${cycles} tokens`);
    const renewals = standIn.requests.filter(({ route }) => route === "access-token");
    assert.equal(renewals.length, cycles);
    renewals.forEach((renewal, at) => {
      const before = renewals[at - 1];
      if (before !== undefined) assert.ok(renewal.realMs >= before.answeredRealMs!, "one renewal at a time");
    });
    t.diagnostic(`${standIn.requests.length} requests, ${cycles} tokens, ${refused} refused`);
  });
}

test("an App that was revoked is told at once, with exit code 4", async () => {
  const standIn = await limited(SHORT_MINUTES, {});
  standIn.script(({ index, route }) => {
    if (index === 60 && !CREDENTIAL_ROUTES.includes(route)) standIn.app.revoke();
    return undefined;
  });
  const dataDir = newDataDir();
  const { exitCode, err } = await collect(standIn, dataDir, { env: appEnv(standIn) });
  assert.equal(exitCode, 4);
  assert.match(err, /App/);
  assert.ok(standIn.requests.length < 60 + 40, `${standIn.requests.length} requests`);
});
