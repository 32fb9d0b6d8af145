import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { openStore } from "../../adapters/store/index.ts";
import { aBatch } from "../../adapters/store/run-fixtures.contract.ts";
import { importCommand } from "./import.ts";
import { newPlace, runCommand } from "./store-command.contract.ts";
import { usageCommand } from "./usage.ts";

const HEADER =
  "repository,workflow,run_id,run_started_at,job_id,job_name,job_conclusion,job_created_at,job_started_at,job_completed_at,runner_labels,runner_group,runner_name";
const at = (time: string): string => `2026-03-02T${time}Z`;
function job(
  runId: number,
  jobId: number,
  [created, started, completed]: readonly [string, string, string],
  { repository = "octo/shop", labels = "ubuntu-latest", group = "GitHub Actions", conclusion = "success" } = {},
): string {
  const times = [at(created), at(started), at(completed)].join(",");
  return `${repository},CI,${runId},${at("10:00:00")},${jobId},job ${jobId},${conclusion},${times},${labels},${group},r${jobId}`;
}

const dataDir = newPlace();
before(async () => {
  const file = newPlace("jobs.csv");
  const rows = [
    job(1, 11, ["10:00:01", "10:00:11", "10:02:41"]),
    job(1, 12, ["10:00:01", "10:00:31", "10:00:32"]),
    job(1, 13, ["10:00:01", "10:05:01", "10:15:01"], { labels: "linux|self-hosted", group: "Default" }),
    job(2, 21, ["10:20:00", "10:20:20", "10:21:20"], { conclusion: "cancelled" }),
    job(3, 31, ["10:00:01", "10:00:11", "09:00:00"], { labels: "ubuntu-latest-16-cores", group: "big" }),
    job(4, 41, ["10:00:01", "10:00:03", "10:03:04"], { labels: "ubuntu-latest-16-cores", group: "big" }),
    job(5, 51, ["10:00:01", "10:00:02", "10:00:02"], { conclusion: "skipped" }),
    job(6, 61, ["10:00:01", "10:00:05", "10:09:05"], { repository: "octo/open" }),
  ];
  writeFileSync(file, `${[HEADER, ...rows].join("\n")}\n`);
  assert.equal((await runCommand(importCommand, dataDir, [file])).exitCode, 0);
});

const usage = (...options: readonly (readonly [string, string?])[]) => runCommand(usageCommand, dataDir, [], options);
async function json(...options: readonly (readonly [string, string?])[]) {
  const { exitCode, out } = await usage(["json"], ...options);
  assert.equal(exitCode, 0);
  return JSON.parse(out) as {
    prices: { source: string; date: string };
    held: { known_count: number; median_ms: number };
    total: Record<string, unknown>;
    groups: readonly Record<string, unknown>[];
  };
}

test("jobs are added up by the runner they asked for", async () => {
  const { groups, total, held } = await json(["visibility", "private"]);
  const row = (labels: string) => groups.find((group) => group["runner_labels"] === labels)!;
  const hosted = row("ubuntu-latest");
  assert.deepEqual(
    [hosted["runner_group"], hosted["job_count"], hosted["billed_minutes"], hosted["known_cost_usd"]],
    ["GitHub Actions", 4, 3 + 1 + 1 + 9, 0.084],
  );
  assert.deepEqual(hosted["queue"], { known_count: 4, median_ms: 10_000, p90_ms: 30_000, unknown: {} });
  assert.deepEqual(row("linux,self-hosted")["unpriced_minutes"], { "self-hosted": 10 });
  const big = row("ubuntu-latest-16-cores");
  assert.deepEqual([big["job_count"], big["billed_minutes"], big["known_cost_usd"]], [2, 4, 0]);
  assert.deepEqual((big["execution"] as { unknown: unknown }).unknown, { "end-before-start": 1 });
  assert.deepEqual([total["job_count"], total["billed_minutes"]], [7, 28]);
  assert.deepEqual([held.known_count, held.median_ms], [1, 1_200_000]);
});

test("by workflow, by job and by repository, the dearest first", async () => {
  const names = async (by: string, key: string) =>
    (await json(["by", by], ["visibility", "private"])).groups.map((group) => group[key]);
  assert.deepEqual(await names("repository", "repository"), ["octo/open", "octo/shop"]);
  assert.deepEqual(await names("workflow", "workflow"), ["CI", "CI"]);
  assert.deepEqual((await names("job", "job")).slice(0, 2), ["job 61", "job 11"]);
  const { groups } = await json(["by", "job"], ["repo", "octo/open"]);
  assert.equal(groups.length, 1);
});

test("the table shows the sums, the date of the prices and what has none", async () => {
  const { out } = await usage(["visibility", "private"]);
  assert.match(out, /runner labels +runner group +jobs +minutes +billed +cost +queue p50 +queue p90/);
  assert.match(out, /ubuntu-latest +GitHub Actions +4 +13 +14 +\$0\.08 +10 s +30 s/);
  assert.match(out, /all +7 +26 +28 +\$0\.08 \+ 4 min unknown \+ 10 min self-hosted/);
  assert.match(out, /Prices: https:\/\/docs\.github\.com\/\S+, as of 2026-\d\d-\d\d/);
  assert.match(out, /10 minutes on self-hosted runners: GitHub takes nothing/);
  assert.match(out, /4 minutes ran on runners whose labels have no known price.*--prices FILE/);
  assert.match(out, /Jobs whose length is not known, and which are in no sum: 1 end before start/);
  assert.match(out, /1 run held back before the first job was made \(median 20 min, p90 20 min\)/);
  assert.match((await usage(["limit", "1"])).out, /The dearest 1 of 3 are shown/);
});

test("without knowing who may see a repository the cost is unknown, and in a public one it is nothing", async () => {
  assert.deepEqual((await json()).total["unpriced_minutes"], {
    "label-unknown": 4,
    "self-hosted": 10,
    "visibility-unknown": 14,
  });
  assert.match((await usage()).out, /14 minutes have no cost because it was never told.*--visibility/);
  const { total, groups } = await json(["visibility", "public"]);
  assert.equal(total["known_cost_usd"], 0);
  assert.deepEqual((total["unpriced_minutes"] as Record<string, number>)["free-public"], 14);
  assert.equal(groups.length, 3);
});

test("what was told of a repository holds, whatever is taken for the others", async () => {
  const place = newPlace();
  const file = newPlace("jobs.csv");
  writeFileSync(file, `${HEADER}\n${job(1, 11, ["10:00:01", "10:00:11", "10:02:41"])}\n`);
  await runCommand(importCommand, place, [file]);
  const store = await openStore(join(place, "oddrun.db"));
  const [repository] = await store.repositories();
  const batch = { workflows: [], runs: [], jobs: [], steps: [] };
  await store.save({ ...batch, repositories: [{ ...repository!, visibility: "public" }] });
  await store.close();
  const { out } = await runCommand(usageCommand, place, [], [["visibility", "private"]]);
  assert.match(out, /ubuntu-latest +GitHub Actions +1 +3 +3 +free/);
});

test("a price table of one's own comes first, as CSV or JSON, and its source is shown", async () => {
  const csv = newPlace("prices.csv");
  writeFileSync(
    csv,
    "label,usd_per_minute,from\n# our machines\nubuntu-*-16-cores,0.042,2026-01-01\nself-hosted,0.01,\n",
  );
  const priced = await usage(["visibility", "private"], ["prices", csv]);
  assert.match(priced.out, /all +7 +26 +28 +\$0\.35/);
  assert.match(priced.out, /Prices: .*prices\.csv, then https:\/\/docs\.github\.com/);
  const file = newPlace("prices.json");
  const prices = [{ label: "ubuntu-latest", usd_per_minute: 0.5 }];
  writeFileSync(file, JSON.stringify({ source: "our contract", date: "2026-02-01", prices }));
  const { total, prices: told } = await json(["visibility", "private"], ["prices", file]);
  assert.equal(total["known_cost_usd"], 7);
  assert.deepEqual([told.source.startsWith("our contract"), told.date], [true, "2026-02-01"]);
  assert.equal((await json(["visibility", "public"], ["prices", file])).total["known_cost_usd"], 0);
});

test("a price table that cannot be read is refused with its line", async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["", /must name the columns/],
    ["label,usd_per_minute\n", /has no price/],
    ["label,usd_per_minute\nubuntu-latest,cheap\n", /line 2: usd_per_minute is "cheap"/],
    ["label,usd_per_minute\nubuntu-latest,42\n", /line 2: usd_per_minute is 42/],
    ["label,usd_per_minute\n,0.1\n", /line 2: it names no label/],
    ["label,usd_per_minute,from\na,0.1,2026-02-30\n", /line 2: from is "2026-02-30"/],
    ['label,usd_per_minute\n"a,b",0.1\n', /line 2: write one plain label/],
    ['{"prices": {}}', /needs a list "prices"/],
    ['{"prices": [', /no JSON/],
    ['[{"label": "a", "usd_per_minute": "0.1"}]', /price 1: usd_per_minute is "0\.1"/],
    ["[null]", /price 1: it names no label/],
  ];
  for (const [text, words] of cases) {
    const file = newPlace("prices");
    writeFileSync(file, text);
    const { exitCode, message } = await usage(["prices", file]);
    assert.equal(exitCode, 3, text);
    assert.match(message, words);
  }
  assert.equal((await usage(["prices", newPlace("none")])).exitCode, 2);
});

test("an empty store, a name nobody knows and a wrong option are told", async () => {
  const nothing = newPlace();
  await (await openStore(join(nothing, "oddrun.db"))).close();
  assert.equal((await runCommand(usageCommand, nothing, [])).exitCode, 3);
  assert.match((await usage(["repo", "octo/none"])).message, /No run of octo\/none/);
  assert.equal((await usage(["by", "colour"])).exitCode, 2);
  assert.equal((await usage(["visibility", "secret"])).exitCode, 2);
  const { exitCode, out } = await usage(["since", "2026-05-01"]);
  assert.equal(exitCode, 0);
  assert.match(out, /^Prices: /);
});

test("runs without stored jobs are counted, with where jobs come from", async () => {
  const place = newPlace();
  const store = await openStore(join(place, "oddrun.db"));
  await store.save(aBatch());
  await store.close();
  const { out } = await runCommand(usageCommand, place, []);
  assert.match(
    out,
    /1 run without stored jobs: in no sum\. "oddrun collect" asks GitHub for jobs, and "oddrun import" /,
  );
});

test("a signal stops the reading", async () => {
  const stop = new AbortController();
  const { exitCode } = await runCommand(usageCommand, dataDir, [], [], { stop, onProgress: () => stop.abort() });
  assert.equal(exitCode, 130);
});
