import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ask } from "./ask.ts";
import { type CorpusPlan, defineCorpus, type GitHubStandIn, type StandInOptions, startGitHubStandIn } from "./index.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const open: GitHubStandIn[] = [];
after(async () => {
  for (const standIn of open) await standIn.close();
});

async function start(plan: CorpusPlan, options: Partial<StandInOptions> = {}): Promise<GitHubStandIn> {
  const standIn = await startGitHubStandIn({ corpus: defineCorpus(plan), nowMs: NOW_MS, ...options });
  open.push(standIn);
  return standIn;
}

/** So many runs, one a second, ending at noon. */
function app(count: number): CorpusPlan {
  const runs = Array.from({ length: count }, (_, at) => ({ createdAt: NOW_MS - (count - at) * 1000 }));
  return { repositories: [{ fullName: "octo-org/app", runs }] };
}

type RunsAnswer = { total_count: number | string; workflow_runs: { id: number; created_at: string }[] };

test("runs come newest first, in pages that Link leads through", async () => {
  const standIn = await start(app(25));
  let path: string | null = "/repos/octo-org/app/actions/runs?per_page=10";
  const seen: string[] = [];
  while (path !== null) {
    const answer = await ask(standIn, path);
    const { workflow_runs: runs, total_count: total } = answer.json as RunsAnswer;
    assert.equal(total, 25);
    seen.push(...runs.map(({ created_at: created }) => created));
    path = /<([^>]+)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1] ?? null;
  }
  assert.equal(seen.length, 25);
  assert.deepEqual(seen, seen.toSorted().reverse());
  assert.equal(standIn.requests.length, 3);
  assert.match(standIn.requests[1]!.path, /^\/repositories\/\d+\/actions\/runs$/);
});

test("a filter for the time of creation takes both its ends, in every form", async () => {
  const standIn = await start(app(60));
  const total = async (created: string): Promise<number | string> =>
    ((await ask(standIn, `/repos/octo-org/app/actions/runs?created=${encodeURIComponent(created)}`)).json as RunsAnswer)
      .total_count;
  assert.equal(await total("2026-11-20T11:59:10Z..2026-11-20T11:59:19Z"), 10);
  assert.equal(await total(">=2026-11-20T11:59:50Z"), 10);
  assert.equal(await total(">2026-11-20T11:59:50Z"), 9);
  assert.equal(await total("2026-11-20T11:59:50Z..*"), 10);
  assert.equal(await total("*..2026-11-20T11:59:04Z"), 5);
  assert.equal(await total("<2026-11-20T11:59:04Z"), 4);
  assert.equal(await total("2026-11-20"), 60);
  assert.equal(await total("2026-11-19..2026-11-19"), 0);
  assert.equal((await ask(standIn, "/repos/octo-org/app/actions/runs?created=yesterday")).status, 422);
});

test("a filtered list ends after 1,000 runs and an unfiltered one is refused beyond its end", async () => {
  const standIn = await start(app(1300), { unfilteredItemsMax: 1200 });
  const filtered = (page: number) =>
    ask(standIn, `/repos/octo-org/app/actions/runs?created=2026-11-20&per_page=100&page=${page}`);
  const tenth = await filtered(10);
  assert.equal((tenth.json as RunsAnswer).workflow_runs.length, 100);
  assert.equal((tenth.json as RunsAnswer).total_count, 1300);
  assert.doesNotMatch(tenth.headers.get("link") ?? "", /rel="next"/);
  assert.equal(((await filtered(11)).json as RunsAnswer).workflow_runs.length, 0);
  assert.equal((await ask(standIn, "/repos/octo-org/app/actions/runs?per_page=100&page=12")).status, 200);
  const beyond = await ask(standIn, "/repos/octo-org/app/actions/runs?per_page=100&page=13");
  assert.equal(beyond.status, 422);
  assert.match(beyond.text, /pagination is limited/);
});

test("long totals can be told as GitHub announced", async () => {
  const plan = app(2600);
  const path = "/repos/octo-org/app/actions/runs?created=2026-11-20&per_page=1";
  const number = await start(plan, { totals: "2500" });
  assert.equal(((await ask(number, path)).json as RunsAnswer).total_count, 2500);
  const words = await start(plan, { totals: "2500+" });
  assert.equal(((await ask(words, path)).json as RunsAnswer).total_count, "2,500+");
});

test("an entity tag belongs to its token, and an unchanged answer costs nothing", async () => {
  const standIn = await start(app(3));
  const other = standIn.addToken({ text: "another" });
  const path = "/repos/octo-org/app/actions/runs";
  const first = await ask(standIn, path);
  const etag = first.headers.get("etag")!;
  assert.equal(first.headers.get("x-ratelimit-used"), "1");
  const again = await ask(standIn, path, { "if-none-match": etag });
  assert.equal(again.status, 304);
  assert.equal(again.text, "");
  assert.equal(again.headers.get("x-ratelimit-used"), "1");
  assert.equal((await ask(standIn, path, { "if-none-match": etag, authorization: `token ${other}` })).status, 200);
  assert.equal((await ask(standIn, path, { "if-none-match": etag.replaceAll('"', "") })).status, 200);
  standIn.mutate.rerun(standIn.truth().repositories[0]!.runs()[0]!.runId, { kind: "all" });
  assert.equal((await ask(standIn, path, { "if-none-match": etag })).status, 200);
});

test("the primary limit ends by the stand-in's own clock", async () => {
  const standIn = await start(app(1), {
    limits: { primary: { limit: 2, windowMs: 3_600_000, status: 403, retryAfter: "none" } },
  });
  const path = "/repos/octo-org/app";
  assert.equal((await ask(standIn, path)).headers.get("x-ratelimit-remaining"), "1");
  await ask(standIn, path);
  const refused = await ask(standIn, path);
  assert.equal(refused.status, 403);
  assert.equal(refused.headers.get("x-ratelimit-remaining"), "0");
  const waitS = Number(refused.headers.get("x-ratelimit-reset")) - Date.parse(refused.headers.get("date")!) / 1000;
  assert.ok(waitS > 3590 && waitS <= 3601, String(waitS));
  assert.equal((await ask(standIn, path)).status, 403);
  assert.equal(standIn.earlyRequests().length, 1);
  standIn.advance(3_601_000);
  assert.equal((await ask(standIn, path)).status, 200);
  assert.equal(standIn.earlyRequests().length, 1);
  const free = await ask(standIn, "/rate_limit");
  assert.equal((free.json as { rate: { used: number } }).rate.used, 1);
});

test("with a wait scale the stand-in's hours are short", async () => {
  const standIn = await start(app(1), { waitScale: 0.000_01 });
  standIn.setRemaining(0);
  assert.equal((await ask(standIn, "/repos/octo-org/app")).status, 403);
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.equal((await ask(standIn, "/repos/octo-org/app")).status, 200);
});

test("the secondary limit refuses too many points in a minute", async () => {
  for (const [retryAfter, seen] of [
    ["none", /^null$/],
    ["seconds", /^30$/],
    ["date", / GMT$/],
  ] as const) {
    const standIn = await start(app(1), {
      limits: { secondary: { pointsPerMinute: 3, concurrentMax: 100, status: 429, retryAfter, retryAfterS: 30 } },
    });
    const statuses: number[] = [];
    for (let at = 0; at < 3; at++) statuses.push((await ask(standIn, "/repos/octo-org/app")).status);
    const refused = await ask(standIn, "/repos/octo-org/app");
    assert.deepEqual([...statuses, refused.status], [200, 200, 200, 429]);
    assert.match(String(refused.headers.get("retry-after")), seen);
    assert.match(refused.text, /secondary rate limit/);
    standIn.advance(60_000);
    assert.equal((await ask(standIn, "/repos/octo-org/app")).status, 200);
  }
});

test("requests without a name, of an unknown version or with a wrong token are refused", async () => {
  const standIn = await start(app(1));
  assert.equal((await ask(standIn, "/repos/octo-org/app", { "user-agent": "" })).status, 403);
  assert.equal((await ask(standIn, "/repos/octo-org/app", { "x-github-api-version": "1999-01-01" })).status, 400);
  assert.equal((await ask(standIn, "/repos/octo-org/app", { "x-github-api-version": "2022-11-28" })).status, 200);
  assert.equal((await ask(standIn, "/repos/octo-org/app", { authorization: "Bearer wrong" })).status, 401);
  assert.equal((await ask(standIn, "/repos/octo-org/other")).status, 404);
});

test("GitHub Enterprise Server has its prefix and no limits", async () => {
  const standIn = await start(app(1), { ghes: true });
  assert.match(standIn.url, /\/api\/v3$/);
  const answer = await ask(standIn, "/repos/octo-org/app");
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("x-ratelimit-remaining"), null);
  assert.match((answer.json as { url: string }).url, /\/api\/v3\/repos\//);
  assert.equal((await ask(standIn, "/rate_limit")).status, 404);
  assert.equal((await ask(standIn, `${standIn.url.replace("/api/v3", "")}/repos/octo-org/app`)).status, 404);
});

test("the log has no token in it", async () => {
  const standIn = await start(app(1));
  await ask(standIn, "/repos/octo-org/app");
  assert.doesNotMatch(JSON.stringify(standIn.requests), new RegExp(standIn.token));
  assert.equal(standIn.requests[0]!.route, "repository");
});
