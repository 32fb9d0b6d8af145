import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { RunAttempt } from "@oddrun/core";
import { localRegistry } from "../../adapters/model-registry/index.ts";
import { openStore } from "../../adapters/store/index.ts";
import { type DetectDeps, detectOddRuns } from "../../operations/odd-runs/detect-odd-runs.ts";
import type { EvidenceStore } from "../../operations/evidence/evidence-store.ts";
import type { Logger, RunStore } from "../../operations/ports.ts";
import { Problem } from "../../operations/problems.ts";
import { reportJson } from "../../operations/report/report-json.ts";
import { reportMarkdown } from "../../operations/report/report-markdown.ts";
import { reportOddRuns } from "../../operations/odd-runs/report-odd-runs.ts";
import { reportText } from "../../operations/report/report-text.ts";
import { trainHistoryModel } from "../../operations/odd-runs/train-history-model.ts";

const START = Date.UTC(2026, 0, 5);
const HOUR_MS = 3_600_000;
const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const PLACE = "here";

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

interface Bench {
  readonly store: RunStore & EvidenceStore;
  readonly deps: DetectDeps;
  readonly save: (from: number, to: number, change?: (place: number) => Partial<RunAttempt>) => Promise<void>;
}

async function bench(branch = "main"): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "oddrun-detect-"));
  folders.push(folder);
  const store = await openStore(join(folder, "oddrun.db"));
  const now = () => START + 5000 * HOUR_MS;
  const deps: DetectDeps = {
    store,
    registry: localRegistry(join(folder, "models"), now, quiet),
    log: quiet,
    now,
    signal: { aborted: false },
    progress: () => {},
  };
  return {
    store,
    deps,
    save: async (from, to, change = () => ({})) => {
      const runs = Array.from({ length: to - from }, (_, index) => ({
        ...aRun(from + index, branch),
        ...change(from + index),
      }));
      const repositories = [{ id: 7, fullName: "acme/shop", defaultBranch: "main", visibility: null }];
      const workflows = [{ repositoryId: 7, id: 9, name: "ci", path: null }];
      await store.save({ repositories, workflows, runs, jobs: [], steps: [] });
    },
  };
}

function aRun(place: number, branch: string): RunAttempt {
  const ms = (300 + ((place * 37) % 20)) * 1000;
  return {
    repositoryId: 7,
    workflowId: 9,
    runId: 1000 + place,
    runAttempt: 1,
    runNumber: null,
    branch,
    event: "push",
    headSha: null,
    title: null,
    createdAtMs: START + place * HOUR_MS,
    runStartedAtMs: START + place * HOUR_MS,
    completedAtMs: START + place * HOUR_MS + ms,
    conclusion: "success",
    status: null,
    updatedAtMs: null,
    endFrom: "run",
    heldFor: null,
    seenHeldAtMs: null,
    heldTime: { ms: null, unknown: "not-recorded" },
    duration: { ms, unknown: null },
    queueTime: { ms: null, unknown: "not-recorded" },
  };
}

const long = (ms: number): Partial<RunAttempt> => ({ duration: { ms, unknown: null } });
const spikeAt = (spike: number) => (place: number) => (place === spike ? long(1_500_000) : {});
const ALL = { limit: 50, allVerdicts: true };
const ODD = { limit: 50, allVerdicts: false };

test("two detections at once leave one verdict on each run", async () => {
  const { store, deps, save } = await bench();
  await save(0, 600);
  await Promise.all([detectOddRuns(deps, { place: PLACE }), detectOddRuns(deps, { place: PLACE })]);
  const judged = await store.judgedRuns();
  assert.equal(judged.length, 600);
  assert.ok(judged.every((each) => each.judged.revision === 1));
  await store.close();
});

test("stored runs are judged once; a second detect changes nothing", async () => {
  const { store, deps, save } = await bench();
  await save(0, 120, spikeAt(90));
  const summary = await detectOddRuns(deps, { place: PLACE });
  assert.deepEqual(summary.judged, { anomalous: 1, usual: 109, "too-little-history": 10, "not-judged": 0 });
  assert.equal(summary.modelVersion, "history-3");
  const before = reportJson(await reportOddRuns(store, ALL, PLACE));
  const again = await detectOddRuns(deps, { place: PLACE });
  assert.equal(again.judgedCount, 0);
  assert.equal(reportJson(await reportOddRuns(store, ALL, PLACE)), before);
  assert.equal((await deps.registry.list()).length, 3);
});

test("run by run gives the verdicts of one go", async () => {
  const whole = await bench();
  await whole.save(0, 130, spikeAt(101));
  await detectOddRuns(whole.deps, { place: PLACE });
  const parts = await bench();
  for (const [from, to] of [
    [0, 40],
    [40, 41],
    [41, 99],
    [99, 130],
  ] as const) {
    await parts.save(from, to, spikeAt(101));
    await detectOddRuns(parts.deps, { place: PLACE });
  }
  const report = async ({ store }: Bench) => reportJson(await reportOddRuns(store, ALL, PLACE));
  assert.equal(await report(parts), await report(whole));
});

test("a stopped detect keeps what it judged, and the next one goes on", async () => {
  const { store, deps, save } = await bench();
  await save(0, 600, spikeAt(550));
  const signal = { aborted: false };
  const stopping = {
    ...deps,
    signal,
    progress: () => {
      signal.aborted = true;
    },
  };
  const first = await detectOddRuns(stopping, { place: PLACE });
  assert.deepEqual([first.isComplete, first.judgedCount], [false, 500]);
  const second = await detectOddRuns(deps, { place: PLACE });
  assert.deepEqual([second.isComplete, second.judgedCount, second.judged.anomalous], [true, 100, 1]);
  assert.equal((await store.countVerdicts()).anomalous, 1);
});

test("a run whose own numbers changed gets a further revision; its neighbours keep theirs", async () => {
  const { store, deps, save } = await bench();
  await save(0, 100);
  await detectOddRuns(deps, { place: PLACE });
  await save(80, 81, () => long(1_500_000));
  const summary = await detectOddRuns(deps, { place: PLACE });
  assert.deepEqual([summary.judgedCount, summary.correctedCount, summary.judged.anomalous], [1, 1, 1]);
  const report = await reportOddRuns(store, ODD, PLACE);
  assert.deepEqual(
    report.listed.map(({ run, judged }) => [run.runId, judged.revision]),
    [[1080, 2]],
  );
});

test("a late arrival is judged in its place", async () => {
  const { store, deps, save } = await bench();
  await save(0, 80);
  await save(81, 120);
  await detectOddRuns(deps, { place: PLACE });
  await save(80, 81, () => long(1_500_000));
  const summary = await detectOddRuns(deps, { place: PLACE });
  assert.deepEqual([summary.judgedCount, summary.judged.anomalous], [1, 1]);
  assert.equal((await reportOddRuns(store, ODD, PLACE)).listed[0]?.run.runId, 1080);
});

test("a model trained on purpose is used for what comes after, with its own cut", async () => {
  const { deps, save } = await bench();
  await save(0, 200);
  const trained = await trainHistoryModel(deps, { place: PLACE, contamination: 0.1 });
  assert.deepEqual(
    [trained?.registered.version, trained?.readCount, trained?.model.contamination],
    ["history-1", 190, 0.1],
  );
  await detectOddRuns(deps, { place: PLACE });
  await save(200, 220);
  const summary = await detectOddRuns(deps, { place: PLACE });
  assert.deepEqual([summary.modelVersion, summary.judgedCount], ["history-1", 20]);
});

test("an empty store and an unjudged one say what to do", async () => {
  const { store, deps, save } = await bench();
  const code = (wanted: string, exitCode: number) => (error: unknown) =>
    error instanceof Problem && error.code === wanted && error.exitCode === exitCode;
  await assert.rejects(detectOddRuns(deps, { place: PLACE }), code("no-runs", 3));
  await assert.rejects(reportOddRuns(store, ODD, PLACE), code("no-runs", 3));
  await save(0, 3);
  await assert.rejects(reportOddRuns(store, ODD, PLACE), code("no-verdicts", 3));
});

test("the report gives the run, its reason and the counts", async () => {
  const { store, deps, save } = await bench();
  await save(0, 100, spikeAt(60));
  await detectOddRuns(deps, { place: PLACE });
  const text = reportText(await reportOddRuns(store, ODD, PLACE));
  assert.match(text, /^1 odd run of 90 judged; 10 had too little history\.\n/);
  assert.match(
    text,
    /2026-01-07 12:05 UTC {2}acme\/shop {2}ci {2}run 1060 {2}on main {2}\(push\) {2}success {2}score 0\.\d\d/,
  );
  assert.match(text, /\n {4}duration 25 min, usual 4\.8 to 5\.\d min\n/);
});

test("hostile names stay text in every format", async () => {
  const branch = "x\u001b[31m\u202e@octocat `|` <img src=x onerror=alert(1)> [a](http://e.x) \\";
  const { store, deps, save } = await bench(branch);
  await save(0, 100, spikeAt(60));
  await detectOddRuns(deps, { place: PLACE });
  const report = await reportOddRuns(store, ODD, PLACE);
  assert.doesNotMatch(reportText(report), /[\u001b\u202e]/);
  const row = reportMarkdown(report)
    .split("\n")
    .find((line) => line.includes("octocat"))!;
  const cells = row.split(/(?<!\\)\|/).slice(1, -1);
  assert.equal(cells.length, 6);
  // Outside code spans and our own link nothing of it is left.
  assert.doesNotMatch(row.replaceAll(/`[^`]*`/g, ""), /[@<]|e\.x|octocat/);
  assert.equal(JSON.parse(reportJson(report)).runs[0].branch, branch);
});

test("a repository or workflow that nobody has is refused, so that no gate stays green on a misspelt name", async () => {
  const { store, deps, save } = await bench();
  await save(0, 30);
  await detectOddRuns(deps, { place: PLACE });
  const asked = { limit: 10, allVerdicts: false };
  await assert.rejects(reportOddRuns(store, { ...asked, repository: "acme/shpo" }, PLACE), { code: "no-such-runs" });
  await assert.rejects(reportOddRuns(store, { ...asked, workflow: "cl" }, PLACE), { code: "no-such-runs" });
  assert.equal((await reportOddRuns(store, { ...asked, repository: "acme/shop" }, PLACE)).listed.length, 0);
});

test("the report for programs is spelt as the API spells, verdict and numbers beside the run", async () => {
  const { store, deps, save } = await bench();
  await save(0, 130, spikeAt(101));
  await detectOddRuns(deps, { place: PLACE });
  const report = JSON.parse(reportJson(await reportOddRuns(store, ODD, PLACE))) as {
    readonly unjudged_count: number;
    readonly runs: readonly Record<string, unknown>[];
  };
  assert.equal(report.unjudged_count, 0);
  const [odd] = report.runs;
  assert.deepEqual([odd?.["run_id"], odd?.["run_attempt"], odd?.["verdict"]], [1101, 1, "anomalous"]);
  assert.match(String(odd?.["reason"]), /^duration /);
  assert.ok(Object.keys(odd ?? {}).every((name) => /^[a-z_]+$/.test(name)));
});
