import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { argument, type Block, blocksOf, TERRAFORM_FOLDER, terraformBlocks } from "./terraform-files.ts";
import { TERRAFORM_PAGE, terraformPage } from "./terraform-page.ts";
import { EXCEPTIONS_FOR_HOSTED_RUNNERS, onlyTheseExceptions, ORIGINAL_VARIABLES } from "./terraform.ts";

const read = (path: string): string => readFileSync(join(TERRAFORM_FOLDER, path), "utf8");
const blocks = terraformBlocks();
const bootstrap = terraformBlocks(join(TERRAFORM_FOLDER, "bootstrap"));
const resources = (type: string, from: readonly Block[] = blocks): Block[] =>
  from.filter(({ kind, labels }) => kind === "resource" && labels[0] === type);
const address = ({ labels }: Block): string => labels.join(".");
const set = (block: Block, name: string): string =>
  argument(block, name) ?? assert.fail(`${address(block)} has no ${name}`);

test("the example holds the first design's names with its values, and they are valid names", () => {
  const example = new Map(
    [...read("terraform.tfvars.example").matchAll(/^(\w+) *= *"([^"]*)"/gm)].map(([, name, value]) => [name!, value!]),
  );
  for (const [name, value] of Object.entries(ORIGINAL_VARIABLES)) assert.equal(example.get(name), value);
  assert.equal(example.get("resource_group_name"), "flask-app-rg");
  assert.match(example.get("ml_storage_account_name")!, /^[a-z0-9]{3,24}$/);
  assert.match(example.get("ml_key_vault_name")!, /^[a-z](?!.*--)[a-z0-9-]{1,22}[a-z0-9]$/);
  assert.match(example.get("ml_workspace_name")!, /^[A-Za-z0-9][\w-]{2,32}$/);
  assert.match(example.get("ml_application_insights_name")!, /^[\w.()-]{1,259}[\w()-]$/);
});

test("the example sets only variables there are, commented ones too", () => {
  const known = new Set(blocks.filter(({ kind }) => kind === "variable").map(({ labels }) => labels[0]));
  const named = [...read("terraform.tfvars.example").matchAll(/^(?:# )?([a-z]\w+) += /gm)].map(([, name]) => name!);
  assert.ok(named.length > 8);
  for (const name of named) assert.ok(known.has(name), `there is no variable ${name}`);
});

test("the first design's variables are the only ones that must be given, and its file is there", () => {
  const required = blocks
    .filter((block) => block.kind === "variable" && argument(block, "default") === null)
    .map(({ labels }) => labels[0]);
  assert.deepEqual(required, Object.keys(ORIGINAL_VARIABLES));
  assert.ok(resources("azurerm_machine_learning_workspace").every(({ file }) => file === "ml_resources.tf"));
});

test("every variable has a type and a description, and those with limits a message that names the variable", () => {
  for (const block of [...blocks, ...bootstrap].filter(({ kind }) => kind === "variable")) {
    assert.ok(argument(block, "type"), `${block.labels[0]} has no type`);
    assert.ok(argument(block, "description"), `${block.labels[0]} has no description`);
    for (const [, message] of block.body.matchAll(/error_message = "((?:[^"\\]|\\.)*)"/g))
      assert.ok(message!.includes(block.labels[0]!), `${block.labels[0]} is refused with "${message}"`);
  }
});

test("docs/terraform.md has the tables of the variables and outputs there are; `npm run docs` writes them", () => {
  const page = readFileSync(TERRAFORM_PAGE, "utf8");
  assert.equal(page, terraformPage(page));
});

test("docs/terraform.md gives a reason for every rule that is skipped or does not hold", () => {
  const page = readFileSync(TERRAFORM_PAGE, "utf8");
  const skipped = [...blocks, ...bootstrap].flatMap(({ body }) => [...body.matchAll(/# policy-skip: (\S+) (.+)/g)]);
  const productSkips = new Set(
    blocks.flatMap(({ body }) => [...body.matchAll(/# policy-skip: (\S+)/g)].map(([, rule]) => rule)),
  );
  assert.ok(skipped.length > 0 && productSkips.size <= 8, `${productSkips.size} rules are skipped`);
  for (const rule of [...skipped.map(([, id]) => id!), ...Object.keys(EXCEPTIONS_FOR_HOSTED_RUNNERS)])
    assert.match(page, new RegExp(`^\\| [^|]*${rule}\\b`, "m"));
});

test("azurerm 4.81 and later, 5.x included, may be chosen", () => {
  for (const file of ["versions.tf", "bootstrap/main.tf"])
    assert.match(read(file), /source {2}= "hashicorp\/azurerm"\n {6}version = ">= 4\.81, < 6\.0"/);
});

test("roles are few, known, and given on one resource, but for planning and applying on the resource group", () => {
  const known = new Map(
    [...read("identity.tf").matchAll(/^ {4}"([^"]+)" += "([0-9a-f-]{36})"$/gm)].map(([, name, id]) => [name!, id!]),
  );
  const onTheGroup: Record<string, string> = {
    github_plan_reads: "Reader",
    github_apply_changes: "Contributor",
    github_apply_gives_roles: "Role Based Access Control Administrator",
  };
  const assignments = [...resources("azurerm_role_assignment"), ...resources("azurerm_role_assignment", bootstrap)];
  assert.ok(assignments.length >= 15);
  for (const assignment of assignments) {
    const scope = set(assignment, "scope");
    const name = assignment.labels[1]!;
    const role = argument(assignment, "role_definition_name");
    if (scope === "azurerm_resource_group.main.id") {
      assert.equal(role, `"${onTheGroup[name]}"`, `${name} reaches the whole resource group`);
      continue;
    }
    assert.match(scope, /^(azurerm_\w+\.\w+\.id|var\.state_container_id)$/, `${name} has the scope ${scope}`);
    assert.doesNotMatch(scope, /resource_group|subscription/);
    if (role === null)
      assert.equal(set(assignment, "role_definition_id"), "azurerm_role_definition.score.role_definition_resource_id");
    else assert.ok(known.has(JSON.parse(role) as string), `${name} gives ${role}`);
  }
});

test("the app is no administrator of its vault, and the only condition that hands out roles names the known ones", () => {
  for (const assignment of resources("azurerm_role_assignment")) {
    if (!/web\.principal_id/.test(assignment.body)) continue;
    assert.doesNotMatch(assignment.body, /Administrator|Officer|Owner|"Contributor"/);
  }
  const giver = resources("azurerm_role_assignment").find(({ labels }) => labels[1] === "github_apply_gives_roles")!;
  assert.equal(set(giver, "condition"), "local.role_condition");
});

test("there is no key, password or client secret: not as a resource, a variable, a setting or an output", () => {
  const all = [...blocks, ...bootstrap];
  assert.deepEqual(
    all.filter(
      ({ kind, labels }) =>
        kind === "resource" && /password|_secret$|azuread_|_key$|connection_string/.test(labels[0]!),
    ),
    [],
  );
  for (const output of all.filter(({ kind }) => kind === "output")) {
    assert.doesNotMatch(
      output.body,
      /access_key|connection_string|shared_key|instrumentation_key|site_credential|password|\.key\b/,
    );
    assert.doesNotMatch(output.labels[0]!, /password|token|_key$|secret$/);
  }
  for (const account of [...resources("azurerm_storage_account"), ...resources("azurerm_storage_account", bootstrap)]) {
    assert.equal(set(account, "shared_access_key_enabled"), "false");
    assert.equal(set(account, "local_user_enabled"), "false");
  }
  assert.equal(set(resources("azurerm_container_registry")[0]!, "admin_enabled"), "false");
  // What Azure hands out is read nowhere, so it can be passed on nowhere; secrets are written to the vault by people.
  for (const block of all)
    assert.doesNotMatch(block.body, /\w\.(connection_string|instrumentation_key|primary_\w*key)\b/);
  assert.deepEqual(resources("azurerm_key_vault_secret"), []);
});

test("the state's backend signs in by Entra and holds no key", () => {
  const example = read("backend.tf.example");
  assert.match(example, /use_azuread_auth += true/);
  assert.doesNotMatch(example.replaceAll(/^#.*$/gm, ""), /access_key|sas_token|client_secret/);
  assert.ok(!blocks.some(({ body }) => /backend "/.test(body)), "a plain `terraform init` must ask for nothing");
});

test("only the plan identity trusts pull requests, and each credential has one subject", () => {
  const credentials = resources("azurerm_federated_identity_credential");
  assert.deepEqual(credentials.filter(({ body }) => body.includes(":pull_request")).map(address), [
    "azurerm_federated_identity_credential.github_plan",
  ]);
  for (const credential of credentials) assert.doesNotMatch(set(credential, "subject"), /\*/);
});

test("the files are formatted as Terraform does it", { skip: hasTerraform() ? false : "there is no terraform" }, () => {
  const { status, stdout } = spawnSync("terraform", ["fmt", "-check", "-recursive", TERRAFORM_FOLDER], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stdout);
});

test("without the offline checker, or without Terraform, the check says that it is skipped and passes", () => {
  const shared = mkdtempSync(join(tmpdir(), "oddrun-no-checker-"));
  const check = (env: NodeJS.ProcessEnv) =>
    spawnSync(process.execPath, [join(import.meta.dirname, "terraform.ts")], {
      encoding: "utf8",
      env: { ...process.env, ODDRUN_SHARED_DIR: shared, ...env },
    });
  try {
    const withoutChecker = check({});
    assert.deepEqual([withoutChecker.status, withoutChecker.stdout], [0, ""]);
    assert.match(withoutChecker.stderr, /^SKIPPED the Terraform checks: no tools\/terraform-offline in .*\n$/);

    mkdirSync(join(shared, "tools/terraform-offline"), { recursive: true });
    const withoutTerraform = check({ PATH: shared });
    assert.deepEqual([withoutTerraform.status, withoutTerraform.stdout], [0, ""]);
    assert.match(withoutTerraform.stderr, /^SKIPPED the Terraform checks: there is no terraform on the PATH.*\n$/);
  } finally {
    rmSync(shared, { recursive: true, force: true });
  }
});

test("a policy run passes with exactly the exceptions that are told", () => {
  const outcome = (...rules: string[]) =>
    onlyTheseExceptions({ isOk: false, output: rules.map((rule) => `FAIL  ${rule}  somewhere`).join("\n") }, ["A", "B"])
      .isOk;
  assert.ok(outcome("A", "B"));
  assert.ok(!outcome("A"));
  assert.ok(!outcome("A", "B", "C"));
  assert.ok(!outcome());
});

test("blocks and arguments are read as Terraform formats them", () => {
  const [block, other] = blocksOf(
    "x.tf",
    'resource "a" "b" {\n  one   = 1\n  many = {\n    x = 1\n  }\n\n  nested {\n    one = 2\n  }\n}\n\nterraform {\n}\n',
  );
  assert.deepEqual([block!.kind, block!.labels, other!.kind], ["resource", ["a", "b"], "terraform"]);
  assert.equal(argument(block!, "one"), "1");
  assert.equal(argument(block!, "many"), "{\n    x = 1\n  }");
  assert.equal(argument(block!, "two"), null);
});

function hasTerraform(): boolean {
  return spawnSync("terraform", ["version"]).status === 0;
}

const isAskedFor = process.env["ODDRUN_CHECK_TERRAFORM"] === "1";
if (!isAskedFor)
  process.stderr.write(
    "SKIPPED the Terraform checks: they take minutes; npm run check:terraform runs them, as .ci/run does, or ODDRUN_CHECK_TERRAFORM=1 here.\n",
  );

test("Terraform itself finds the configuration valid, its tests passing and its plans within the policy", {
  skip: isAskedFor ? false : "set ODDRUN_CHECK_TERRAFORM=1",
}, () => {
  const script = join(TERRAFORM_FOLDER, "../scripts/terraform.ts");
  const { status, stdout } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  assert.equal(status, 0, stdout);
  assert.doesNotMatch(stdout, /^FAIL/m);
});
