import assert from "node:assert/strict";
import { test } from "node:test";
import { type Evidence, type EvidenceKind, workflowUses } from "@oddrun/core";
import { boundedSource } from "./evidence-bounds.ts";
import { aStoredRun } from "./evidence-fixtures.contract.ts";
import { evidenceOfFiles, type FilesQuestion } from "./evidence-of-files.ts";
import type { CommitRange, EvidenceSource } from "./evidence-source.ts";

const FILE = ".github/workflows/ci.yml";
const BASE = "a".repeat(40);
const HEAD = "b".repeat(40);

interface World {
  readonly range?: CommitRange | null;
  /** The workflow's file by commit, as JSON. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A source that answers from `world` and keeps what it was asked. */
function asking({ range = null, files = {} }: World) {
  const questions: string[] = [];
  const source: EvidenceSource = {
    apiUrl: "https://api.github.com",
    compare: async (_, base, head) => {
      questions.push(`${base[0]}...${head[0]}`);
      return range;
    },
    fileAt: async (_, path, ref) => {
      questions.push(`${path}@${ref[0]}`);
      return files[ref] ?? null;
    },
    jobLog: async () => null,
    approvals: async () => null,
  };
  return { source, questions };
}

async function gathered(world: World, change: Partial<FilesQuestion> = {}, requestsMax = 10) {
  const { source, questions } = asking(world);
  const evidence = await evidenceOfFiles({
    run: aStoredRun({ headSha: HEAD }),
    base: aStoredRun({ runId: 1001, headSha: BASE }),
    kinds: new Set<EvidenceKind>(["commits", "workflow-file", "actions"]),
    source: boundedSource(source, { requestsMax, logsMax: 10 }),
    workflowPath: FILE,
    readWorkflow: (text) => (text === "" ? null : workflowUses(JSON.parse(text))),
    ...change,
  });
  const of = <Kind extends EvidenceKind>(kind: Kind) =>
    evidence.find((one): one is Extract<Evidence, { kind: Kind }> => one.kind === kind);
  return { commits: of("commits"), file: of("workflow-file"), actions: of("actions"), evidence, questions };
}

const uses = (...names: readonly string[]): string =>
  JSON.stringify({ jobs: { a: { steps: names.map((name) => ({ uses: name })) } } });
const range = (paths: readonly string[], isCut = false): CommitRange => ({
  commitCount: 2,
  files: paths.map((path) => ({ path, status: "modified" })),
  isCut,
});

test("a list that was cut does not tell that the workflow's file is the same, but its text does", async () => {
  const cut = range(["src/a.ts"], true);
  const same = await gathered({ range: cut, files: { [HEAD]: uses("a/b@v1"), [BASE]: uses("a/b@v1") } });
  assert.deepEqual(same.file?.value, { path: FILE, changed: [] });
  assert.deepEqual(same.commits?.value?.isCut, true);
  const other = await gathered({ range: cut, files: { [HEAD]: uses("a/b@v2"), [BASE]: uses("a/b@v1") } });
  assert.deepEqual(other.file?.value, { path: FILE, changed: [FILE] });
  const unread = await gathered({ range: cut }, { kinds: new Set(["workflow-file"]) });
  assert.equal(unread.file?.unknown, "list-cut");
  const calling = await gathered({ range: cut, files: { [HEAD]: uses("./x"), [BASE]: uses("./x") } });
  assert.equal(calling.file?.unknown, "list-cut", "what it calls may be beyond the cut");
});

test("commits that GitHub does not show leave the files to tell", async () => {
  const { commits, file, actions, questions } = await gathered({
    files: { [HEAD]: uses("a/b@v2"), [BASE]: uses("a/b@v1") },
  });
  assert.equal(commits?.unknown, "not-at-github");
  assert.deepEqual(file?.value?.changed, [FILE]);
  assert.deepEqual(actions?.value?.changes, [{ name: "a/b", from: ["v1"], to: ["v2"] }]);
  assert.deepEqual(questions, ["a...b", `${FILE}@b`, `${FILE}@a`]);
});

test("a file that cannot be read, and one that was not there before, are unknown for different reasons", async () => {
  const changed = range([FILE]);
  const unreadable = await gathered({ range: changed, files: { [HEAD]: "", [BASE]: uses("a/b@v1") } });
  assert.equal(unreadable.actions?.unknown, "unreadable");
  const unreadableSame = await gathered({ range: range(["x"]), files: { [HEAD]: "" } });
  assert.equal(unreadableSame.actions?.unknown, "unreadable");
  assert.deepEqual(unreadableSame.file?.value?.changed, []);
  const added = await gathered({ range: changed, files: { [HEAD]: uses("a/b@v1") } });
  assert.equal(added.actions?.unknown, "not-at-github");
  assert.deepEqual(added.file?.value?.changed, [FILE]);
});

test("references that only a run knows are counted and not compared", async () => {
  const files = { [HEAD]: uses("a/b@${{ x }}", "c/d@v1"), [BASE]: uses("c/d@v1") };
  const { actions } = await gathered({ range: range([FILE]), files });
  assert.deepEqual(actions?.value, { changes: [], dynamicCount: 1 });
});

test("nothing is asked about a file that cannot be at the commit, or that nobody recorded", async () => {
  const run = aStoredRun({ headSha: HEAD, event: "pull_request_target" });
  const kinds = new Set<EvidenceKind>(["actions"]);
  const elsewhere = await gathered({}, { run, kinds });
  assert.deepEqual([elsewhere.actions?.unknown, elsewhere.questions], ["no-file-at-commit", []]);
  const unrecorded = await gathered({}, { workflowPath: null, kinds });
  assert.deepEqual([unrecorded.actions?.unknown, unrecorded.questions], ["not-recorded", []]);
});

test("what stands where a commit should stand is not sent to GitHub unless it is one", async () => {
  for (const headSha of [null, "", "main", "../../x", `${HEAD}?x=1`]) {
    const { evidence, questions } = await gathered({}, { run: aStoredRun({ headSha }) });
    assert.deepEqual([...new Set(evidence.map(({ unknown }) => unknown))], ["not-recorded"]);
    assert.deepEqual(questions, []);
  }
});

test("a kind that there is no request left for is not answered at all", async () => {
  const world = { range: range([FILE]), files: { [HEAD]: uses("a/b@v2"), [BASE]: uses("a/b@v1") } };
  const kindsWith = async (requestsMax: number) =>
    (await gathered(world, {}, requestsMax)).evidence.map(({ kind }) => kind);
  assert.deepEqual(await kindsWith(0), []);
  assert.deepEqual(await kindsWith(2), ["commits"]);
  assert.deepEqual(await kindsWith(3), ["commits", "workflow-file", "actions"]);
});
