import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { ask } from "./ask.ts";
import {
  defineCorpus,
  everyNth,
  type FaultName,
  FAULTS,
  firstTimes,
  type GitHubStandIn,
  limitAnswer,
  type StandInOptions,
  startGitHubStandIn,
} from "./index.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const open: GitHubStandIn[] = [];
after(async () => {
  for (const standIn of open) await standIn.close();
});

async function start(options: Partial<StandInOptions> = {}): Promise<GitHubStandIn> {
  const runs = Array.from({ length: 30 }, (_, at) => ({ createdAt: NOW_MS - (30 - at) * 1000 }));
  const corpus = defineCorpus({ repositories: [{ fullName: "octo-org/app", runs }] });
  const standIn = await startGitHubStandIn({ corpus, nowMs: NOW_MS, ...options });
  open.push(standIn);
  return standIn;
}

const RUNS = "/repos/octo-org/app/actions/runs?per_page=10";

/** What came of so many requests, in a word each: the status, or what was wrong with the answer. */
async function outcomes(fault: FaultName, count: number): Promise<{ words: string[]; standIn: GitHubStandIn }> {
  const standIn = await start({ faults: [fault] });
  const words: string[] = [];
  for (let at = 0; at < count; at++) {
    try {
      const answer = await ask(standIn, RUNS);
      const isWhole = answer.status !== 200 || "workflow_runs" in (JSON.parse(answer.text) as object);
      words.push(isWhole ? String(answer.status) : "shape");
    } catch (error) {
      words.push(error instanceof SyntaxError ? "text" : "broken");
    }
  }
  return { words, standIn };
}

describe("a fault by its name", () => {
  const tenth: Partial<Record<FaultName, RegExp>> = {
    "server-errors": /^50\d$/,
    "html-answers": /^text$/,
    "empty-bodies": /^text$/,
    "cut-json": /^text$/,
    "cut-bodies": /^broken$/,
    "wrong-gzip": /^broken$/,
    "connection-resets": /^broken$/,
    "redirect-302": /^302$/,
    "redirect-307": /^307$/,
    "redirect-308": /^308$/,
    "redirect-other-host": /^302$/,
    "wrong-shapes": /^shape$/,
    "slow-bodies": /^200$/,
  };
  for (const [name, outcome] of Object.entries(tenth)) {
    test(`${name}: every tenth answer`, async () => {
      const { words, standIn } = await outcomes(name as FaultName, 10);
      assert.deepEqual(words.slice(0, 9), Array<string>(9).fill("200"));
      assert.match(words[9]!, outcome);
      assert.deepEqual(standIn.requests[9]!.faults, [name]);
    });
  }

  const always: Partial<Record<FaultName, string>> = {
    "permission-missing": "403",
    "sso-required": "403",
    "blocked-451": "451",
    "gone-410": "410",
    "redirect-loop": "302",
  };
  for (const [name, outcome] of Object.entries(always)) {
    test(`${name}: every answer`, async () => {
      assert.deepEqual((await outcomes(name as FaultName, 2)).words, [outcome, outcome]);
    });
  }

  const limits: Partial<Record<FaultName, readonly [status: number, waitMs: number]>> = {
    "secondary-limit": [403, 60_000],
    "secondary-limit-date": [429, 60_000],
    "secondary-limit-silent": [403, 60_000],
    "too-many-requests": [429, 60_000],
  };
  for (const [name, [status, waitMs]] of Object.entries(limits)) {
    test(`${name}: every fiftieth answer, and the log knows how long to wait`, async () => {
      const { words, standIn } = await outcomes(name as FaultName, 51);
      assert.equal(words[49], String(status));
      const told = standIn.requests[49]!;
      const waited = told.notBeforeMs! - told.atMs;
      assert.ok(waited > waitMs - 1100 && waited <= waitMs + 100, String(waited));
      assert.equal(standIn.earlyRequests().length, 1);
    });
  }

  test("a permission that is missing is no limit", async () => {
    const { standIn } = await outcomes("permission-missing", 2);
    assert.equal(standIn.requests[0]!.notBeforeMs, null);
    assert.deepEqual(standIn.earlyRequests(), []);
  });

  test("links lead elsewhere, in circles, nowhere or are no links", async () => {
    const second = async (fault: FaultName): Promise<string | null> => {
      const standIn = await start({ faults: [fault] });
      await ask(standIn, RUNS);
      return (await ask(standIn, RUNS)).headers.get("link");
    };
    assert.match((await second("link-other-host"))!, /attacker\.invalid/);
    assert.match(
      (await second("link-loop"))!,
      /<http:\/\/127\.0\.0\.1:\d+\/repos\/octo-org\/app\/actions\/runs\?per_page=10>; rel="next"/,
    );
    assert.match((await second("link-malformed"))!, /^<<>>/);
    assert.equal(await second("link-missing"), null);
    await assert.rejects(second("link-huge"), "a client's own limit for headers");
  });

  test("a token ends, a run is deleted between pages, a repository vanishes", async () => {
    const expiring = await start({ faults: ["token-expiry"], limits: { primary: null } });
    for (let at = 0; at < 200; at++) await ask(expiring, "/repos/octo-org/app");
    assert.equal((await ask(expiring, RUNS)).status, 401);

    const deleting = await start({ faults: ["deleted-between-pages"] });
    for (let at = 0; at < 5; at++) await ask(deleting, RUNS);
    const after = await ask(deleting, `${RUNS}&page=2`);
    assert.equal((after.json as { total_count: number }).total_count, 29);
    assert.equal(deleting.truth().deletedRunIds.size, 1);

    const vanishing = await start({ faults: ["repository-vanishes"] });
    for (let at = 0; at < 20; at++) assert.equal((await ask(vanishing, RUNS)).status, 200);
    assert.equal((await ask(vanishing, RUNS)).status, 404);
  });

  test("large pages of runs are too slow for GitHub", async () => {
    const standIn = await start({ faults: ["slow-pages"] });
    assert.equal((await ask(standIn, RUNS.replace("10", "100"))).status, 500);
    assert.equal((await ask(standIn, RUNS)).status, 200);
  });

  test("a stalled body never ends", async () => {
    const standIn = await start({ faults: ["stalled-bodies"] });
    for (let at = 0; at < 49; at++) await ask(standIn, RUNS);
    const signal = AbortSignal.timeout(40);
    const response = await fetch(standIn.url + RUNS, { signal });
    await assert.rejects(response.text(), /timeout/i);
  });

  test("every one is tried here", () => {
    const tried = [...Object.keys(tenth), ...Object.keys(always), ...Object.keys(limits)];
    const others = Object.keys(FAULTS).filter((name) => !tried.includes(name));
    assert.deepEqual(others.sort(), [
      "deleted-between-pages",
      "link-huge",
      "link-loop",
      "link-malformed",
      "link-missing",
      "link-other-host",
      "repository-vanishes",
      "slow-pages",
      "stalled-bodies",
      "token-expiry",
    ]);
  });
});

test("a script answers what it likes, alters the usual answer, and goes away again", async () => {
  const standIn = await start();
  const stop = standIn.script(({ route }, usual) =>
    route === "runs" ? { status: 200, body: usual.body.replaceAll("run_attempt", "attempt") } : undefined,
  );
  assert.doesNotMatch((await ask(standIn, RUNS)).text, /run_attempt/);
  assert.equal((await ask(standIn, "/repos/octo-org/app")).status, 200);
  assert.deepEqual(standIn.requests[0]!.faults, ["script"]);
  stop();
  assert.match((await ask(standIn, RUNS)).text, /run_attempt/);
});

test("a script also sees requests that would be refused", async () => {
  const standIn = await start();
  standIn.script(({ headers }, usual) => {
    assert.equal(headers["authorization"], "***");
    return usual.status === 401
      ? { status: 503, headers: { "retry-after": "1" }, body: { message: "Later" } }
      : undefined;
  });
  assert.equal((await ask(standIn, RUNS, { authorization: "Bearer wrong" })).status, 503);
});

test("faults of one's own can be counted", async () => {
  const unavailable = () => ({ status: 503 });
  const standIn = await start({
    faults: [
      firstTimes(1, ({ route }) => route === "runs", unavailable),
      everyNth(2, ({ route }) => route === "repository", unavailable),
    ],
  });
  const statuses: number[] = [];
  for (const path of [RUNS, RUNS, "/repos/octo-org/app", "/repos/octo-org/app", "/repos/octo-org/app"]) {
    statuses.push((await ask(standIn, path)).status);
  }
  assert.deepEqual(statuses, [503, 200, 200, 503, 200]);
});

test("the log reads every form of a limit as GitHub's rules do", async () => {
  const standIn = await start();
  for (const status of [403, 429] as const) {
    for (const [retryAfter, remaining, words, waitS] of [
      ["seconds", 0, "primary", 90],
      ["date", 4000, "unknown", 90],
      ["none", 0, "unknown", 90],
      ["none", 4000, "secondary", 60],
      ["none", null, "secondary", 60],
    ] as const) {
      const stop = standIn.script(({ nowMs }) =>
        limitAnswer(nowMs, { status, retryAfter, remaining, words, waitS: 90 }),
      );
      assert.equal((await ask(standIn, RUNS)).status, status);
      stop();
      const { notBeforeMs, atMs } = standIn.requests.at(-1)!;
      assert.ok(Math.abs(notBeforeMs! - atMs - waitS * 1000) <= 1100, `${retryAfter} ${remaining} ${words}`);
    }
  }
  const plan = { status: 403, retryAfter: "none", remaining: 4000, words: "unknown", waitS: 90 } as const;
  standIn.script(({ nowMs }) => limitAnswer(nowMs, plan));
  await ask(standIn, RUNS);
  assert.equal(standIn.requests.at(-1)!.notBeforeMs, null, "a 403 without any sign of a limit is a refusal for good");
});
