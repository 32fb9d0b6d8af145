import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { callableCommands } from "./callable-commands.ts";
import { argument, terraformBlocks } from "./terraform-files.ts";
import { listedPins, PINS_PAGE, policyFindings, ROOT, usesOf } from "./workflow-policy.ts";

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const files = globSync(
  [".github/workflows/*.{yml,yaml}", ".github/actions/**/action.{yml,yaml}", "action.{yml,yaml}"],
  {
    cwd: ROOT,
  },
);
const pins = listedPins(readFileSync(PINS_PAGE, "utf8"));
const callable = await callableCommands();

test("every workflow holds the policy", () => {
  assert.ok(files.includes(join(".github", "workflows", "ci.yml")), `only ${files.join(", ")} were found`);
  for (const file of files) assert.deepEqual(policyFindings(read(file), pins, callable), [], file);
});

test("the list in docs/workflows.md is what the workflows use, and nothing else", () => {
  const used = new Set(
    files.flatMap((file) => usesOf(read(file)).map(({ reference, comment }) => `${reference} ${comment}`)),
  );
  const listed = pins.map(({ action, commit, tag }) => `${action}@${commit} ${tag}`);
  assert.deepEqual(listed.sort(), [...used].filter((use) => !use.startsWith("./")).sort());
});

test("every workflow is on the page, and every workflow on the page is there", () => {
  const named = [...readFileSync(PINS_PAGE, "utf8").matchAll(/^\| `([\w-]+\.yml)` \|/gm)].map(([, name]) => name!);
  assert.deepEqual(named.sort(), globSync("*.{yml,yaml}", { cwd: join(ROOT, ".github/workflows") }).sort());
});

const CHECKOUT = "actions/checkout@0123456789abcdef0123456789abcdef01234567";
const SAMPLE = `
on: [push, pull_request]
permissions: {}
jobs:
  one:
    if: github.event_name != 'pull_request' && vars.READY != ''
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: ${CHECKOUT} # v1.2.3
        with:
          persist-credentials: false
      - env:
          TITLE: \${{ github.event.pull_request.title }}
        run: |
          npm ci --ignore-scripts && npm run build
          node scripts/packed.ts --expect-node 22
          npx oddrun train --from "$GITHUB_REPOSITORY" \\
            --model-dir model
`;
const SAMPLE_PINS = [{ action: "actions/checkout", commit: CHECKOUT.split("@")[1]!, tag: "v1.2.3" }];

const FAULTS: readonly (readonly [what: string, from: string, to: string, finding: RegExp])[] = [
  ["a tag in place of a commit", CHECKOUT, "actions/checkout@v1", /not pinned/],
  ["a commit cut short", CHECKOUT, CHECKOUT.slice(0, -1), /not pinned/],
  ["an image by its name", CHECKOUT, "docker://alpine:3", /not pinned/],
  ["no version beside a commit", " # v1.2.3", "", /no "# vX\.Y\.Z"/],
  ["half a version", "# v1.2.3", "# v1", /no "# vX\.Y\.Z"/],
  ["another version than the list's", "# v1.2.3", "# v1.2.4", /not in the list/],
  ["another commit than the list's", "@0123", "@1123", /not in the list/],
  ["no permissions at the top", "permissions: {}\n", "", /permissions at the top/],
  ["everything allowed at the top", "permissions: {}", "permissions: write-all", /permissions at the top/],
  ["one thing writable at the top", "permissions: {}", "permissions: { contents: write }", /permissions at the top/],
  ["a job without permissions", "    permissions:\n      contents: read\n      id-token: write\n", "", /its own perm/],
  ["a right to write that nobody listed", "contents: read", "packages: write", /packages: write is not among/],
  ["credentials left in the checkout", "persist-credentials: false", "fetch-depth: 1", /persist-credentials: false/],
  ["credentials as text", "persist-credentials: false", "persist-credentials: 'no'", /persist-credentials: false/],
  ["pull_request_target", "[push, pull_request]", "pull_request_target", /pull_request_target together/],
  ["workflow_run", "[push, pull_request]", "{ workflow_run: { workflows: [CI] } }", /workflow_run together/],
  ["a fork with a token", "github.event_name != 'pull_request' &&", "", /must keep forks out/],
  ["a way round the condition", "'pull_request' &&", "'pull_request' ||", /must keep forks out/],
  ["dependencies' scripts beside an identity", " --ignore-scripts", "", /scripts of dependencies must not run/],
  ["a job in a moving image", "    runs-on", "    container: node:24\n    runs-on", /node:24 is no image by digest/],
  [
    "a service in a moving image",
    "    runs-on",
    "    services: { db: { image: postgres } }\n    runs-on",
    /postgres is no image by digest/,
  ],
  ["a title in a script", "npm ci --ignore-scripts", "echo ${{ github.event.pull_request.title }}", /inside a script/],
  ["a branch in a script", "npm ci --ignore-scripts", "git switch ${{ github.head_ref }}", /inside a script/],
  ["an input in a script", "npm ci --ignore-scripts", "echo ${{inputs.name}}", /inside a script/],
  ["no time-out", "    timeout-minutes: 5\n", "", /timeout-minutes/],
  ["a time-out of six hours", "timeout-minutes: 5", "timeout-minutes: 360", /timeout-minutes/],
  ["every secret handed on", "    runs-on", "    secrets: inherit\n    runs-on", /secrets: inherit/],
  ["a secret", "TITLE: ${{ github.event.pull_request.title }}", "KEY: ${{ secrets.KEY }}", /secrets\.KEY is used/],
  ["all secrets at once", "github.event.pull_request.title", "toJSON(secrets)", /every secret there is/],
  ["an npm script that is not there", "npm run build", "npm run biuld", /npm run biuld/],
  ["a script that is not there", "scripts/packed.ts", "scripts/unpacked.ts", /unpacked\.ts is not there/],
  ["an option that a script does not know", "--expect-node", "--node", /packed\.ts knows no --node/],
  ["a command that is not there", "oddrun train", "oddrun teach", /oddrun teach is no command/],
  ["an option that a command does not know", "--model-dir", "--model", /oddrun train knows no --model/],
  ["one key twice", "permissions: {}", "permissions: {}\npermissions: {}", /unique/],
];

test("a workflow that holds the policy has no findings", () => {
  assert.deepEqual(policyFindings(SAMPLE, SAMPLE_PINS, callable), []);
});

for (const [what, from, to, finding] of FAULTS)
  test(`planted and found: ${what}`, () => {
    assert.ok(SAMPLE.includes(from));
    const findings = policyFindings(
      SAMPLE.replace(from, () => to),
      SAMPLE_PINS,
      callable,
    );
    assert.equal(findings.length, 1, findings.join("\n"));
    assert.match(findings[0]!, finding);
  });

const RELEASE = `
on: workflow_dispatch
permissions: {}
jobs:
  tag:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    environment: release
    permissions:
      contents: write
    steps:
      - run: git push origin "refs/tags/v1.0.0"
`;
test("only a job that people start and others approve may write to the repository, and it runs nothing installed", () => {
  assert.deepEqual(policyFindings(RELEASE, SAMPLE_PINS, callable), []);
  for (const [from, to, finding] of [
    ["on: workflow_dispatch", "on: [workflow_dispatch, push]", /people start by hand/],
    ["    environment: release\n", "", /needs an environment/],
    ["git push", "npx thing && git push", /runs installed code/],
    ["git push", "npm ci && git push", /scripts of dependencies must not run|runs installed code/],
  ] as const) {
    const findings = policyFindings(RELEASE.replace(from, to), SAMPLE_PINS, callable);
    assert.ok(findings.length > 0 && findings.every((each) => finding.test(each)), findings.join("\n"));
  }
});

test("an action of our own is held to it too", () => {
  const action = `runs:\n  using: composite\n  steps:\n    - uses: ${CHECKOUT}\n    - run: echo \${{ inputs.name }}\n      shell: bash\n`;
  assert.equal(policyFindings(action, SAMPLE_PINS, callable).length, 2);
});

// ---- terraform.yml and what Terraform makes for it ----

interface Job {
  readonly if: string;
  readonly environment?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly name?: string; readonly run?: string }[];
}
const terraform = read(".github/workflows/terraform.yml");
const { plan, apply } = (parse(terraform) as { jobs: { plan: Job; apply: Job } }).jobs;
const runs = (job: Job) => job.steps.map(({ run }) => run ?? "").join("\n");

test("every repository variable that terraform.yml reads is an output of Terraform, or on the page", () => {
  const outputs = terraformBlocks().find(({ labels }) => labels[0] === "github_variables")!.body;
  const read = new Set([...terraform.matchAll(/\bvars\.(\w+)/g)].map(([, name]) => name!));
  assert.ok(read.size >= 5);
  for (const name of read) {
    const isOutput =
      outputs.includes(`${name} `) || (name.startsWith("AZURE_CLIENT_ID_") && outputs.includes("CLIENT_ID_"));
    assert.ok(isOutput || readFileSync(PINS_PAGE, "utf8").includes(`gh variable set ${name} `), name);
  }
});

test("pull requests sign in as the identity that reads, and change neither Azure nor the state", () => {
  assert.equal(plan.env["ARM_CLIENT_ID"], "${{ vars.AZURE_CLIENT_ID_PLAN }}");
  assert.match(plan.if, /github\.event\.pull_request\.head\.repo\.full_name == github\.repository/);
  assert.match(runs(plan), /terraform plan -refresh=false -lock=false/);
  assert.doesNotMatch(runs(plan), /terraform (apply|destroy|import|state|force-unlock)/);
});

test("only the job behind the environment that Terraform trusts applies, and never for a pull request", () => {
  const variable = terraformBlocks().find(({ labels }) => labels[0] === "github_apply_environment")!;
  assert.equal(`"${apply.environment}"`, argument(variable, "default"));
  assert.equal(apply.env["ARM_CLIENT_ID"], "${{ vars.AZURE_CLIENT_ID_APPLY }}");
  assert.match(apply.if, /github\.event_name != 'pull_request'/);
  assert.match(apply.if, /github\.ref == 'refs\/heads\/main'/);
  assert.doesNotMatch(runs(apply), /auto-approve|-target/);
  for (const { env } of [plan, apply]) {
    assert.equal(env["ARM_USE_OIDC"], "true");
    assert.equal(env["TF_VAR_register_resource_providers"], "false");
  }
});

const hasShell = spawnSync("bash", ["-c", "jq --version && sed --version"]).status === 0;

test("the apply stops before it deletes or replaces anything, unless asked to", {
  skip: hasShell ? false : "needs bash and jq",
}, () => {
  const change = (address: string, ...actions: string[]) => ({ address, change: { actions } });
  const usual = [change("a.made", "create"), change("a.kept", "no-op"), change("a.changed", "update")];
  const guard = (changes: readonly object[] | undefined, allowed: string) =>
    runStep(apply, "Refuse to delete anything unasked", { resource_changes: changes }, { ALLOW_DESTROY: allowed });

  assert.equal(guard(usual, "").status, 0);
  assert.equal(guard(undefined, "").status, 0);
  for (const gone of [change("a.gone", "delete"), change("a.gone", "create", "delete")]) {
    const refused = guard([...usual, gone], "false");
    assert.equal(refused.status, 1);
    assert.match(refused.stdout, /^These would be deleted or replaced:\na\.gone\n::error::/);
    assert.equal(guard([gone], "").status, 1);
    assert.equal(guard([gone], "true").status, 0);
  }
});

test("the plan's text can't leave its block in the summary", { skip: hasShell ? false : "needs bash and sed" }, () => {
  const { status, summary } = runStep(plan, "Show the plan in the summary", { text: "```\n# x" }, {});
  assert.equal(status, 0);
  for (const line of summary.trimEnd().split("\n").slice(2)) assert.match(line, /^ {4}/);
});

/** Runs one step's script as a runner does, with a `terraform` that shows `planned`. */
function runStep(job: Job, name: string, planned: object, env: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "oddrun-step-"));
  const summary = join(folder, "summary.md");
  try {
    writeFileSync(join(folder, "planned.json"), JSON.stringify(planned, null, 2));
    writeFileSync(join(folder, "terraform"), `#!/bin/sh\ncat "${folder}/planned.json"\n`, { mode: 0o755 });
    writeFileSync(summary, "");
    const script = job.steps.find((step) => step.name === name)!.run!;
    const { status, stdout } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
      encoding: "utf8",
      env: {
        PATH: `${folder}${delimiter}${process.env["PATH"]}`,
        RUNNER_TEMP: folder,
        GITHUB_STEP_SUMMARY: summary,
        ...env,
      },
    });
    return { status, stdout, summary: readFileSync(summary, "utf8") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// ---- train-ml-model.yml and what is said of it ----

interface TrainingWorkflow {
  readonly on: {
    readonly schedule: readonly { readonly cron: string }[];
    readonly workflow_dispatch: { readonly inputs: object };
  };
  readonly jobs: { readonly train: { readonly permissions: object } };
}
const training = read(".github/workflows/train-ml-model.yml");
const { on, jobs } = parse(training) as TrainingWorkflow;
const [, section = ""] = /^## train-ml-model\.yml(.*?)^## /ms.exec(readFileSync(PINS_PAGE, "utf8")) ?? [];
const firstCells = (): string[] => [...section.matchAll(/^\| (`[^|]+?) \|/gm)].map(([, cell]) => cell!);

test("every repository variable that train-ml-model.yml reads is an output of Terraform and on the page", () => {
  const outputs = terraformBlocks().find(({ labels }) => labels[0] === "github_variables")!.body;
  const names = new Set([...training.matchAll(/\bvars\.(\w+)/g)].map(([, name]) => name!));
  assert.ok(names.size >= 6);
  for (const name of names) {
    assert.ok(outputs.includes(`${name} `) || (name === "AZURE_CLIENT_ID_TRAIN" && outputs.includes("CLIENT_ID_")));
    assert.ok(section.includes(`\`${name}\``), name);
  }
});

test("the page tells the rights, the inputs, the time and the limits of train-ml-model.yml as they are", () => {
  const cells = firstCells();
  const rights = Object.entries(jobs.train.permissions).map(([right, grant]) => `\`${right}: ${String(grant)}\``);
  for (const right of rights) assert.ok(cells.includes(right), right);
  assert.equal(cells.filter((cell) => /: (read|write)`$/.test(cell)).length, rights.length);
  for (const input of Object.keys(on.workflow_dispatch.inputs)) assert.ok(cells.includes(`\`${input}\``), input);
  const [minute, hour, ...rest] = on.schedule[0]!.cron.split(" ");
  assert.deepEqual([on.schedule.length, rest.join(" ")], [1, "* * 1"]);
  assert.ok(section.includes(`Each Monday at ${hour!.padStart(2, "0")}:${minute!.padStart(2, "0")} UTC`));
  assert.notEqual(Number(minute), 0);
  for (const [inFile, onPage] of [
    [/--max-requests (\d+)/, /at most (\d+) requests/],
    [/retention-days: (\d+)/, /`anomaly-model` \| (\d+) days/],
    [/timeout-minutes: (\d+)/, /(\d+) minutes is the\s+bound/],
  ] as const) {
    assert.equal(inFile.exec(training)?.[1], onPage.exec(section)?.[1]);
    assert.ok(inFile.test(training));
  }
});

test("the job that trains signs in where Terraform's identity for it trusts a branch, and registers only what was compared", () => {
  assert.doesNotMatch(training, /\benvironment:|--register\b|models push(?![^\n]*--model-dir)/);
  assert.match(training, /train --from "\$REPOSITORY" --force --no-register/);
  const compared = training.indexOf("models compare --registry azureml");
  assert.ok(compared > 0 && training.indexOf("models push") > compared);
  assert.match(
    training,
    /if: steps\.compare\.outputs\.verdict == 'good' \|\| steps\.compare\.outputs\.verdict == 'overruled'/,
  );
});
