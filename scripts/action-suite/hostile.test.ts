import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { INPUTS, type InputName, inputText, inputVariable } from "../../packages/action/src/inputs.ts";
import { OUTPUTS } from "../../packages/action/src/outputs.ts";
import { workflowCommands } from "../../packages/action/src/runner/commands.ts";
import { runnerFiles } from "../../packages/action/src/runner/files.ts";
import { readCommands, readKeyValueFile } from "../actions-stand-in/runner-files.ts";
import { defineCorpus } from "../github-stand-in/index.ts";
import { DAY_MS, MINUTE_MS, NOW_MS, stage, timedRun } from "./stage.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-hostile-"));
after(() => rmSync(folder, { recursive: true, force: true }));

type Entry = string | { readonly repeat: string; readonly times: number };
const strings = JSON.parse(
  readFileSync(new URL("../../fixtures/hostile/strings.json", import.meta.url), "utf8"),
) as Readonly<Record<string, Entry>>;
const TEXTS = [
  ...Object.values(strings).map((entry) => (typeof entry === "string" ? entry : entry.repeat.repeat(entry.times))),
  "::set-output name=score::1",
  "\n::add-mask::a\n::error::b",
  "##[error]c",
  "a%0A::warning::d",
  "score<<EOF\n1\nEOF",
  "\r\n::stop-commands::e",
];

test("no hostile text becomes a command: in lines, groups, debug lines, annotations and their titles", () => {
  for (const text of TEXTS) {
    const lines: string[] = [];
    const commands = workflowCommands((line) => lines.push(line), true);
    commands.line(text);
    commands.line(`workflow ${text}`);
    commands.debug(text);
    commands.group(text);
    commands.annotate("warning", text, { title: text, file: text });
    const read = readCommands(lines.join(""));
    assert.deepEqual(
      read.map(({ name }) => name),
      ["debug", "group", "warning"],
      text,
    );
    assert.deepEqual(Object.keys(read[2]!.properties), ["title", "file"], text);
  }
});

test("no hostile text makes an output of its own, and each comes back as it was", () => {
  for (const text of TEXTS) {
    const path = join(folder, "output");
    writeFileSync(path, "");
    const { setOutput } = runnerFiles({ GITHUB_OUTPUT: path });
    setOutput("findings", text);
    setOutput("score", "0.5");
    const read = readKeyValueFile(readFileSync(path, "utf8"));
    assert.deepEqual([...read.keys()], ["findings", "score"], text);
    assert.equal(read.get("findings"), text.replaceAll("\0", "").toWellFormed());
  }
});

test("an input is a text and nothing more", () => {
  for (const text of TEXTS) {
    for (const { name } of INPUTS) {
      if (text.trim() === "" || text.length > 20_000) continue;
      assert.equal(inputText({ [inputVariable(name)]: text }, name satisfies InputName), text.trim());
    }
  }
});

/** So many changes, each a week after the one before: what comes up at once would be one incident. */
const CHANGES = 5;
const NAMES = TEXTS.filter(
  (text) => /::|##\[|<<|%0A|`|<|@|\]\(/.test(text) && text.trim() !== "" && text.length < 200,
).slice(-CHANGES);

test("names of workflows, jobs, steps, branches and titles come alive nowhere in a whole run", async () => {
  const workflows = NAMES.map((name, at) => ({
    id: 100 + at,
    name,
    path: `.github/workflows/w${at}.yml`,
    versions: [],
  }));
  const runs = workflows.flatMap(({ id, name }, place) =>
    Array.from({ length: 90 }, (_, at) => {
      const createdAt = NOW_MS - (90 - at) * 0.6 * DAY_MS + place * MINUTE_MS;
      const run = timedRun(createdAt, (at < 24 + place * 12 ? 5 : 12) * MINUTE_MS + (at % 7) * 4000);
      const [job] = run.jobs!;
      const [step] = job!.steps!;
      const named = { ...job!, name, steps: [{ ...step!, name }] };
      return { ...run, workflowId: id, displayTitle: name, jobs: [named] };
    }),
  );
  const on = await stage(defineCorpus({ repositories: [{ fullName: "octo-org/app", workflows, runs }] }));
  const { exitCode, commands, outputs, log, summary } = await on.run({
    event: "schedule",
    env: { RUNNER_DEBUG: "1" },
  });
  assert.equal(exitCode, 0, log);
  const findings = JSON.parse(outputs.get("findings")!) as { readonly workflow: string }[];
  assert.ok(findings.length > 2, `${findings.length} findings`);
  assert.deepEqual([...outputs.keys()].toSorted(), OUTPUTS.map(({ name }) => name).toSorted());
  const names = new Set(commands.map(({ name }) => name));
  assert.deepEqual([...names].toSorted(), ["add-mask", "debug", "notice"]);
  assert.equal(commands.filter(({ name }) => name === "notice").length, Math.min(10, findings.length));
  assert.doesNotMatch(summary, /<(script|img|a |iframe)/i);
});

test("an event that says hostile things is read field by field", async () => {
  const on = await stage();
  const bad = "$(touch /tmp/x)`;::error::x\n::set-output name=a::b";
  const payload = {
    action: bad,
    workflow_run: {
      id: 7_000_000_001,
      event: "pull_request",
      head_branch: bad,
      head_sha: bad,
      head_repository: { full_name: bad },
      pull_requests: [{ number: bad }],
      display_title: bad,
    },
    sender: { login: bad },
  };
  const { exitCode, commands, outputs } = await on.run({ event: "workflow_run", payload });
  assert.equal(exitCode, 0);
  assert.deepEqual([...new Set(commands.map(({ name }) => name))], ["add-mask"]);
  assert.deepEqual([...outputs.keys()].toSorted(), OUTPUTS.map(({ name }) => name).toSorted());
});
