import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { lookAtSettings, parseSettings } from "../../adapters/settings/index.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";
import { settingsFileText, settingsSchema, watchWorkflowText } from "./settings-files.ts";
import { FIELDS } from "./settings-form.ts";
import { settingsSet, unknownWorkflows } from "./settings-text.ts";

const FILE = settingsFileText("v1");
/** The file with the line of a setting, or of an example, made one that counts. */
const uncommented = (text: string) => text.replaceAll(/^ {2}# (?!for example)/gm, "  ");

test("the file that is written changes nothing, and with each line made one that counts only what is an example", () => {
  assert.deepEqual(parseSettings(FILE, "oddrun.yaml"), DEFAULT_SETTINGS);
  const whole = uncommented(FILE);
  const { settings, problems, written } = lookAtSettings(whole, "oddrun.yaml");
  assert.deepEqual(problems, []);
  const { alerts, watch, privacy, channels, routes } = settings;
  assert.deepEqual(
    { alerts, watch, privacy },
    { alerts: DEFAULT_SETTINGS.alerts, watch: DEFAULT_SETTINGS.watch, privacy: DEFAULT_SETTINGS.privacy },
  );
  assert.deepEqual([Object.keys(channels), routes.length], [["issues", "team", "office", "pager"], 3]);
  const keys = settingsSet(written).map(({ key }) => key);
  const all = Object.entries(FIELDS).flatMap(([key, { shape }]) =>
    key === "version"
      ? []
      : Object.keys(("fields" in shape ? shape.fields : null) ?? { "": 0 }).map((name) =>
          name === "" ? key : `${key}.${name}`,
        ),
  );
  assert.deepEqual(keys, all);
});

test("the schema is one of draft 2020-12, takes what is read and refuses what is not", () => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false });
  const schema = settingsSchema();
  assert.ok(ajv.validateSchema(schema), JSON.stringify(ajv.errors));
  const validate = ajv.compile(schema);
  const cases: readonly string[] = [
    FILE,
    uncommented(FILE),
    "{}",
    "alerts: { remind-after: off, digest: false, pushes: 0.5/week }",
    "channels: { issues: off }",
    "channels: { a: { kind: webhook, url-from: A, secret-from: B } }",
    // what follows is refused
    "alerts: { pushs: 1/week }",
    "alerts: { storm-from: '5' }",
    "alerts: { digest: monday 8:00 }",
    "alerts: { remind-after: 14 }",
    "watch: { branches: main }",
    "watch: { workflows: ci.yml }",
    "channels: { a: { kind: slack, url-from: https://example.com } }",
    "channels: { a: { kind: slack, url-from: A, secret-from: B } }",
    "channels: { a: { kind: slack } }",
    "channels: { a: { kind: email } }",
    'channels: { "a b": off }',
    "routes: [{ workflow: a }]",
    "routes: { to: [a] }",
    "version: 2",
    "[]",
  ];
  let takenCount = 0;
  for (const text of cases) {
    const isTaken = lookAt(text);
    assert.equal(validate(parse(text)), isTaken, `${text}: ${JSON.stringify(validate.errors)}`);
    takenCount += isTaken ? 1 : 0;
  }
  assert.equal(takenCount, 6);
});

function lookAt(text: string): boolean {
  try {
    return lookAtSettings(text, "oddrun.yaml").problems.length === 0;
  } catch {
    return false;
  }
}

test("the workflow that is written is twelve lines, and may write nothing but issues", () => {
  const text = watchWorkflowText("v1");
  assert.equal(text.trimEnd().split("\n").length, 12);
  const { permissions } = parse(text) as { permissions: object };
  assert.deepEqual(permissions, { actions: "read", contents: "read", issues: "write" });
});

test("names that no workflow has are found, with what was perhaps meant", () => {
  const settings = parseSettings(
    "watch: { workflows: [ci.yml, depoly.yml], ignore-workflows: [x] }\nroutes: [{ workflow: Build*, to: [] }, { workflow: y*, to: [] }]",
    "oddrun.yaml",
  );
  const known = [
    { name: "Build and test", path: ".github/workflows/ci.yml" },
    { name: "Deploy", path: ".github/workflows/deploy.yml" },
  ];
  assert.deepEqual(unknownWorkflows(settings, known), [
    { key: "watch.workflows", pattern: "depoly.yml", meant: "deploy.yml" },
    { key: "watch.ignore-workflows", pattern: "x", meant: null },
    { key: "routes[1].workflow", pattern: "y*", meant: null },
  ]);
});
