import assert from "node:assert/strict";
import { test } from "node:test";
import { defineCorpus } from "../github-stand-in/index.ts";
import { DAY_MS, MINUTE_MS, NOW_MS, type Stage, stage, timedRun } from "./stage.ts";

const BEGIN_MS = NOW_MS - 16 * DAY_MS;
const RUN_EVERY_MS = 6 * 60 * MINUTE_MS;

/** Runs of these days after the begin, four a day, of so many minutes each. */
const runsOf = (fromDay: number, toDay: number, minutes: number) =>
  Array.from({ length: (toDay - fromDay) * 4 }, (_, at) =>
    timedRun(BEGIN_MS + fromDay * DAY_MS + at * RUN_EVERY_MS - 30 * MINUTE_MS, minutes * MINUTE_MS + (at % 7) * 4000),
  );

/** What sets the action's clock to the stand-in's, which stands in the past; as NODE_OPTIONS takes it. */
function clockOf({ github }: Stage): string {
  const behindMs = Date.now() - github.clock.nowMs();
  return `data:text/javascript,${encodeURIComponent(`const now=Date.now;Date.now=()=>now()-${behindMs}`)}`;
}

/** A GitHub with four weeks of an even history, and a watch that moves on in days. */
async function watched(): Promise<
  Stage & {
    day(day: number, plan?: Parameters<Stage["run"]>[0]): ReturnType<Stage["run"]>;
    add(...runs: ReturnType<typeof runsOf>): void;
  }
> {
  const runs = runsOf(-28, 0, 5);
  const workflows = [
    { id: 11, name: "CI", path: ".github/workflows/ci.yml", versions: [] },
    { id: 12, name: "Oddrun", path: ".github/workflows/oddrun.yml", versions: [] },
  ];
  const corpus = defineCorpus({ repositories: [{ fullName: "octo-org/app", workflows, runs }] });
  const limits = { primary: null, secondary: null };
  const on = await stage(corpus, { nowMs: BEGIN_MS, waitScale: 1, limits });
  let today = 0;
  return {
    ...on,
    add(...more) {
      for (const run of more) on.github.mutate.addRun("octo-org/app", run);
    },
    async day(day, plan = { event: "schedule" }) {
      on.github.advance((day - today) * DAY_MS);
      today = day;
      const shift = clockOf(on);
      const result = await on.run({ ...plan, env: { NODE_OPTIONS: `--import=${shift}`, ...plan.env } });
      // a run of the action is a run like others: by it a lost store is known to have watched
      on.github.mutate.addRun("octo-org/app", {
        ...timedRun(on.github.clock.nowMs() - MINUTE_MS, MINUTE_MS / 2),
        workflowId: 12,
        event: plan.event,
      });
      return result;
    },
  };
}

const issuesOf = ({ github }: Stage) => github.issues.of("octo-org/app").issues;
const openIssues = (on: Stage) => issuesOf(on).filter(({ state }) => state === "open");

test("nothing is said about the past; a change is told once in one issue, and closed when it is over", async () => {
  const on = await watched();
  const first = await on.day(0);
  assert.equal(first.exitCode, 0);
  assert.match(first.summary, /What is usual here/);
  assert.equal(issuesOf(on).length, 0);

  on.add(...runsOf(0, 6, 12));
  const told = await on.day(6);
  assert.equal(told.exitCode, 0);
  assert.equal(issuesOf(on).length, 1);
  const [issue] = issuesOf(on);
  assert.match(issue!.title, /takes longer/);
  assert.match(told.summary, /Said in this pass/);
  const [finding] = JSON.parse(told.outputs.get("findings")!) as { url: string }[];
  assert.equal(finding?.url, `https://github.com/octo-org/app/issues/${issue!.number}`);

  const again = await on.day(6.1);
  assert.equal(again.outputs.get("state"), "restored");
  assert.doesNotMatch(again.summary, /Said in this pass/);
  on.cache.entries.splice(0);
  const evicted = await on.day(6.2);
  assert.equal(evicted.outputs.get("state"), "new");
  assert.doesNotMatch(evicted.summary, /What is usual here/);
  assert.equal(issuesOf(on).length, 1);
  assert.equal(issue!.comments.length, 0);

  on.add(...runsOf(6.5, 14.5, 5));
  await on.day(14.5);
  assert.equal(issuesOf(on).length, 1);
  assert.equal(issue!.state, "closed");
});

test("what came up while the store was lost is still told", async () => {
  const on = await watched();
  await on.day(0);
  on.add(...runsOf(0, 6, 12));
  on.cache.entries.splice(0);
  const { outputs } = await on.day(6);
  assert.equal(outputs.get("state"), "new");
  assert.equal(openIssues(on).length, 1);
});

test("two runs at once tell it in one issue", async () => {
  const on = await watched();
  await on.day(0);
  on.add(...runsOf(0, 6, 12));
  await Promise.all([on.day(6), on.day(6, { event: "push" })]);
  assert.equal(openIssues(on).length, 1);
  await on.day(6.1);
  assert.equal(openIssues(on).length, 1);
});

test("killed while it tells, it is told once all the same", async () => {
  const on = await watched();
  await on.day(0);
  on.add(...runsOf(0, 6, 12));
  let seen = 0;
  const remove = on.github.script(({ method }) => {
    if (method === "POST") seen += 1;
    return undefined;
  });
  const children: ReturnType<Stage["start"]>[] = [];
  const kill = on.github.script(({ method }) => {
    if (method === "POST" && seen > 1) children[0]?.child.kill("SIGKILL");
    return undefined;
  });
  on.github.advance(6 * DAY_MS);
  const shift = clockOf(on);
  children.push(on.start({ event: "schedule", env: { NODE_OPTIONS: `--import=${shift}` } }));
  assert.equal((await children[0]!.ended).exitCode, null);
  remove();
  kill();
  await on.day(6);
  assert.equal(openIssues(on).length, 1);
});

test("a dry run and a fork's run say nothing, and what was due stays due", async () => {
  const on = await watched();
  await on.day(0);
  on.add(...runsOf(0, 6, 12));
  await on.day(6, { event: "schedule", inputs: { "dry-run": "true" } });
  assert.equal(issuesOf(on).length, 0);
  const payload = { pull_request: { number: 1, head: { repo: { id: 9 } }, base: { repo: { id: 1 } } } };
  await on.day(6, { event: "pull_request", payload, inputs: { mode: "watch" } });
  assert.equal(issuesOf(on).length, 0);
  await on.day(6.1);
  assert.equal(openIssues(on).length, 1);
});

test("without the right to write issues the step succeeds, and says so", async () => {
  const on = await watched();
  const permissions = { issues: "none", pullRequests: "none" } as const;
  const token = on.github.addToken({
    text: "ghs_readsonlyreadsonlyreadsonlyreads1",
    login: "github-actions[bot]",
    permissions,
  });
  await on.day(0, { event: "schedule", token });
  on.add(...runsOf(0, 6, 12));
  const { exitCode, summary } = await on.day(6, { event: "schedule", token });
  assert.equal(exitCode, 0);
  assert.equal(issuesOf(on).length, 0);
  assert.match(summary, /issues: write/);
});

test("a token that may not write issues is warned of, and once that is mended a start by hand tells at once", async () => {
  const on = await watched();
  const token = on.github.addToken({
    text: "ghs_readsIssuesAlone",
    login: "github-actions[bot]",
    permissions: { issues: "read" },
  });
  await on.day(0);
  on.add(...runsOf(0, 6, 12));
  const refused = await on.day(6, { event: "schedule", token });
  assert.equal(refused.exitCode, 0);
  const warnings = refused.commands.filter(({ name }) => name === "warning");
  assert.match(warnings.map(({ message }) => message).join("\n"), /"issues" refused a message: .*issues: write/);
  await on.day(6.1);
  assert.equal(issuesOf(on).length, 0);
  const mended = await on.day(6.2, { event: "workflow_dispatch" });
  assert.equal(issuesOf(on).length, 1);
  assert.deepEqual(
    mended.commands.filter(({ name }) => name === "warning"),
    [],
  );
});

test("a dry run says that it is one, and tells nobody", async () => {
  const on = await watched();
  await on.day(0);
  on.add(...runsOf(0, 6, 12));
  const { log, summary } = await on.day(6, { event: "schedule", inputs: { "dry-run": "true" } });
  assert.match(log, /^dry run: nobody is told of anything$/m);
  assert.match(summary, /changed for the worse/);
  assert.equal(issuesOf(on).length, 0);
});
