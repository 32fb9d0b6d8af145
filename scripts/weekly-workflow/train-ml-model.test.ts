import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { seededRandom } from "@oddrun/core";
import { startAzureStandIn } from "../azure-stand-in/index.ts";
import { defineCorpus, type GitHubStandIn, startGitHubStandIn } from "../github-stand-in/index.ts";
import { ROOT } from "../workflow-policy.ts";
import { type RunPlan, type RunResult, runWorkflow } from "./workflow-run.ts";

const WORKFLOW = readFileSync(join(ROOT, ".github/workflows/train-ml-model.yml"), "utf8");
const SUBJECT = "repo:octo-org/app:ref:refs/heads/main";
const NOW_MS = Math.floor(Date.now() / 1000) * 1000;
const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
/** Runs that there were in the first week, and those that came in the second. */
const [FIRST, MORE] = [200, 25];
/** Requests that a run may make where there are more runs than it may ask for. */
const REQUESTS_MAX = 60;

const folder = mkdtempSync(join(tmpdir(), "oddrun-weekly-"));
const open: { close(): Promise<void> }[] = [];
after(async () => {
  for (const each of open) await each.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs of about five minutes, of which one in thirty is odd and `slowShare` take three times as long; the same seed begins the same. */
function history(count: number, slowShare = 0) {
  const random = seededRandom(7);
  const runs = Array.from({ length: count }, (_, at) => {
    const [spread, chance, slow, failing] = [random.next(), random.next(), random.next(), random.next()];
    const usualS = 280 + Math.round(40 * spread);
    const durationS = usualS * (chance < 1 / 30 ? 4 : slow < slowShare ? 3 : 1);
    const createdAt = NOW_MS + (at - FIRST) * 2 * HOUR_MS;
    const completedAt = createdAt + 10_000 + durationS * 1000;
    const conclusion = failing < 0.06 ? "failure" : "success";
    return { createdAt, conclusion, updatedAt: completedAt, jobs: [{ startedAt: createdAt + 10_000, completedAt }] };
  });
  return defineCorpus({ repositories: [{ fullName: "octo-org/app", runs }] });
}

async function gitHub(corpus: ReturnType<typeof defineCorpus>, port = 0, nowMs = NOW_MS): Promise<GitHubStandIn> {
  const standIn = await startGitHubStandIn({ corpus, port, nowMs });
  // closed also when a test fails before it does so itself: else the test would never end
  open.push(standIn);
  return standIn;
}

/** `npx --no-install oddrun` without npm, whose start takes as long as the command's own. The run without Azure has the real one. */
const quick = join(folder, "bin");
mkdirSync(quick);
writeFileSync(
  join(quick, "npx"),
  '#!/bin/sh\n[ "$1 $2" = "--no-install oddrun" ] || exit 97\nshift 2\nexec node node_modules/.bin/oddrun "$@"\n',
);
chmodSync(join(quick, "npx"), 0o755);

/** One for all: most of its start is making certificates. */
const cloud = await startAzureStandIn({ federatedSubjects: [SUBJECT], containers: "canned" });
open.push(cloud);

let runs = 0;
function week(from: GitHubStandIn, plan: Partial<RunPlan> = {}): Promise<RunResult> {
  const vars = {
    AZURE_CLIENT_ID_TRAIN: cloud.names.clientId,
    AZURE_TENANT_ID: cloud.names.tenantId,
    AZURE_SUBSCRIPTION_ID: cloud.names.subscriptionId,
    AZURE_RESOURCE_GROUP: cloud.names.resourceGroup,
    AZURE_ML_WORKSPACE: cloud.names.workspace,
    AZURE_ML_ENDPOINT: "nobody-deployed-it",
  };
  // what a runner has, the proxy to the stand-in and its trust; the sign-in's names come from the variables, as on GitHub
  const reached = Object.entries(cloud.githubOidcEnv({ subject: SUBJECT })).filter(
    ([name]) => !name.startsWith("AZURE_"),
  );
  runs += 1;
  return runWorkflow({
    workflow: WORKFLOW,
    job: "train",
    folder: join(folder, `run-${runs}`),
    cacheFolder: join(folder, "cache"),
    vars,
    github: { repository: "octo-org/app", token: from.token, run_id: String(runs), run_attempt: "1" },
    env: {
      PATH: [...(plan.vars === undefined ? [quick] : []), join(ROOT, "node_modules/.bin"), process.env["PATH"]].join(
        delimiter,
      ),
      HOME: join(folder, "home"),
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: from.url,
      GITHUB_REPOSITORY: "octo-org/app",
      GITHUB_SHA: "0123456789abcdef0123456789abcdef01234567",
      ...(Object.fromEntries(reached) as Record<string, string>),
      NO_PROXY: "127.0.0.1",
      ODDRUN_WAIT_SCALE: "0.001",
      NODE_COMPILE_CACHE: join(ROOT, ".cache/compile"),
    },
    without: ["Install"],
    ...plan,
  });
}

const outcomeOf = ({ steps }: RunResult, name: string) => steps.find((step) => step.name === name)?.outcome;
const told = (result: RunResult): string =>
  `${result.steps.map(({ name, outcome, output }) => `${outcome} ${name}\n${output}`).join("\n")}\n${result.summary}`;
const versionsPut = (): number =>
  cloud.requests.filter(
    ({ method, path, status }) =>
      method === "PUT" && /\/models\/[^/]+\/versions\/[^/?]+/.test(path) && (status ?? 500) < 300,
  ).length;

test("week after week: a first model, one as good, a worse one refused, and registered when asked for all the same", async () => {
  let source = await gitHub(history(FIRST));
  const port = Number(new URL(source.url).port);

  const first = await week(source);
  assert.ok(first.isGreen, told(first));
  assert.match(first.summary, /### Nothing to compare with: this is the first model\./);
  assert.match(first.summary, /### Registration\n\n {4}Registered as version 1 of pipeline-anomaly in /);
  assert.match(first.summary, /### Training\n\n {4}Note: Collected 200 new or changed run attempts of octo-org\/app/);
  assert.deepEqual(readdirSync(first.artifactFolder!).sort(), [
    "comparison.md",
    "model",
    "pipeline_metrics.csv",
    "training.txt",
  ]);
  assert.ok(existsSync(join(first.artifactFolder!, "model/flagged.csv")));
  await source.close();

  source = await gitHub(history(FIRST + MORE), port, NOW_MS + WEEK_MS);
  const second = await week(source);
  await source.close();
  assert.ok(second.isGreen, told(second));
  assert.ok(source.requests.length < 60, `${source.requests.length} requests: the store of last week was not used`);
  assert.match(
    second.summary,
    /### The new model is (as good as|better than) the serving one\n\nCompared with `version 1 of/,
  );
  assert.match(second.summary, /\| duration x3 \| \d+ \| \d/);
  assert.match(second.summary, /Registered as version 2 of pipeline-anomaly/);

  rmSync(join(folder, "cache"), { recursive: true });
  source = await gitHub(history(FIRST + MORE, 0.4), port, NOW_MS + 2 * WEEK_MS);
  const worse = await week(source);
  assert.equal(worse.isGreen, false);
  assert.equal(outcomeOf(worse, "Register"), "skipped");
  assert.equal(outcomeOf(worse, "Keep the model and what it was made of"), "success");
  assert.equal(outcomeOf(worse, "Keep the runs collected"), "success");
  assert.match(worse.summary, /### The new model is worse than the serving one\n\nCompared with `version 2 of/);
  assert.match(worse.summary, /Not registered\. Start this workflow by hand with promote_anyway/);
  assert.match(worse.steps.at(-1)!.output, /^::error::The new model is worse/m);
  assert.equal(versionsPut(), 2);

  const overruled = await week(source, {
    inputs: { promote_anyway: true },
    goesOnFrom: worse,
    without: ["Install", "Fetch the runs collected before", "Collect and train"],
  });
  await source.close();
  assert.ok(overruled.isGreen, told(overruled));
  assert.match(overruled.summary, /Registered all the same: promote_anyway was set\.[\s\S]*Registered as version 3/);
  assert.deepEqual(cloud.refusedHosts, []);
});

test("without Azure's variables it trains on what the requests of an hour reach, keeps the model, and says that registration is off", async () => {
  const source = await gitHub(history(FIRST));
  const workflow = WORKFLOW.replace("--max-requests 900", `--max-requests ${REQUESTS_MAX}`);
  assert.notEqual(workflow, WORKFLOW);
  const result = await week(source, { vars: {}, workflow, cacheFolder: join(folder, "other-cache") });
  assert.ok(result.isGreen, told(result));
  assert.equal(source.requests.length, REQUESTS_MAX);
  assert.match(
    result.summary,
    /### Registration is off\n\nThe repository has no value for: AZURE_CLIENT_ID AZURE_TENANT_ID/,
  );
  assert.equal(outcomeOf(result, "Register"), "skipped");
  assert.ok(existsSync(join(result.artifactFolder!, "model/model.json")));
  // a name from outside can end neither the block nor the line
  for (const line of result.summary.split("### Registration")[0]!.split("\n").slice(2)) assert.match(line, /^( {4}|$)/);
});

test("an Azure that cannot be asked is an error, never a worse model or a good one", async () => {
  const source = await gitHub(history(40));
  const before = versionsPut();
  cloud.deny("Microsoft.MachineLearningServices/*");
  const result = await week(source, { cacheFolder: join(folder, "third-cache") });
  assert.equal(result.isGreen, false);
  assert.equal(outcomeOf(result, "Compare with the model that serves"), "failure");
  assert.equal(outcomeOf(result, "Register"), "skipped");
  assert.equal(outcomeOf(result, "Refuse a worse model"), "skipped");
  assert.equal(outcomeOf(result, "Keep the model and what it was made of"), "success");
  assert.equal(versionsPut(), before);
});
