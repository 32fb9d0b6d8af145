import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { GITHUB_PRICES } from "@oddrun/core";
import { openStore } from "../../adapters/store/index.ts";
import { aWord, say } from "../../adapters/store/incident-store.contract.ts";
import { aBatch, aJob, aRun, START } from "../../adapters/store/run-fixtures.contract.ts";
import { reportChanges } from "../../operations/report/report-changes.ts";
import { changesMarkdown } from "../../operations/report/report-changes-markdown.ts";
import { changesText } from "../../operations/report/report-changes-text.ts";
import { reportHtml } from "../../operations/report/report-html.ts";
import { hostileTexts } from "../../server/page/hostile-texts.contract.ts";
import { reportCommand } from "./report.ts";
import { newPlace, runCommand } from "./store-command.contract.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ONSET = 120;

/**
 * A workflow that runs four times a day; from its run 120 on, day 30, it takes 8 minutes instead of 5. What failed of another one, on
 * days 10 to 20, is over.
 */
async function place({ name = "octo/Widgets", workflow = "CI" } = {}): Promise<string> {
  const dataDir = newPlace();
  const store = await openStore(join(dataDir, "oddrun.db"));
  const runs = Array.from({ length: 200 }, (_, index) => {
    const ms = index < ONSET ? 300_000 : 480_000;
    const startMs = START + index * 6 * HOUR_MS;
    const times = { createdAtMs: startMs, runStartedAtMs: startMs, completedAtMs: startMs + ms };
    return aRun({ runId: 1000 + index, ...times, duration: { ms, unknown: null } });
  });
  const jobs = runs.map((run) => aJob({ runId: run.runId, jobId: run.runId, duration: run.duration }));
  await store.save(
    aBatch({
      repositories: [{ id: 7, fullName: name, defaultBranch: "main", visibility: "private" }],
      workflows: [
        { repositoryId: 7, id: 70, name: workflow, path: null },
        { repositoryId: 7, id: 71, name: "Docs", path: null },
      ],
      runs,
      jobs,
    }),
  );
  const onset = runs[ONSET]!;
  const mark = { runId: onset.runId, runAttempt: 1, atMs: onset.completedAtMs! };
  const levels = { usual: 300_000, level: 480_000, onset: mark };
  await say(store, [
    aWord({}, { day: 33, ...levels }),
    aWord({ job: "test (a)" }, { day: 33, ...levels }),
    aWord({ workflowId: 71 }, { day: 11, usual: 60_000, level: 6_060_000 }),
    aWord(
      { workflowId: 71 },
      {
        day: 20,
        usual: 60_000,
        level: 6_060_000,
        state: "recovered",
        onset: { runId: 3, runAttempt: 1, atMs: START + 10 * DAY_MS },
      },
    ),
  ]);
  await store.close();
  return dataDir;
}

const report = (dataDir: string, ...options: readonly (readonly [string, string?])[]) =>
  runCommand(reportCommand, dataDir, [], options);

test("the report says what is wrong now, since when, and what it costs a week", async () => {
  const { out } = await report(await place());
  assert.match(out, /^1 incident is open for the worse; 1 over\.\n/);
  assert.match(out, /INC-2 octo\/Widgets CI takes longer: ongoing\n/);
  assert.match(out, /whole runs on default branch, push: 8 min, usual 5 min \(\+60 %\)/);
  assert.match(out, /since run 1120, which ended 2026-02-04 08:08 UTC/);
  // 28 runs a week, three minutes each; from the onset to the last run are 2.8 weeks
  assert.match(out, /costs 84 minutes a week at 28 runs a week; 238 minutes so far/);
  assert.match(out, /nothing has been heard of it since 2026-02-24/);
});

test("the most expensive incidents of the whole history are told, also those that are over", async () => {
  const { out } = await report(await place());
  const [first, second] = out.split("\n").filter((line) => /^ {2}\d\. /.test(line));
  assert.match(out, /The 2 most expensive incidents of the whole history:/);
  assert.match(
    `${first}\n${second}`,
    /octo\/Widgets Docs takes longer, .* a week since 2026-01-15; recovered since 2026-01-25/,
  );
  assert.match(`${first}\n${second}`, /octo\/Widgets CI takes longer, 84 minutes a week since 2026-02-04; still open/);
});

test("changes come before odd runs and apart from them, and either can be left out", async () => {
  const dataDir = await place();
  assert.match((await report(dataDir, ["only", "changes"])).out, /open for the worse/);
  const { exitCode, message } = await report(dataDir, ["only", "odd-runs"]);
  assert.deepEqual(
    [exitCode, /judged/.test(message)],
    [3, true],
    "nothing was judged, and nothing else is there to say",
  );
  const store = await openStore(join(dataDir, "oddrun.db"));
  const verdict = { kind: "usual", score: 0.4, threshold: 0.6, comparisons: [] } as const;
  await store.saveVerdicts([
    { repositoryId: 7, runId: 1000, runAttempt: 1, modelVersion: "h", judgedAtMs: 0, verdict },
  ]);
  await store.close();
  assert.match((await report(dataDir)).out, /open for the worse[^]*\n\n0 odd runs of 1 judged/);
  const markdown = (await report(dataDir, ["format", "markdown"])).out;
  assert.match(markdown, /^## Changes\n[^]*\n## Odd runs\n/);
  assert.match(
    markdown,
    /\| INC-2 \| `octo\/Widgets CI` \| takes longer \| 8 min, usual 5 min \(\+60 %\) \| 2026-02-04 \| ongoing \|/,
  );
});

test("programs get numbers beside the odd runs they always got", async () => {
  const dataDir = await place();
  const { changes } = JSON.parse((await report(dataDir, ["format", "json"])).out);
  const [open] = changes.open;
  assert.deepEqual(
    [open.incident, Math.round(open.cost.minutes_a_week), Math.round(open.cost.runs_a_week), open.cost.is_counted],
    ["INC-2", 84, 28, true],
  );
  assert.equal(changes.most_expensive.length, 2);
});

test("minutes are told in dollars where jobs moved and a price is known", async () => {
  const dataDir = newPlace();
  const store = await openStore(join(dataDir, "oddrun.db"));
  const runs = Array.from({ length: 80 }, (_, index) => {
    const startMs = START + index * 6 * HOUR_MS;
    return aRun({ runId: 1 + index, createdAtMs: startMs, runStartedAtMs: startMs, completedAtMs: startMs + 60_000 });
  });
  const jobs = runs.map(({ runId }) =>
    aJob({ runId, jobId: runId, name: "build", duration: { ms: 600_000, unknown: null }, runnerLabels: "mine" }),
  );
  const repositories = [{ id: 7, fullName: "octo/Widgets", defaultBranch: "main", visibility: null }];
  await store.save(aBatch({ repositories, runs, jobs }));
  await say(store, [aWord({ job: "build" }, { day: 11, usual: 300_000, level: 600_000 })]);
  await store.close();
  const prices = JSON.stringify([{ label: "mine", usd_per_minute: 0.01 }]);
  const { out, message } = await runCommand(reportCommand, dataDir, [], [["prices", "-"]], { stdin: prices });
  // 28 jobs a week, five minutes more each, at a cent
  assert.match(out, /costs 1\d\d minutes a week \(about \$1\.\d\d\) at 2\d runs a week/, message);
});

test("the report as a page is one file that loads nothing, with a picture of each change", async () => {
  const { out } = await report(await place(), ["format", "html"]);
  assert.match(out, /^<!doctype html>/);
  assert.match(out, /<article id="INC-2"><h4>INC-2 octo\/Widgets CI takes longer <span class="state">ongoing<\/span>/);
  const [picture] = /<svg class="change"[^]*?<\/svg>/.exec(out)!;
  assert.match(picture, /<title>INC-2 octo\/Widgets CI takes longer: whole runs .* 8 min, usual 5 min/);
  assert.match(picture, /since 2026-02-04<\/text>/);
  assert.ok(picture.split("a2.6 2.6 0 1 0 5.2 0").length - 1 === 80, "a larger dot for each run since the onset");
  assert.doesNotMatch(picture, /NaN|Infinity|undefined/);
  assert.doesNotMatch(out, /<script|<iframe|<img|<link| src=|url\(|@import/i);
});

test("what strangers called things is text in every form, and never markup", async () => {
  const store = await openStore(join(newPlace(), "oddrun.db"));
  const texts = hostileTexts();
  const ids = texts.map((_, index) => 100 + index);
  await store.save(
    aBatch({
      repositories: ids.map((id, at) => ({ id, fullName: `octo/${texts[at]}`, defaultBranch: null, visibility: null })),
      workflows: ids.map((repositoryId, at) => ({ repositoryId, id: 70, name: texts[at]!, path: null })),
      runs: ids.map((repositoryId) => aRun({ repositoryId })),
    }),
  );
  const words = ids.flatMap((repositoryId, at) => [
    aWord({ repositoryId }, { day: 1 + 5 * at }),
    aWord({ repositoryId, job: `${texts[at]} (${texts[at]})` }, { day: 1 + 5 * at }),
  ]);
  await say(store, words);
  const filter = {
    limit: 1000,
    prices: GITHUB_PRICES,
    otherwiseVisibility: null,
    filter: {},
    nowMs: START + 900 * DAY_MS,
  };
  const changes = await reportChanges(store, filter);
  await store.close();
  const page = reportHtml(changes, null, START);
  assert.equal(page.split("<article ").length - 1, texts.length);
  const tags = new Set([...page.matchAll(/<\/?([a-zA-Z][^\s>/]*)/g)].map((match) => match[1]));
  const ours = "html head meta title style body header h1 p main section h2 h3 h4 article span svg path text ul ol li";
  assert.deepEqual(
    [...tags].filter((tag) => !ours.split(" ").includes(tag!)),
    [],
  );
  // oxlint-disable-next-line no-control-regex -- they must not be there
  assert.doesNotMatch(page, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  for (const line of changesMarkdown(changes).split("\n")) {
    assert.doesNotMatch(line.replace(/`[^`]*`/g, ""), /<|\]\(|@\w/);
  }
  assert.ok(!changesText(changes).includes("\u001b"));
});
