import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { branchClass, type ChangeEvent, type Evidence, type Series } from "@oddrun/core";
import { type PlantedIncident, simulateOrganisation } from "@oddrun/core/simulation";
import { openStore, type Store } from "../../adapters/store/index.ts";
import { explainChange } from "./explain-change.ts";
import { runsInForce } from "./explain-groups.ts";
import { changeExplanationMarkdown, changeExplanationText } from "./explain-change-text.ts";
import { changeExplanationJson } from "./explain-json.ts";
import type { StoredRun } from "../ports.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-explain-change-"));
let store: Store;
let truth: readonly PlantedIncident[] = [];
before(async () => {
  const simulated = simulateOrganisation({ seed: 5, startMs: Date.UTC(2026, 0, 5), days: 30 });
  truth = simulated.truth;
  store = await openStore(join(folder, "oddrun.db"));
  for (const batch of simulated.batches) await store.save(batch);
});
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** The change as a detector would tell it: from the first run that carries the incident on. */
async function changeOf(incident: PlantedIncident, measure: Series["measure"], job = "") {
  const runs: StoredRun[] = [];
  for await (const run of store.finishedRuns()) if (incident.runIds.includes(run.runId)) runs.push(run);
  const onset = runs.find((run) => measure === "failure" || run.conclusion === "success") ?? assert.fail("no run");
  const mark = { runId: onset.runId, runAttempt: onset.runAttempt, atMs: onset.completedAtMs! };
  const series: Series = {
    repositoryId: onset.repositoryId,
    workflowId: onset.workflowId,
    branches: branchClass(onset.branch, onset.defaultBranch),
    event: onset.event!,
    scope: job === "" ? "run" : "job",
    measure,
    job,
    part: "",
  };
  const event: ChangeEvent = {
    state: "told",
    changeNumber: 1,
    direction: "up",
    onset: mark,
    at: mark,
    usual: 300_000,
    level: 450_000,
    score: 2.5,
    runCount: 12,
    isYoung: false,
  };
  return { onset, change: { series, event, endedAtMs: incident.endMs } };
}
const ofKind = (kind: PlantedIncident["kind"]): PlantedIncident =>
  truth.find((one) => one.kind === kind) ?? assert.fail(`no ${kind}`);

test("a lasting change is accounted for, its step named, and nothing that did not change is suspected", async () => {
  const incident = ofKind("lasting-step");
  const { change, onset } = await changeOf(incident, "duration");
  const found = await explainChange(store, change);
  assert.ok(found.account !== null && found.account.differenceMs > 0);
  assert.ok(found.cause?.kind === "part" && incident.cause.kind === "step");
  assert.equal(found.cause.part.step, incident.cause.stepName);
  assert.deepEqual(
    found.suspects.map(({ kind }) => kind),
    ["commits"],
  );
  assert.deepEqual([found.onset?.runId, found.unknown], [onset.runId, ["no-evidence"]]);
  const text = changeExplanationText(found);
  assert.match(text, /: slower\nThe typical run takes .+ since, .+ before: .+ longer/);
  assert.match(text, /whether it is the reason is for you to judge/);
  assert.doesNotMatch(text, /the cause/i);
  assert.match(changeExplanationMarkdown(found), /\| \*\*\+.+\*\* \| in all/);
  assert.equal(changeExplanationJson(found)["kind"], "slower");
});

test("the minutes are compared with the level in force, not with a ramp right before the onset", async () => {
  const runs: StoredRun[] = [];
  for await (const run of store.finishedRuns()) runs.push(run);
  const [first] = runs;
  const levels = [...Array<number>(100).fill(100), ...Array<number>(45).fill(300)];
  const history = levels.map((seconds, at) => ({
    ...first!,
    runId: at + 1,
    duration: { ms: seconds * 1000 + at, unknown: null },
  }));
  const ids = (usualMs: number) => runsInForce(history, usualMs).map(({ runId }) => runId);
  assert.deepEqual([ids(100_000).at(-1), ids(100_000).length, ids(300_000).at(-1)], [105, 40, 145]);
  assert.deepEqual([runsInForce(history.slice(0, 7), 1).length, runsInForce([], 1).length], [7, 0]);
});

test("evidence gathered about runs since the onset makes a suspect of what it found", async () => {
  const { change, onset } = await changeOf(ofKind("lasting-recovered"), "duration");
  const { lastBefore } = await explainChange(store, change);
  const { repositoryId, runId, runAttempt } = onset;
  const counts = { hits: 0, partialHits: 0, misses: 0, failures: 0, cachedLayers: 0 };
  const evidence: Evidence = {
    kind: "cache",
    subject: "gradle",
    comparedWith: lastBefore,
    value: { now: { ...counts, misses: 1 }, before: { ...counts, hits: 1 }, missedKeys: [], isCut: false },
    unknown: null,
  };
  await store.saveEvidence([{ repositoryId, runId, runAttempt, evidence, gatheredAtMs: 0 }]);
  const { suspects, unknown } = await explainChange(store, change);
  const cache = suspects.find(({ kind }) => kind === "cache");
  assert.deepEqual([cache?.from, cache?.to, cache?.jobs], ["restored", "missed", ["gradle"]]);
  assert.ok(!unknown.includes("no-evidence"));
  // of one that is older than the runs that are looked at
  const older = { ...evidence, comparedWith: { runId: 1, runAttempt: 1 } };
  await store.saveEvidence([{ repositoryId, runId, runAttempt, evidence: older, gatheredAtMs: 1 }]);
  assert.ok((await explainChange(store, change)).suspects.some(({ kind }) => kind === "cache"));
});

test("a job's change is accounted for within the job", async () => {
  const incident = ofKind("lasting-step");
  assert.ok(incident.cause.kind === "step");
  const { jobName, stepName } = incident.cause;
  const { change } = await changeOf(incident, "duration", jobName);
  const { account, cause } = await explainChange(store, change);
  const told = (kinds: readonly string[]) => account?.parts.filter(({ kind, ms }) => kinds.includes(kind) && ms !== 0);
  assert.deepEqual(told(["path", "queue"]), [], "a job's duration is without its queue");
  const queue = { ...change, series: { ...change.series, measure: "queue-time" as const } };
  assert.ok((await explainChange(store, queue)).account?.parts.some(({ kind }) => kind === "queue"));
  assert.equal(cause?.kind === "part" && cause.part.step, stepName);
});

test("between runs of several branches no range of commits is named", async () => {
  const { change } = await changeOf(ofKind("lasting-step"), "duration");
  const explanation = await explainChange(store, change);
  const commits = { from: "a".repeat(40), to: "b".repeat(40) };
  const suspect = { ...explanation.suspects.find(({ kind }) => kind === "commits")!, ...commits };
  const text = (isOneBranch: boolean): string =>
    changeExplanationText({ ...explanation, suspects: [suspect], commits: { ...commits, isOneBranch } });
  assert.match(text(true), /1\. commits aaaaaaaaaaaa\.\.bbbbbbbbbbbb: /);
  assert.match(text(false), /no one range of commits(.|\n)*1\. commits: of several branches/);
  assert.doesNotMatch(text(false), /aaaa/);
});

test("of failures the job and step are told where runs fail", async () => {
  const { change } = await changeOf(ofKind("failure-storm"), "failure");
  const { failures, account } = await explainChange(store, change);
  assert.equal(account, null);
  const [place] = failures?.places ?? [];
  const ofJob = await explainChange(store, (await changeOf(ofKind("failure-storm"), "failure", place!.job!)).change);
  assert.equal(ofJob.failures?.sinceFailed, place?.since);
  const gone = await explainChange(store, (await changeOf(ofKind("failure-storm"), "failure", "no such job")).change);
  assert.equal(gone.failures?.sinceRuns, 0);
  assert.ok(place?.step != null && place.since > place.before);
  assert.match(changeExplanationText(await explainChange(store, change)), /Where the runs fail:\n {2}step ".+" of job/);
});

test("what cannot be told is said: no onset in the store, a schedule that fell silent", async () => {
  const { change } = await changeOf(ofKind("lasting-step"), "duration");
  const gone = { ...change, event: { ...change.event, onset: { ...change.event.onset, runId: 1 } } };
  assert.deepEqual((await explainChange(store, gone)).unknown, ["onset-not-stored"]);
  assert.match(changeExplanationText(await explainChange(store, gone)), /Since run 1\./);
  const silent = { ...change, series: { ...change.series, measure: "schedule" as const } };
  assert.deepEqual((await explainChange(store, silent)).unknown, ["no-minutes"]);
  assert.match(changeExplanationText(await explainChange(store, silent)), /\nLast seen with run \d+ of /);
  const runners = { ...change, series: { ...change.series, scope: "runner" as const, measure: "queue-time" as const } };
  assert.ok((await explainChange(store, runners)).account !== null, "explained by the workflow that waited first");
});
