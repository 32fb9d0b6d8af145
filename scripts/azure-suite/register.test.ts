import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as nextTick } from "node:timers/promises";
import type { PlantedAnswer } from "../azure-stand-in/faults.ts";
import type { AzureStandIn } from "../azure-stand-in/index.ts";
import { startOddrun } from "../collect-suite/oddrun-process.ts";
import { azureStage, type Stage } from "./stage.ts";
import { WITHOUT_AZURE } from "./without-azure.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const MODEL = "pipeline-anomaly";

interface Registration {
  readonly registered: boolean;
  readonly version: string;
  readonly isNew: boolean;
  readonly pageUrl: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly run: { readonly id?: string };
}

/** Records enough to train on; another `seed` gives another model. */
function records(folder: string): string {
  const path = join(folder, "metrics.csv");
  const rows = Array.from({ length: 60 }, (_, i) => `b${i},${i % 20 === 0 ? 900 : 300 + (i % 7)},0.0${(i % 5) + 1}\n`);
  writeFileSync(path, `build_id,duration,failure_rate\n${rows.join("")}`);
  return path;
}

function train(stage: Stage, ...more: readonly string[]) {
  return trainInto(stage, "model", ...more);
}

function trainInto(stage: Stage, model: string, ...more: readonly string[]) {
  const { folder } = stage;
  const usual = ["--input", records(folder), "--trees", "5", "--model-dir", join(folder, model)];
  return stage.oddrun(["train", ...usual, ...more], { GITHUB_SHA: COMMIT });
}

function push(stage: Stage, folder = "model") {
  return stage.oddrun(["models", "push", "--model-dir", join(stage.folder, folder), "--json"], { GITHUB_SHA: COMMIT });
}

const versionsOf = ({ state }: AzureStandIn) => [...(state.models.get(MODEL)?.versions.values() ?? [])];
const runsOf = ({ state }: AzureStandIn) => [...state.runs.values()].filter(({ lifecycle }) => lifecycle === "active");

/** What holds however a registration came about: files, one version, one run that has ended, each naming the other. */
function assertWhole(standIn: AzureStandIn, hint: string): void {
  assert.deepEqual(
    versionsOf(standIn).map(({ version }) => version),
    ["1"],
    hint,
  );
  const [run, ...others] = runsOf(standIn);
  assert.deepEqual(others, [], hint);
  assert.equal(run!.status, "FINISHED", hint);
  assert.equal(run!.tags.get("oddrun_model_version"), "1", hint);
  // a point sent twice is the same point: MLflow keeps one of those
  const points = new Set(run!.metrics.map((point) => JSON.stringify(point)));
  assert.equal(points.size, new Set(run!.metrics.map(({ key }) => key)).size, hint);
  assertNothingHalf(standIn, hint);
}

/** Every version that is listed has all its files, with the hashes that it names. */
function assertNothingHalf({ state, names }: AzureStandIn, hint: string): void {
  for (const { properties } of state.models.get(MODEL)?.versions.values() ?? []) {
    const folder = /\/paths\/(.+)$/.exec(String(properties["modelUri"]))![1]!;
    const hashes = JSON.parse((properties["properties"] as Record<string, string>)["oddrun_files"]!) as object;
    for (const [name, sha256] of Object.entries(hashes)) {
      assert.equal(state.blobs.get(`${names.container}/${folder}/${name}`)?.metadata["sha256"], sha256, hint);
    }
  }
}

test("train --register azureml keeps the model here, then registers it with its run, and says where", async (t) => {
  const stage = await azureStage(t);
  const { standIn, folder } = stage;
  const trained = await train(stage, "--register", "azureml", "--json");
  assert.equal(trained.code, 0, trained.err);
  const { registration } = JSON.parse(trained.out) as { readonly registration: Registration };
  assert.equal(registration.version, "1");
  assert.equal(registration.isNew, true);
  assert.match(registration.pageUrl, /^https:\/\/ml\.azure\.com\/model\/pipeline-anomaly:1\/details\?wsid=/);
  const { properties } = registration;
  assert.equal(properties["oddrun_git_commit"], COMMIT);
  assert.equal(properties["oddrun_metric_record_count"], "60");
  assert.equal(properties["oddrun_metric_flagged_share"], String(3 / 60));
  assertWhole(standIn, "fresh");
  const [run] = runsOf(standIn);
  assert.equal(run!.id, registration.run.id);
  assert.equal(versionsOf(standIn)[0]!.properties["jobName"], run!.id);
  assert.equal(run!.params.get("trees"), "5");
  assert.equal(run!.tags.get("mlflow.source.git.commit"), COMMIT);
  assert.equal(run!.metrics.find(({ key }) => key === "record_count")?.value, 60);
  const blobs = [...standIn.state.blobs].map(([path, { bytes }]) => [path.split("/").at(-1)!, bytes] as const);
  for (const [name, bytes] of blobs) assert.deepEqual(bytes, readFileSync(join(folder, "model", name)));
  assert.deepEqual(standIn.refusedHosts, []);
  assert.deepEqual(
    standIn.requests.filter(({ step, status }) => step === "unknown" || status === 400),
    [],
  );
});

test("a job of GitHub Actions registers without any secret, as the identity that its subject is federated with", async (t) => {
  const subject = "repo:octo-org/app:ref:refs/heads/main";
  const stage = await azureStage(t, { federatedSubjects: [subject] });
  const secretless = { AZURE_CLIENT_SECRET: undefined, AZURE_TOKEN_CREDENTIALS: undefined };
  const job = { ...secretless, ...stage.standIn.githubOidcEnv({ subject }), GITHUB_SHA: COMMIT };
  assert.equal((await train(stage, "--no-register")).code, 0);
  const pushed = await stage.oddrun(["models", "push"], job);
  assert.equal(pushed.code, 0, pushed.err);
  assertWhole(stage.standIn, "from a job");
  const other = { ...job, ...stage.standIn.githubOidcEnv({ subject: "repo:octo-org/app:pull_request" }) };
  const refused = await stage.oddrun(["models", "push"], other);
  assert.equal(refused.code, 4);
  assert.match(refused.err, /no federated credential for this job .*repo:octo-org\/app:pull_request/);
});

test("text from the registry that could play with a terminal is shown as what it is", async (t) => {
  const stage = await azureStage(t);
  await train(stage);
  const [version] = versionsOf(stage.standIn);
  const properties = { ...(version!.properties["properties"] as object), oddrun_source: "a\u001b[31m\u202eb" };
  const { versions } = stage.standIn.state.models.get(MODEL)!;
  versions.set("1", { ...version!, properties: { ...version!.properties, properties } });
  const text = await stage.oddrun(["models", "list", "--registry", "azureml"]);
  assert.match(text.out, /a⟨U\+001B⟩\[31m⟨U\+202E⟩b/);
  const json = await stage.oddrun(["models", "list", "--registry", "azureml", "--json"]);
  assert.match(json.out, /a\\u001b\[31m\\u202eb/);
  assert.match((await train(stage, "--json")).out, /a\\u001b\[31m\\u202eb/);
});

test("the same model again adds nothing, another one is the next version, and both are listed and pulled", async (t) => {
  const stage = await azureStage(t, { pageSize: 1 });
  assert.match((await train(stage)).out, /are set: the model is registered in workspace mlw-oddrun/);
  const again = await train(stage);
  assert.equal(again.code, 0, again.err);
  assert.match(again.out, /This very model is version 1 of pipeline-anomaly .* already: nothing was added/);
  assertWhole(stage.standIn, "again");
  const first = readFileSync(join(stage.folder, "model", "model.json"));
  await train(stage, "--seed", "7");
  await train(stage, "--seed", "8");
  const listed = await stage.oddrun(["models", "list", "--registry", "azureml", "--json"]);
  const versions = JSON.parse(listed.out) as readonly { readonly version: string }[];
  assert.deepEqual(
    versions.map(({ version }) => version),
    ["3", "2", "1"],
  );
  const pulled = join(stage.folder, "pulled");
  assert.equal((await stage.oddrun(["models", "pull", "--model-dir", pulled])).code, 0);
  const newest = readFileSync(join(stage.folder, "model", "model.json"));
  assert.deepEqual(readFileSync(join(pulled, "model.json")), newest);
  const pullFirst = ["models", "pull", "1", "--model-dir", pulled];
  const refused = await stage.oddrun(pullFirst);
  assert.equal(refused.code, 5);
  assert.match(refused.err, /Another model in .*pulled is already there .* or replace it with --force/);
  assert.deepEqual(readFileSync(join(pulled, "model.json")), newest);
  writeFileSync(join(pulled, "flagged.csv"), "");
  const forced = await stage.oddrun([...pullFirst, "--force"]);
  assert.equal(forced.code, 0, forced.err);
  assert.match(forced.err, /flagged\.csv is left there, and tells of the model before/);
  assert.deepEqual(readFileSync(join(pulled, "model.json")), first);
});

test("stopped while it registers, it says where, and that the same command goes on", async (t) => {
  const stage = await trainedStage(t);
  const { standIn, folder } = stage;
  const release = standIn.plant({ match: ({ step }) => !step.startsWith("entra"), answer: "hang" });
  const stop = new AbortController();
  const args = ["models", "push", "--model-dir", join(folder, "model")];
  const run = stage.oddrun(args, {}, stop.signal);
  while (!standIn.requests.some(({ step }) => !step.startsWith("entra"))) await nextTick(20);
  stop.abort("SIGINT");
  const { code, err } = await run;
  release();
  assert.equal(code, 130);
  assert.match(
    err,
    /^Stopped while registering in workspace mlw-oddrun .* goes on where this one stopped\. Nothing is added twice\.$/m,
  );
  assert.equal((await push(stage)).code, 0);
  assertWhole(standIn, "after a stop");
});

test("a model of the sample is registered with a word that its data are made up", async (t) => {
  const stage = await azureStage(t);
  const input = join(stage.folder, "sample.csv");
  assert.equal((await stage.oddrun(["sample", "--out", input])).code, 0);
  const into = ["--trees", "5", "--model-dir", join(stage.folder, "model")];
  const trained = await stage.oddrun(["train", "--input", input, ...into]);
  assert.match(trained.err, /^Note: this model is trained on made-up data, the sample/m);
  const [version] = versionsOf(stage.standIn);
  assert.match((version!.properties["properties"] as Record<string, string>)["oddrun_source"]!, / \(a sample\)$/);
});

/** A stage with a model that is trained and registered nowhere. */
async function trainedStage(t: TestContext): Promise<Stage> {
  const stage = await azureStage(t);
  const { code, err } = await train(stage, "--no-register");
  assert.equal(code, 0, err);
  assert.deepEqual(stage.standIn.requests, []);
  return stage;
}

/** Everything the services keep is as if the test had just begun. */
function clear({ state }: AzureStandIn): void {
  for (const kept of [state.blobs, state.blocks, state.models, state.experiments, state.runs]) kept.clear();
}

/** The requests of one registration, and which of them leave something behind. */
async function requestsOfPush(stage: Stage): Promise<readonly { readonly step: string; readonly isWrite: boolean }[]> {
  await push(stage);
  const requests = stage.standIn.requests.map(({ step, method }) => ({
    step,
    isWrite: method !== "GET" && method !== "HEAD" && !/^entra|search$/.test(step),
  }));
  assert.ok(requests.filter(({ isWrite }) => isWrite).length >= 8);
  return requests;
}

test("an answer lost after the work was done goes unnoticed, at any request", async (t) => {
  const stage = await trainedStage(t);
  const { standIn } = stage;
  for (const [at, { step, isWrite }] of (await requestsOfPush(stage)).entries()) {
    if (!isWrite) continue;
    clear(standIn);
    const remove = standIn.plant({ skip: at, answer: "lost-after" });
    const pushed = await push(stage);
    remove();
    const hint = `${step}, request ${at}: ${pushed.err}`;
    assert.equal(pushed.code, 0, hint);
    assert.equal(pushed.err, "", hint);
    assertWhole(standIn, hint);
  }
});

test("a full queue, an outage and a lost connection at the first request of every step are waited out", async (t) => {
  const stage = await trainedStage(t);
  const { standIn } = stage;
  const steps = new Set((await requestsOfPush(stage)).map(({ step }) => step));
  const busy = (status: number): PlantedAnswer => ({ status, headers: { "retry-after": "30" } });
  for (const answer of [busy(429), busy(503), "lost-before"] as const) {
    clear(standIn);
    for (const step of steps) {
      if (!step.startsWith("entra")) standIn.plant({ step, answer });
    }
    const pushed = await push(stage);
    assert.equal(pushed.code, 0, pushed.err);
    assertWhole(standIn, JSON.stringify(answer));
  }
});

test("a registration that was broken off at any request leaves nothing half, and the next one completes it", async (t) => {
  const stage = await trainedStage(t);
  const { standIn } = stage;
  const requests = await requestsOfPush(stage);
  for (const [at, { step }] of requests.entries()) {
    // behind a request that only reads, what is there is as it was before it
    if (at > 0 && requests[at - 1]?.isWrite !== true) continue;
    clear(standIn);
    const remove = standIn.plant({ skip: at, times: 1_000, answer: "lost-before" });
    const broken = await push(stage);
    remove();
    const hint = `${step}, request ${at}: ${broken.err}`;
    assert.equal(broken.code, 4, hint);
    assert.match(broken.err, /same command goes on where this one stopped/, hint);
    assertNothingHalf(standIn, hint);
    const repeated = await push(stage);
    assert.equal(repeated.code, 0, `${hint}, then ${repeated.err}`);
    assertWhole(standIn, hint);
  }
});

test("a refusal at any step ends with 4, in words that say what to do, and the next attempt completes it", async (t) => {
  const stage = await trainedStage(t);
  const { standIn } = stage;
  const asked = (await requestsOfPush(stage)).map(({ step }) => step);
  const steps = [...new Set(asked)].filter((step) => !step.startsWith("entra"));
  const refusals = [
    [401, /does not accept this sign-in.*az login/],
    [403, /Give it the role "(AzureML Data Scientist|Storage Blob Data \w+|Reader)"/],
    [500, /gave no usable answer .* tr(y|ies): status 500/],
  ] as const;
  for (const [at, step] of steps.entries()) {
    const [status, words] = refusals[at % refusals.length]!;
    clear(standIn);
    const remove = standIn.plant({ step, times: 1_000, answer: status });
    const refused = await push(stage);
    remove();
    const hint = `${step} ${status}: ${refused.err}`;
    assert.equal(refused.code, 4, hint);
    assert.match(refused.err, words, hint);
    assert.doesNotMatch(refused.err, /\n.|eyJ/, hint);
    assertNothingHalf(standIn, hint);
    const repeated = await push(stage);
    assert.equal(repeated.code, 0, `${hint}, then ${repeated.err}`);
    assertWhole(standIn, hint);
  }
});

test("a run that cannot be recorded does not keep the version from being registered, and is recorded the next time", async (t) => {
  const stage = await trainedStage(t);
  const { standIn } = stage;
  const giveBack = standIn.deny("Microsoft.MachineLearningServices/workspaces/experiments/*");
  const pushed = await push(stage);
  assert.equal(pushed.code, 4);
  assert.match(pushed.err, /version 1 of pipeline-anomaly is registered, and its run is not recorded in full/);
  assert.match(pushed.err, /record runs .*"AzureML Data Scientist"/);
  assert.equal((JSON.parse(pushed.out) as Registration).version, "1");
  assert.equal(runsOf(standIn).length, 0);
  giveBack();
  const again = await push(stage);
  assert.equal(again.code, 0, again.err);
  assertWhole(standIn, "after the role was given");
});

test("one model registered twice at once has one run, even when neither finds the other's", async (t) => {
  const stage = await trainedStage(t);
  const { standIn } = stage;
  // Azure lists a new run some time after it was made
  const nothing = { status: 200, body: { runs: [] } };
  const end = standIn.plant({ step: "mlflow runs/search", times: 1_000, answer: nothing });
  const pushed = await Promise.all([push(stage), push(stage), push(stage)]);
  end();
  for (const { code, err } of pushed) assert.equal(code, 0, err);
  assertWhole(standIn, "three at once");
  assert.ok([...standIn.state.runs.values()].length > 1, "each made a run of its own first");
  const ids = pushed.map(({ out }) => (JSON.parse(out) as Registration).run.id);
  assert.deepEqual([...new Set(ids)], [versionsOf(standIn)[0]!.properties["jobName"]]);
});

test("a version whose run somebody deleted gets a new record", async (t) => {
  const stage = await trainedStage(t);
  const { standIn } = stage;
  await push(stage);
  for (const run of standIn.state.runs.values()) run.lifecycle = "deleted";
  const again = await push(stage);
  assert.equal(again.code, 0, again.err);
  assertWhole(standIn, "after the run was deleted");
});

test("a conflict with another change, or a closed network, is told as what it is", async (t) => {
  const stage = await trainedStage(t);
  const { standIn } = stage;
  standIn.plant({ step: "model version put", times: 2, answer: 409 });
  const waited = await push(stage);
  assert.equal(waited.code, 0, waited.err);
  assertWhole(standIn, "after two conflicts");
  clear(standIn);
  standIn.plant({
    step: "blob put",
    answer: { status: 403, headers: { "x-ms-error-code": "AuthorizationFailure" }, body: "<Error/>" },
  });
  const closed = await push(stage);
  assert.equal(closed.code, 4);
  assert.match(closed.err, /stoddrunml does not take requests from here \(AuthorizationFailure\)\. Allow this network/);
});

test("two trainers at once each end with a version of their own, and one model twice at once stays one", async (t) => {
  const stage = await trainedStage(t);
  const { standIn } = stage;
  for (const seed of ["2", "3", "4"]) {
    await trainInto(stage, `model-${seed}`, "--no-register", "--seed", seed);
  }
  const pushed = await Promise.all(["model", "model-2", "model-3", "model-4"].map((folder) => push(stage, folder)));
  const outcomes = pushed.map(({ out }) => JSON.parse(out) as Registration);
  assert.deepEqual(outcomes.map(({ version }) => version).sort(), ["1", "2", "3", "4"]);
  for (const { version, properties } of outcomes) {
    const there = standIn.state.models.get(MODEL)!.versions.get(version)!.properties;
    assert.deepEqual(there["properties"], properties);
  }
  clear(standIn);
  await Promise.all([push(stage), push(stage)]);
  assert.equal(versionsOf(standIn).length, 1);
});

test("another file in the place of the model's is not overwritten, and nothing is registered", async (t) => {
  const stage = await trainedStage(t);
  const { standIn } = stage;
  await push(stage);
  const [path, blob] = [...standIn.state.blobs].find(([name]) => name.endsWith(".bin"))!;
  standIn.state.models.clear();
  standIn.state.blobs.set(path, { ...blob, bytes: Buffer.from("another's") });
  const refused = await push(stage);
  assert.equal(refused.code, 4);
  assert.match(refused.err, /isolation_forest\.bin is there and is not the model's file, and it is not overwritten/);
  assert.equal(versionsOf(standIn).length, 0);
  assert.equal(standIn.state.blobs.get(path)!.bytes.toString(), "another's");
});

test("a pulled model whose files are not the registered ones, or that is no model, is not written", async (t) => {
  const stage = await trainedStage(t);
  const { standIn } = stage;
  await push(stage);
  const pulled = join(stage.folder, "pulled");
  const pull = () => stage.oddrun(["models", "pull", "--model-dir", pulled]);
  const version = versionsOf(standIn)[0]!;
  const [path, blob] = [...standIn.state.blobs].find(([name]) => name.endsWith(".bin"))!;
  const { versions } = standIn.state.models.get(MODEL)!;
  const spoilt: readonly (readonly [() => void, RegExp])[] = [
    [
      () => standIn.state.blobs.set(path, { ...blob, bytes: Buffer.from(blob.bytes).fill(1, 9, 10) }),
      /version 1 of pipeline-anomaly is not used: its file isolation_forest\.bin is not the one that was registered/,
    ],
    [() => standIn.state.blobs.delete(path), /its file isolation_forest\.bin is gone/],
    [
      () =>
        versions.set("1", { ...version, properties: { ...version.properties, modelUri: "https://evil.example/m" } }),
      /its files are in no datastore of a workspace/,
    ],
    [
      () => versions.set("1", { ...version, properties: { ...version.properties, properties: {} } }),
      /Oddrun did not register it/,
    ],
  ];
  for (const [spoil, words] of spoilt) {
    spoil();
    const refused = await pull();
    assert.equal(refused.code, 3, refused.err);
    assert.match(refused.err, words);
    assert.equal(existsSync(pulled), false);
    standIn.state.blobs.set(path, blob);
    versions.set("1", version);
  }
  assert.equal((await pull()).code, 0);
  assert.equal((await stage.oddrun(["models", "pull", "9", "--model-dir", pulled])).code, 4);
  assert.equal((await stage.oddrun(["models", "pull", "--model-name", "none", "--model-dir", pulled])).code, 4);
  assert.deepEqual(standIn.refusedHosts, []);
});

test("settings are checked before anything is trained, and a half-set environment is told once", async (t) => {
  const stage = await azureStage(t);
  const none = { AZURE_ML_WORKSPACE: "", AZURE_RESOURCE_GROUP: "", AZURE_SUBSCRIPTION_ID: "" };
  const usage = async (args: readonly string[], env: Readonly<Record<string, string>>, words: RegExp) => {
    const { code, err } = await stage.oddrun(["train", "--input", "nowhere.csv", ...args], env);
    assert.equal(code, 2, err);
    assert.match(err, words);
  };
  const missing = /needs a workspace: set --workspace or AZURE_ML_WORKSPACE, --resource-group or AZURE_RESOURCE_GROUP/;
  await usage(["--register", "azureml"], none, missing);
  await usage(["--register", "elsewhere"], {}, /--register takes azureml/);
  await usage(["--register", "azureml", "--no-register"], {}, /do not go together/);
  await usage(["--register", "azureml", "--history"], {}, /do not go together/);
  await usage(["--workspace", "w"], none, /--workspace goes with --register azureml/);
  await usage(["--register", "azureml", "--model-name", "../x"], {}, /--model-name takes 1 to 255 letters/);

  const terraform = {
    ...none,
    AZURE_SUBSCRIPTION_ID: "s",
    AZURE_RESOURCE_GROUP: "r",
    AZURE_ML_WORKSPACE: "\u001b[33mWarning: x",
  };
  await usage([], terraform, /AZURE_ML_WORKSPACE is "⟨U\+001B⟩\[33mWarning: x", which cannot be a name in Azure/);
  await usage(["--register", "azureml", "--resource-group", "a/b"], {}, /--resource-group is "a\/b", which cannot/);
  await usage(["--register", "azureml", "--workspace", "w".repeat(261)], {}, /--workspace is "w.*", which cannot/);

  const input = ["--input", records(stage.folder), "--trees", "5", "--model-dir", join(stage.folder, "model")];
  const half = await stage.oddrun(["train", ...input], { ...none, AZURE_ML_WORKSPACE: "w" });
  assert.equal(half.code, 0, half.err);
  assert.match(
    half.out,
    /AZURE_ML_WORKSPACE is set, AZURE_RESOURCE_GROUP and AZURE_SUBSCRIPTION_ID are not: the model is/,
  );
  const alone = await stage.oddrun(["train", ...input], { ...none, AZURE_SUBSCRIPTION_ID: "s" });
  assert.doesNotMatch(alone.out, /AZURE/);
  assert.deepEqual(stage.standIn.requests, []);
});

test("without the optional package training goes on, and only what asks for it by name is refused, before any training", async (t) => {
  const { standIn, folder } = await azureStage(t);
  const usual = ["train", "--input", records(folder), "--trees", "5", "--model-dir", join(folder, "model")];
  const env = { ...standIn.env, NODE_OPTIONS: `--import=${WITHOUT_AZURE}`, ODDRUN_DATA_DIR: join(folder, ".oddrun") };
  const asked = await startOddrun([...usual, "--register", "azureml"], env).ended;
  assert.equal(asked.exitCode, 2);
  assert.match(
    asked.err,
    /^oddrun: --register azureml needs the package @oddrun\/azure, which is not installed\. Install it/,
  );
  assert.equal(existsSync(join(folder, "model")), false);
  const implied = await startOddrun(usual, env).ended;
  assert.equal(implied.exitCode, 0, implied.err);
  assert.match(
    implied.out,
    /AZURE_SUBSCRIPTION_ID are set, and the model is not registered: .* @oddrun\/azure, which is not/,
  );
  assert.deepEqual(standIn.requests, []);
});

test("a training whose registration fails has kept its model, and says how to register it", async (t) => {
  const stage = await azureStage(t, { denied: ["Microsoft.Storage/*"] });
  const { standIn } = stage;
  const trained = await train(stage, "--register", "azureml", "--json");
  assert.equal(trained.code, 4);
  assert.match(
    trained.err,
    /"Storage Blob Data \w+".* "oddrun models push metrics-1" registers it without training again/,
  );
  const outcome = JSON.parse(trained.out) as { readonly registration: Registration };
  assert.equal(outcome.registration.registered, false);
  assert.equal(existsSync(join(stage.folder, "model", "model.json")), true);
  standIn.state.denied.clear();
  const pushed = await stage.oddrun(["models", "push", "metrics-1", "--json"]);
  assert.equal(pushed.code, 0, pushed.err);
  assertWhole(standIn, "pushed after the training");
});
