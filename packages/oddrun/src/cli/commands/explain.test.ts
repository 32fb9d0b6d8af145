import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { branchClass, seriesId, seriesOf } from "@oddrun/core";
import { type PlantedIncident, simulateOrganisation } from "@oddrun/core/simulation";
import { openStore } from "../../adapters/store/index.ts";
import { aWord, say } from "../../adapters/store/incident-store.contract.ts";
import { explainCommand } from "./explain.ts";
import { newPlace, runCommand, storedRuns } from "./store-command.contract.ts";

interface ExplanationJson {
  readonly account: {
    readonly detail: string;
    readonly before_ms: number;
    readonly after_ms: number;
    readonly difference_ms: number;
    readonly categories_ms: Readonly<Record<string, number>>;
    readonly parts: readonly { readonly ms: number }[];
  } | null;
  readonly cause: { readonly kind: string; readonly step?: string } | null;
  readonly unknown: readonly string[];
}

const dataDir = newPlace();
const bareDir = newPlace();
let truth: readonly PlantedIncident[] = [];

before(async () => {
  const simulated = simulateOrganisation({ seed: 3, startMs: Date.UTC(2026, 0, 5), days: 24 });
  truth = simulated.truth;
  const [store, bare] = await Promise.all([dataDir, bareDir].map((dir) => openStore(join(dir, "oddrun.db"))));
  for (const batch of simulated.batches) {
    await store!.save(batch);
    await bare!.save({ ...batch, jobs: [], steps: [] });
  }
  await Promise.all([store!.close(), bare!.close()]);
});

const explain = (args: readonly string[], options: readonly (readonly [string, string?])[] = [], dir = dataDir) =>
  runCommand(explainCommand, dir, args, options);
const odd = (kind: PlantedIncident["kind"]): number =>
  truth.find((one) => one.kind === kind && one.runIds.length === 1)?.runIds[0] ?? assert.fail(`no ${kind}`);
async function json(runId: number, dir = dataDir): Promise<ExplanationJson> {
  const { exitCode, out } = await explain([String(runId)], [["json"]], dir);
  assert.equal(exitCode, 0);
  return JSON.parse(out) as ExplanationJson;
}
const seconds = (text: string): number => {
  const [, sign, hours, minutes, left] = /^([+-]?)(?:(\d+) h )?(?:(\d+) min )?(\d+) s$/.exec(text) ?? assert.fail(text);
  return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(left));
};

describe("oddrun explain RUN", () => {
  test("the parts add up to the difference to the millisecond, and so do the categories", async () => {
    for (const kind of ["hanging-step", "queue-jam", "slow-run", "fast-run"] as const) {
      const { account } = await json(odd(kind));
      const { difference_ms, before_ms, after_ms, parts, categories_ms } = account ?? assert.fail("no account");
      assert.equal(difference_ms, after_ms - before_ms);
      assert.equal(
        parts.reduce((sum, { ms }) => sum + ms, 0),
        difference_ms,
      );
      assert.equal(
        Object.values(categories_ms).reduce((sum, ms) => sum + ms, 0),
        difference_ms,
      );
    }
  });

  test("the lines of the text add up to the second, as they are read", async () => {
    for (const kind of ["hanging-step", "queue-jam", "fast-run"] as const) {
      const { out } = await explain([String(odd(kind))]);
      const told = [...out.matchAll(/^ {2} *([+-]?(?:\d+ (?:h|min|s) ?)+?) {2}(\S.*)$/gm)];
      const total = seconds(told.at(-1)![1]!);
      assert.equal(
        told.slice(0, -1).reduce((sum, line) => sum + seconds(line[1]!), 0),
        total,
      );
      assert.match(told.at(-1)![2]!, /^in all/);
      const [, took, usual] = /It took (.+?); the typical one .+ took (.+?): /.exec(out)!;
      assert.equal(seconds(took!) - seconds(usual!), total);
    }
  });

  test("a hanging step is named, and waiting for a runner is", async () => {
    const hanging = truth.find(({ kind }) => kind === "hanging-step")!;
    const { cause } = await json(hanging.runIds[0]!);
    assert.equal(cause?.step, hanging.cause.kind === "step" ? hanging.cause.stepName : undefined);
    assert.equal((await json(odd("queue-jam"))).cause?.kind, "queue");
  });

  test("without jobs it says what it cannot tell", async () => {
    const { account, unknown } = await json(odd("hanging-step"), bareDir);
    assert.equal(account?.detail, "runs");
    assert.deepEqual(unknown, ["no-jobs", "no-evidence"]);
    const { out } = await explain([String(odd("hanging-step"))], [], bareDir);
    assert.match(out, /Not known:\n {2}no jobs were collected/);
  });

  test("the first run of a workflow has no usual to be compared with", async () => {
    const [first] = await storedRuns(dataDir);
    const { account, unknown } = await json(first!.runId);
    assert.equal(account, null);
    assert.ok(unknown.includes("too-few-usual-runs"));
  });

  test("of a failed run it tells the step, and of a re-run what the attempts before it took", async () => {
    const runs = await storedRuns(dataDir);
    const failed = runs.findLast(({ conclusion, runAttempt }) => conclusion === "failure" && runAttempt === 1)!;
    const { out } = await explain([`${failed.runId}/1`]);
    assert.match(out, /\nIt failed in step ".+" of job ".+"\.\n/);
    const again = runs.findLast(({ conclusion, runAttempt }) => conclusion === "success" && runAttempt > 1)!;
    const ofAgain = await explain([String(again.runId)]);
    assert.match(ofAgain.out, /\nWith its earlier attempts it took /);
    assert.doesNotMatch(ofAgain.out, /It failed in/);
  });

  test("Markdown shows names as code", async () => {
    const { out } = await explain([String(odd("hanging-step"))], [["markdown"]]);
    assert.match(out, /^### `brightwave\/[\w-]+` `.+`, run \d+/);
    assert.match(out, /\| step `.+` of job `.+`: .+ \|/);
  });

  test("an incident is explained by the change of whole runs in it", async () => {
    const incident = truth.find(({ kind }) => kind === "lasting-step")!;
    const runs = (await storedRuns(dataDir)).filter(({ runId }) => incident.runIds.includes(runId));
    const [onset] = runs.filter(({ conclusion }) => conclusion === "success");
    const { repositoryId, workflowId, event } = onset!;
    const branches = branchClass(onset!.branch, onset!.defaultBranch);
    const mark = { runId: onset!.runId, runAttempt: onset!.runAttempt, atMs: onset!.completedAtMs! };
    const word = aWord({}, { onset: mark, at: mark });
    const series = { ...seriesOf(word.seriesId), repositoryId, workflowId, branches, event: event! };
    const store = await openStore(join(dataDir, "oddrun.db"));
    const job = { ...series, scope: "job" as const, job: "another" };
    await say(
      store,
      [series, job].map((one) => ({ ...word, seriesId: seriesId(one) })),
    );
    await store.saveWatch({
      repositoryId,
      fromVersion: 0,
      engine: "test",
      checkpointMs: null,
      series: [],
      passedRuns: [],
      lateRuns: [],
      said: [{ seriesId: seriesId(series), event: word.event, word: 1, isCorrection: false, saidAtMs: mark.atMs }],
    });
    await store.close();
    const { out } = await explain(["INC-1"]);
    assert.match(out, /^INC-1 brightwave\/.+ takes longer: ongoing\n/);
    assert.ok(incident.cause.kind === "step" && out.includes(`step "${incident.cause.stepName}"`));
    assert.match(out, /Where the time went:/);
    const answer = JSON.parse((await explain(["inc-1"], [["json"]])).out);
    assert.equal(answer.incident, "INC-1");
    assert.ok(answer.explanation.account.difference_ms > 0);
    assert.match((await explain(["INC-1"], [["markdown"]])).out, /^## `?INC-1/);
    assert.match((await explain(["INC-9"])).message, /INC-1 to INC-1/);
    assert.equal((await explain(["INC-1"], [["repo", "a/b"]])).exitCode, 2);
    // a run of the open change is compared with the level before it, not with its likes
    const later = runs.filter((run) => run.conclusion === "success" && run.event === event).at(-1)!;
    const ofRun = await explain([String(later.runId)]);
    assert.match(ofRun.out, new RegExp(`before the change took .+ had changed since run ${mark.runId}\\.`));
    assert.ok(ofRun.out.includes(`step "${incident.cause.kind === "step" ? incident.cause.stepName : ""}"`));
  });

  test("what is no run is refused with the way to name one", async () => {
    for (const text of ["x", "0", "-1", "12/", "INC-", ""]) {
      const { exitCode, message } = await explain([text]);
      assert.equal(exitCode, 2);
      assert.match(message, /17204118006/);
    }
    const both = await explain(["1"], [["json"], ["markdown"]]);
    assert.equal(both.exitCode, 2);
    assert.equal((await explain(["5"])).exitCode, 3);
    assert.match((await explain([`${odd("queue-jam")}/9`])).message, /9/);
  });
});
