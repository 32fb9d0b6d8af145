import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { setTimeout as nextTick } from "node:timers/promises";
import type { AzureStandIn, Failure } from "../azure-stand-in/index.ts";
import { deploy, ENDPOINT, IMAGE, IMAGE_2, quickStage, registered } from "./deployed.ts";
import { azureStage, type Stage } from "./stage.ts";

const PROGRAM = fileURLToPath(new URL("../../packages/oddrun/bin/oddrun.js", import.meta.url));

interface Status {
  readonly state: string;
  readonly auth: string;
  readonly deployments: readonly {
    readonly name: string;
    readonly trafficPercent: number;
    readonly modelVersion: string;
    readonly cost: { readonly perMonth: number | null };
  }[];
}

async function statusOf(stage: Stage): Promise<Status> {
  const { code, out, err } = await deploy(stage, "--status", "--json");
  assert.equal(code, 0, err);
  return JSON.parse(out) as Status;
}

const shares = ({ deployments }: Status) =>
  deployments.map(({ name, trafficPercent, modelVersion }) => `${name} ${trafficPercent} v${modelVersion}`);

/** What holds whatever happened: nothing unknown was asked, nowhere else, and the mark of who deploys is gone. */
function assertClean({ requests, refusedHosts, state }: AzureStandIn): void {
  const odd = requests.filter(({ step, status }) => step === "unknown" || status === 400);
  assert.deepEqual(odd, []);
  assert.deepEqual(refusedHosts, []);
  assert.equal(state.endpoints.get(ENDPOINT)?.tags["oddrun_deploying"], undefined);
}

test("from a registered model to an endpoint that serves, its update, and its end, with the scoring server itself behind it", async (t) => {
  // the usual price is the last of the list's small pages
  const stage = await azureStage(t, { pageSize: 1 });
  await registered(stage);
  const named = { AZURE_ML_ENDPOINT: ENDPOINT, ODDRUN_SCORING_IMAGE: IMAGE };
  const asked = await stage.oddrun(["deploy", "azureml"], named);
  assert.equal(asked.code, 2);
  assert.match(asked.err, /New endpoint oddrun-ep \(sign-in by Entra\)/);
  assert.match(asked.err, /1 Standard_DS2_v2 in westeurope x 730 h x [\d.]+ USD an hour = [\d.]+ USD a month/);
  assert.match(asked.err, /never scales to zero.*Nothing was changed\. Add --yes/s);
  assert.equal(stage.standIn.state.endpoints.size, 0);

  const first = await deploy(stage, "--yes");
  assert.equal(first.code, 0, first.err);
  assert.match(first.out, /oddrun-ep serves pipeline-anomaly version 1 \(blue, 100 % of the traffic\)/);
  assert.deepEqual(shares(await statusOf(stage)), ["blue 100 v1"]);
  const again = await deploy(stage, "--yes");
  assert.match(
    again.out,
    /^Nothing to do: oddrun-ep serves pipeline-anomaly version 1 with this image already \(blue\)\./,
  );

  await registered(stage, "--seed", "7");
  const second = await deploy(stage, "--yes", "--json");
  assert.equal(second.code, 0, second.err);
  const told = JSON.parse(second.out) as Readonly<Record<string, unknown>>;
  assert.deepEqual([told["deployment"], told["modelVersion"], told["removed"]], ["green", "2", ["blue"]]);
  const status = await statusOf(stage);
  assert.deepEqual(shares(status), ["green 100 v2"]);
  assert.ok(status.deployments[0]!.cost.perMonth! > 0);
  assert.match((await deploy(stage, "--logs")).out, /Oddrun serves http/);
  assertClean(stage.standIn);

  assert.equal((await deploy(stage, "--delete")).code, 2);
  const key = await deploy(stage, "--key");
  assert.deepEqual([key.code, /was made without --auth key and has no key/.test(key.err)], [2, true], key.err);
  const stop = new AbortController();
  const release = stage.standIn.plant({ step: "endpoint delete", answer: "hang" });
  const deleting = stage.oddrun(["deploy", "azureml", ENDPOINT, "--delete", "--yes"], {}, stop.signal);
  while (!stage.standIn.requests.some(({ step }) => step === "endpoint delete")) await nextTick(20);
  stop.abort("SIGINT");
  const stopped = await deleting;
  release();
  assert.deepEqual([stopped.code, /It may still be there and cost: repeat/.test(stopped.err)], [4, true], stopped.err);
  assert.match((await deploy(stage, "--delete", "--yes")).out, /Endpoint oddrun-ep is deleted/);
  assert.match((await deploy(stage, "--delete")).out, /^There is no endpoint oddrun-ep\.\n$/);
  assert.match((await deploy(stage, "--key")).err, /The workspace has no endpoint "oddrun-ep"/);
  assert.equal(stage.standIn.state.endpoints.size, 0);
  assert.equal((await deploy(stage, "--status")).code, 4);
});

test("a deployment that Azure can't make is taken away again, the old one serves on, and a repeated command completes", async (t) => {
  const stage = await quickStage(t);
  // the role of a new endpoint's identity may not be known to the registry yet
  stage.standIn.failDeployments("image-pull");
  const first = await deploy(stage, "--yes");
  assert.deepEqual([first.code, /once more in 3 min/.test(first.err)], [0, true], first.err);
  const failures: readonly (readonly [Failure, RegExp])[] = [
    ["quota", /Not enough quota available/],
    ["image-pull", /Unable to download user container image/],
    ["crash", /User container has crashed/],
    ["not-ready", /Readiness probe failed/],
    ["region-capacity", /lack of capacity in the region/],
  ];
  for (const [failure, why] of failures) {
    stage.standIn.failDeployments(failure);
    const failed = await deploy(stage, "--yes", "--image", IMAGE_2);
    assert.equal(failed.code, 4, failure);
    assert.match(failed.err, why);
    assert.match(failed.err, /blue serves as before/);
    const { properties, deployments } = stage.standIn.state.endpoints.get(ENDPOINT)!;
    assert.deepEqual([properties["traffic"], [...deployments.keys()]], [{ blue: 100 }, ["blue"]]);
  }
  const { code, err } = await deploy(stage, "--yes", "--image", IMAGE_2);
  assert.equal(code, 0, err);
  assert.deepEqual(shares(await statusOf(stage)), ["green 100 v1"]);
});

test("traffic can be shared out by hand, a deployment that isn't there is named, and an unclear split stops a deployment", async (t) => {
  const stage = await quickStage(t);
  await deploy(stage, "--yes");
  const kept = await deploy(stage, "--yes", "--image", IMAGE_2, "--keep-old");
  assert.match(kept.err, /blue stays and costs on top of that \(1 Standard_DS2_v2, [\d.]+ USD a month\)/);
  assert.deepEqual(shares(await statusOf(stage)), ["blue 0 v1", "green 100 v1"]);
  // a third one needs the name of the one that was kept, and says so before it takes it
  const third = await deploy(stage, "--instances", "2");
  assert.match(third.err, /To be deleted: green, blue \(without traffic\)\./);
  const rollBack = await deploy(stage);
  assert.match(rollBack.err, /Deployment blue, made already, is to serve.*While blue is tried, green costs too/s);
  assert.match((await deploy(stage, "--traffic", "blue=90,green=10")).out, /blue 90 %, green 10 %/);
  assert.deepEqual(shares(await statusOf(stage)), ["blue 90 v1", "green 10 v1"]);
  const unclear = await deploy(stage, "--yes");
  assert.deepEqual([unclear.code, /Settle it first/.test(unclear.err)], [2, true]);
  const wrong = await deploy(stage, "--traffic", "red=100");
  assert.match(wrong.err, /has no deployment red; there: blue, green/);
  const whole = await deploy(stage, "--traffic", "blue=100");
  assert.match(whole.out, /blue 100 %\.\nWithout requests, and costing as before: green\.\n$/);
  // the old image again: blue is it, and green goes
  const back = await deploy(stage, "--yes");
  assert.equal(back.code, 0, back.err);
  assert.deepEqual(shares(await statusOf(stage)), ["blue 100 v1"]);
});

test("an endpoint that others made is left alone", async (t) => {
  const stage = await quickStage(t);
  await deploy(stage, "--yes");
  const endpoint = stage.standIn.state.endpoints.get(ENDPOINT)!;
  endpoint.deployments.get("blue")!.tags = { team: "other" };
  const beside = await deploy(stage, "--image", IMAGE_2);
  assert.match(beside.err, /blue, which Oddrun did not make, stays and costs on top of that/);
  assert.doesNotMatch(beside.err, /To be deleted/);
  endpoint.tags = { team: "other" };
  for (const args of [["--yes"], ["--delete", "--yes"], ["--traffic", "blue=100"]]) {
    const { code, err } = await deploy(stage, ...args);
    assert.deepEqual([code, /not made by Oddrun/.test(err)], [2, true], err);
  }
});

test("a price that can't be had is told as unknown, and stops nothing", async (t) => {
  const stage = await quickStage(t);
  stage.standIn.plant({ step: "prices list", times: 99, answer: { status: 500 } });
  const { code, err } = await deploy(stage, "--yes");
  assert.equal(code, 0, err);
  assert.match(err, /its price is not known \(.*\)\. Look it up/);
});

/** Runs the program itself and kills it as soon as Azure has been asked for `step`. */
async function killedAt(stage: Stage, step: string): Promise<void> {
  const { standIn } = stage;
  const asked = standIn.requests.length;
  const release = standIn.plant({ step, answer: "hang" });
  const child = spawn(process.execPath, [PROGRAM, "deploy", "azureml", ENDPOINT, "--image", IMAGE_2, "--yes"], {
    env: { PATH: process.env["PATH"], ...standIn.env },
    stdio: "ignore",
  });
  const ended = once(child, "close");
  while (!standIn.requests.slice(asked).some((request) => request.step === step)) {
    assert.equal(child.exitCode, null, `it ended before it asked for ${step}`);
    await nextTick(20);
  }
  child.kill("SIGKILL");
  const [, signal] = (await ended) as [number | null, string | null];
  release();
  assert.equal(signal, "SIGKILL");
}

test("killed while the deployment is made or tried, the next run takes over without being told to", async (t) => {
  const stage = await quickStage(t);
  assert.equal((await deploy(stage, "--yes")).code, 0);
  for (const step of ["deployment put", "score"]) {
    await killedAt(stage, step);
    const endpoint = stage.standIn.state.endpoints.get(ENDPOINT)!;
    assert.match(endpoint.tags["oddrun_deploying"] as string, /^local-/);
    assert.match((await deploy(stage, "--status")).out, /Deploying: run local-.* It may have ended.*--take-over/);
    assert.deepEqual(endpoint.properties["traffic"], { blue: 100 });
  }
  const { code, err } = await deploy(stage, "--yes", "--image", IMAGE_2);
  assert.equal(code, 0, err);
  assert.deepEqual(shares(await statusOf(stage)), ["green 100 v1"]);
  assertClean(stage.standIn);
});

test("stopped while the new deployment is tried, it takes it back before it ends, and nothing is left that costs", async (t) => {
  const stage = await quickStage(t);
  const { standIn } = stage;
  assert.equal((await deploy(stage, "--yes")).code, 0);
  standIn.clearRequests();
  const release = standIn.plant({ step: "score", answer: "hang" });
  const stop = new AbortController();
  const args = ["deploy", "azureml", ENDPOINT, "--yes", "--image", IMAGE_2];
  const run = stage.oddrun(args, { GITHUB_RUN_ID: "7" }, stop.signal);
  while (!standIn.requests.some(({ step }) => step === "score")) await nextTick(20);
  stop.abort("SIGINT");
  const { code, err } = await run;
  release();
  assert.equal(code, 4, err);
  assert.match(
    err,
    /Stopping: what was made is taken back.*It was undone: blue serves as before, and green is deleted/s,
  );
  assert.deepEqual([...standIn.state.endpoints.get(ENDPOINT)!.deployments.keys()], ["blue"]);
  assertClean(standIn);
});

test("of two jobs that deploy at once one gives way, told of the other, and the endpoint serves one deployment", async (t) => {
  const stage = await quickStage(t);
  const job = (run: string) =>
    stage.oddrun(["deploy", "azureml", ENDPOINT, "--yes"], { ODDRUN_SCORING_IMAGE: IMAGE, GITHUB_RUN_ID: run });
  const ended = await Promise.all([job("101"), job("102")]);
  const shown = ended.map(({ code, err }) => `${code}: ${err}`).join("\n");
  assert.ok(
    ended.some(({ code }) => code === 0),
    shown,
  );
  for (const { code, err } of ended) assert.ok(code === 0 || (code === 4 && /being worked on/.test(err)), shown);
  const again = await job("103");
  assert.equal(again.code, 0, again.err);
  assert.deepEqual(shares(await statusOf(stage)), ["blue 100 v1"]);
  // a job that is at work is waited for, unless it is said to be gone
  stage.standIn.state.endpoints.get(ENDPOINT)!.tags = {
    oddrun: "made",
    oddrun_deploying: `github-7 ${new Date().toISOString()}`,
  };
  const refused = await deploy(stage, "--yes", "--image", IMAGE_2);
  assert.deepEqual([refused.code, /run github-7 has been at it for 0 min/.test(refused.err)], [4, true], refused.err);
  assert.equal((await deploy(stage, "--yes", "--image", IMAGE_2, "--take-over")).code, 0);
});
