import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { oddRunsShape } from "../../api/index.ts";
import { ask, GOOD_BODY, postScore, type ServerUnderTest, serverUnderTest } from "../server-under-test.contract.ts";
import { hostileTexts } from "./hostile-texts.contract.ts";
import { anomalous, type TemporaryStore, temporaryStore } from "./odd-runs.contract.ts";

let store: TemporaryStore;
let server: ServerUnderTest;
before(async () => {
  store = await temporaryStore();
  const sameSecond = Date.UTC(2026, 10, 2);
  await store.judge([
    ...Array.from({ length: 70 }, () => ({})),
    ...Array.from({ length: 60 }, () => ({ run: { completedAtMs: sameSecond } })),
    { verdict: { kind: "usual", score: 0.4, threshold: 0.6, comparisons: [] } as const },
    { verdict: { kind: "too-little-history", runCount: 3, runCountMin: 20 } as const },
  ]);
  server = await serverUnderTest({ store: store.store });
});
after(async () => {
  await server.stop();
  await store.remove();
});

test("the list is newest first, of the published shape, and holds odd runs only", async () => {
  const { status, json } = await ask(`${server.url}/api/odd-runs?limit=200`);
  assert.equal(status, 200);
  assert.ok(oddRunsShape.safeParse(json).success);
  assert.equal(json.runs.length, 130);
  assert.equal(json.next, null);
  const times = json.runs.map((run: { completed_at: string }) => run.completed_at);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => b.localeCompare(a)),
  );
  assert.equal(
    json.runs[0].url,
    `https://github.com/acme/shop/actions/runs/${json.runs[0].run_id}/attempts/${json.runs[0].run_attempt}`,
  );
});

test("pages follow each other without a gap or a repeat, also where many runs end in the same second", async () => {
  for (const limit of [1, 7, 50, 130]) {
    const seen: number[] = [];
    let next: string | null = "";
    while (next !== null) {
      const { json }: { json: { runs: { run_id: number }[]; next: string | null } } = await ask(
        `${server.url}/api/odd-runs?limit=${limit}${next === "" ? "" : `&before=${next}`}`,
      );
      seen.push(...json.runs.map((run) => run.run_id));
      next = json.next;
    }
    assert.equal(seen.length, 130, `${limit}`);
    assert.equal(new Set(seen).size, 130);
  }
});

test("the page leads through all runs by its own links", async () => {
  let path: string | undefined = "/";
  const runs: string[] = [];
  while (path !== undefined) {
    const { status, text } = await ask(server.url + path);
    assert.equal(status, 200);
    runs.push(...[...text.matchAll(/actions\/runs\/(\d+)\/attempts\/1"/g)].map((match) => match[1]!));
    path = /<a href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
  }
  assert.equal(new Set(runs).size, 130);
});

test("the head of the page counts, and each run shows its numbers beside what is usual, in words and as a picture", async () => {
  const { text } = await ask(`${server.url}/?limit=1`);
  assert.match(text, /<dt>Runs judged<\/dt><dd>131<\/dd>/);
  assert.match(text, /<dt>Odd<\/dt><dd>130 \(99 %\)<\/dd>/);
  assert.match(text, /<dt>Too little history<\/dt><dd>1<\/dd>/);
  assert.match(text, /<dt>Runs from<\/dt><dd>1 Nov 2026 to 2 Nov 2026<\/dd>/);
  assert.match(text, /<dt>Model<\/dt><dd>history-1<\/dd>/);
  assert.match(text, /<p class="reason">reason 130<\/p>/);
  assert.match(text, /<b>15 min<\/b> <span class="side">above usual<\/span>/);
  assert.match(text, /<td data-label="Usual">4 to 6 min<\/td>/);
  assert.match(text, /role="img".*<title>duration: 15 min, above usual; usual 4 to 6 min<\/title>/);
});

test("a query that is not understood is 422, as JSON and as a page, and nothing else of it shows", async () => {
  for (const query of [
    "limit=-1",
    "limit=1e9",
    "limit=0",
    "limit=name;drop",
    "before=x",
    "before=' or 1=1--",
    `before=${"9".repeat(400)}`,
    "limit=1&limit=2",
    "before=%00",
  ]) {
    const list = await ask(`${server.url}/api/odd-runs?${query}`);
    assert.deepEqual([list.status, list.json.code], [422, "bad-query"], query);
    assert.equal((await ask(`${server.url}/?${query}`)).status, 422);
  }
  assert.equal((await ask(`${server.url}/api/odd-runs?sort=name;drop&q=(a%2B)%2B$`)).status, 200);
});

test("the page lets nothing in and out but its own style sheet", async () => {
  const { headers, text } = await ask(`${server.url}/`);
  const policy = headers.get("content-security-policy")!;
  for (const part of [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ])
    assert.ok(policy.includes(part), part);
  assert.doesNotMatch(policy, /unsafe|\*/);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("referrer-policy"), "no-referrer");
  assert.doesNotMatch(text, /<script|<iframe|<form| style=| on[a-z]+=/i);
  for (const [, href] of text.matchAll(/ href="([^"]*)"/g))
    assert.match(href!, /^(\/|data:image\/svg|https:\/\/github\.com\/acme\/shop\/actions\/runs\/\d+\/attempts\/1$)/);
  for (const [link] of text.matchAll(/<a [^>]*https:[^>]*>/g)) assert.match(link, /rel="noopener noreferrer"/);
});

test("what strangers wrote is shown as text, whatever it is", async () => {
  const texts = hostileTexts();
  assert.ok(texts.length >= 120);
  const hostile = await temporaryStore();
  const page = await serverUnderTest({ store: hostile.store });
  try {
    await hostile.judge(
      texts.map((text) => ({
        run: { branch: text, title: text, event: text },
        verdict: {
          ...anomalous(text),
          comparisons: [{ feature: text, value: 2, usual: 1, usualLow: 0, usualHigh: 1 }],
        } as const,
      })),
      { repository: 'acme/"><img src=x onerror=alert(1)>', workflow: "<script>alert(1)</script>" },
    );
    const { status, text } = await ask(`${page.url}/?limit=200`);
    assert.equal(status, 200);
    assert.equal(text.match(/<article>/g)?.length, texts.length);
    // Only our own tags are left, and no attribute but ours.
    const tags = new Set([...text.matchAll(/<\/?([a-zA-Z][^\s>/]*)/g)].map((match) => match[1]));
    const ours =
      "html head meta title link body header a h1 main dl div dt dd section h2 article p time span h3 b table thead tr th tbody td svg path rect circle nav footer".split(
        " ",
      );
    assert.deepEqual(
      [...tags].filter((tag) => !ours.includes(tag!)),
      [],
    );
    for (const [tag] of text.matchAll(/<[a-z][^>]*>/g)) {
      const bare = tag.replace(/"[^"]*"/g, '""');
      assert.match(bare, /^<[a-z][a-z0-9]*( [a-zA-Z-]+="")*\/?>$/, tag.slice(0, 200));
      assert.doesNotMatch(bare, / (on\w+|style|srcset|formaction|xlink:href)=/i);
    }
    assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200e\u200f]/); // oxlint-disable-line no-control-regex -- they must not be there
    assert.doesNotMatch(text, /javascript:[^<]*"/i);
    assert.ok(text.length < 1_000_000, `${text.length} characters`);
    const list = await ask(`${page.url}/api/odd-runs?limit=200`);
    assert.equal(list.json.runs.length, texts.length);
    assert.match(list.headers.get("content-type")!, /^application\/json/);
    assert.equal(list.headers.get("x-content-type-options"), "nosniff");
  } finally {
    await page.stop();
    await hostile.remove();
  }
});

test("what else changed stands under the run, harmless, and in the list as it was found", async () => {
  const with2 = await temporaryStore();
  await with2.judge([{}, {}]);
  const [newest] = await with2.store.judgedRuns({ kind: "anomalous", limit: 1 });
  const { repositoryId, runId, runAttempt } = newest!.run;
  const name = "evil/<img src=x onerror=alert(1)>";
  const changes = [{ name, from: ["v3"], to: ["v4"] }];
  const evidence = {
    kind: "actions",
    subject: "",
    comparedWith: { runId: 1, runAttempt: 1 },
    value: { changes, dynamicCount: 0 },
    unknown: null,
  } as const;
  await with2.store.saveEvidence([{ repositoryId, runId, runAttempt, evidence, gatheredAtMs: 0 }]);
  const page = await serverUnderTest({ store: with2.store });
  const { text } = await ask(`${page.url}/`);
  assert.match(text, /<p class="evidence">changed at the same time, since run 1: evil\/&lt;img .* v3 -&gt; v4<\/p>/);
  assert.equal(text.split('class="evidence"').length, 2, "only where it was gathered");
  const { json } = await ask(`${page.url}/api/odd-runs`);
  assert.ok(oddRunsShape.safeParse(json).success);
  assert.deepEqual(json.runs[0].evidence, [
    {
      kind: "actions",
      subject: "",
      compared_with: { run_id: 1, run_attempt: 1 },
      value: { changes, dynamic_count: 0 },
      unknown: null,
    },
  ]);
  assert.deepEqual(json.runs[1].evidence, []);
  await page.stop();
  await with2.remove();
});

test("an empty store says what to do next", async () => {
  const empty = await temporaryStore();
  const page = await serverUnderTest({ store: empty.store });
  const { status, text } = await ask(`${page.url}/`);
  assert.equal(status, 200);
  assert.match(text, /No runs yet.*<code>oddrun import FILE<\/code>/);
  assert.match((await ask(`${page.url}/?before=1.1.1.1`)).text, /No older odd runs/);
  await page.stop();
  await empty.remove();
});

test("with too little history, or nothing odd, the page says so", async () => {
  const few = await temporaryStore();
  await few.judge([{ verdict: { kind: "too-little-history", runCount: 1, runCountMin: 20 } }]);
  const page = await serverUnderTest({ store: few.store });
  assert.match((await ask(`${page.url}/`)).text, /1 run has too few fellows/);
  await page.stop();
  await few.judge([{ verdict: { kind: "usual", score: 0.4, threshold: 0.6, comparisons: [] } }]);
  const later = await serverUnderTest({ store: few.store });
  assert.match((await ask(`${later.url}/`)).text, /Nothing odd/);
  await later.stop();
  await few.remove();
});

test("a store that fails makes the page 503 and leaves scoring alone", async () => {
  const fails = async (): Promise<never> => {
    throw new Error("disk I/O error at /secret/place");
  };
  const page = await serverUnderTest({ store: { ...store.store, judgedRuns: fails, countVerdicts: fails } });
  for (const path of ["/", "/api/odd-runs"]) {
    const { status, text } = await ask(page.url + path);
    assert.equal(status, 503);
    assert.doesNotMatch(text, /secret|I\/O/);
  }
  assert.equal((await postScore(page.url, GOOD_BODY)).status, 200);
  assert.equal((await ask(`${page.url}/health/ready`)).status, 200);
  assert.match(String(page.lines.find(({ level }) => level === "error")?.fields["why"]), /disk I\/O/);
  await page.stop();
});

test("without a store the page is 503 and scoring works", async () => {
  const page = await serverUnderTest();
  assert.equal((await ask(`${page.url}/`)).status, 503);
  assert.equal((await postScore(page.url, GOOD_BODY)).status, 200);
  await page.stop();
});
