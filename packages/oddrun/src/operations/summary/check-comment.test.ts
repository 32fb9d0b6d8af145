import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRun } from "../check/check-run.ts";
import { checkStore, type MadeRun, pushes, USUAL_JOBS } from "../check/check-stage.contract.ts";
import type { RunCheck } from "../check/run-check.ts";
import { hostileTexts } from "../../server/page/hostile-texts.contract.ts";
import { hostileStrings } from "../text/hostile-strings.contract.ts";
import { alive } from "../text/living-markdown.contract.ts";
import { utf8Bytes } from "../text/utf8-bytes.ts";
import { annotationsOf } from "./annotations.ts";
import { checkSummary } from "./check-comment.ts";
import { findingsJson, findingsOfCheck } from "./findings.ts";
import { assertGolden } from "./summary-stage.contract.ts";

const PULL = { branch: "topic", event: "pull_request", hour: 70, runId: 900 } as const;
const SLOW = {
  ...PULL,
  jobs: {
    build: { ...USUAL_JOBS.build, "npm ci": 45_000 },
    test: { ...USUAL_JOBS.test, "npm ci": 45_000, "npm test": 500_000 },
  },
};

async function check(run: MadeRun): Promise<RunCheck> {
  const store = await checkStore([...pushes(60), run]);
  try {
    return await checkRun({ runId: run.runId, repository: null, attempt: null }, store);
  } finally {
    await store.close();
  }
}

test("a comment on what is slower names the step and folds where the time went", async () => {
  const comment = checkSummary([await check(SLOW)]);
  assertGolden("comment-slower.md", comment);
  assert.ok(comment.startsWith(`### Oddrun: this run is slower\n`));
  assert.match(comment, /\*\*slower\*\*\. Most of it, \d+ %: step `npm test` of job `test`/);
});

test("a comment within noise is quiet: one sentence and one row", async () => {
  const comment = checkSummary([await check(PULL)]);
  assertGolden("comment-within-noise.md", comment);
  assert.match(comment, /### Oddrun: no difference beyond noise\n/);
  assert.doesNotMatch(comment, /mermaid/);
});

test("of several workflows the worst comes first, and the sentence counts them", async () => {
  const checks = [await check(PULL), await check({ ...PULL, failedStep: "npm test" }), await check(SLOW)];
  const summary = checkSummary(checks);
  assert.match(summary, /^### Oddrun: of 3 workflows 1 failing, 1 slower\n/);
  assert.match(summary, /\n\| `CI` \|.*\*\*failing\*\*.*\n.*\*\*slower\*\*.*\n.*within noise \|\n/);
  assert.match(checkSummary([]), /no finished runs to check yet/);
});

test("a failure that may be chance is not called no difference", async () => {
  const failed = await check({ ...PULL, failedStep: "npm test" });
  const chance = {
    ...failed,
    kind: "within-noise",
    failures: failed.failures.map((one) => ({ ...one, isNew: false })),
  };
  assert.match(checkSummary([chance as RunCheck]), /^### Oddrun: fails here as it does elsewhere\n/);
});

test("a finding tells kind, place, ratio and sureness, and within noise there is none", async () => {
  assert.deepEqual(findingsOfCheck(await check(PULL)), []);
  const [slower] = findingsJson(findingsOfCheck(await check(SLOW)));
  const { text, ratio, sureness, ...rest } = slower!;
  assert.deepEqual(rest, {
    kind: "slower",
    about: "run",
    repository: "octo/shop",
    workflow: "CI",
    job: "test",
    step: "npm test",
    since: null,
    incident: null,
    url: "https://github.com/octo/shop/actions/runs/900/attempts/1",
    run_id: 900,
    minutes_a_week: null,
    is_improvement: false,
    is_noted: false,
  });
  assert.ok(Number(ratio) > 1.4 && Number(sureness) > 0.99);
  assert.match(String(text), /^"CI": slower beyond noise/);
  const [failing] = findingsOfCheck(await check({ ...PULL, failedStep: "npm test" }));
  assert.deepEqual([failing!.kind, failing!.job, failing!.step], ["failing", "test", "npm test"]);
});

test("of many findings nine are annotated, in their order, and the tenth annotation counts the rest", async () => {
  const [finding] = findingsOfCheck(await check(SLOW));
  const many = Array.from({ length: 14 }, (_, at) => ({ ...finding!, text: `finding ${at}\n::error::x` }));
  const annotations = annotationsOf(many);
  assert.equal(annotations.length, 10);
  assert.match(annotations[0]!.message, /^finding 0 /);
  assert.match(annotations[9]!.message, /^5 more findings/);
  assert.ok(annotations.every(({ title, message }) => !/[\r\n]/.test(title + message)));
  assert.deepEqual([annotationsOf(many, { isGate: true })[0]!.level, annotations[0]!.level], ["error", "warning"]);
  assert.deepEqual(annotationsOf([]), []);
});

test("nothing of a name from outside comes alive in a comment", async () => {
  const [slow, failing] = [await check(SLOW), await check({ ...PULL, failedStep: "npm test" })];
  const isOwn = (url: string): boolean => url === "https://github.com/octo/shop/actions/runs/900/attempts/1";
  for (const hostile of [...hostileTexts(), ...hostileStrings().values()]) {
    const comment = checkSummary([slow, failing].map((one) => withNames(one, hostile)));
    assert.deepEqual(alive(comment, isOwn), [], hostile.slice(0, 100));
  }
});

test("a comment on very many workflows stays below what GitHub takes", async () => {
  const slow = withNames(await check(SLOW), "語".repeat(400));
  const comment = checkSummary(Array.from({ length: 60 }, () => slow));
  assert.ok(utf8Bytes(comment) <= 60_000, `${utf8Bytes(comment)}`);
  assert.match(comment, /And 30 more workflows/);
  assert.match(comment, /Left out, so that this page stays small/);
});

/** The same check of a workflow whose every name is that text. */
function withNames(check: RunCheck, name: string): RunCheck {
  const ofPart = <Part extends { readonly job: string | null; readonly step?: string | null }>(part: Part): Part => ({
    ...part,
    job: part.job === null ? null : name,
    ...(part.step == null ? {} : { step: name }),
  });
  const { account, cause } = check;
  return {
    ...check,
    run: { ...check.run, workflowName: name, branch: name, title: name },
    jobs: check.jobs.map((one) => ({ ...one, job: name })),
    failures: check.failures.map(ofPart),
    account: account === null ? null : { ...account, parts: account.parts.map(ofPart) },
    cause: cause?.kind === "part" ? { ...cause, part: ofPart(cause.part) } : cause,
  };
}
