import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import type { CollectSummary } from "../../operations/collect/collect-runs.ts";
import { collectCommand } from "./collect.ts";
import { collectJson } from "./collect-json.ts";
import { collectText, progressText } from "./collect-text.ts";
import { newPlace, runCommand } from "./store-command.contract.ts";
import { trainCommand } from "./train.ts";

type Options = readonly (readonly [string, string?])[];

async function refused(args: readonly string[], options: Options, words: RegExp, command = collectCommand) {
  const dataDir = newPlace();
  const { exitCode, message } = await runCommand(command, dataDir, args, options);
  assert.equal(exitCode, 2, message);
  assert.match(message, words);
  assert.ok(!message.includes("\n"));
  assert.ok(!existsSync(dataDir), "nothing is made before the command line is understood");
}

test("a target that is no repository and no owner is refused with the form that is expected", async () => {
  await refused([], [], /collect needs a repository, "owner\/name", or an organisation/);
  const cases: readonly (readonly [string, RegExp])[] = [
    ["https://github.com/octo-org/web.git", /Write octo-org\/web\./],
    ["git@github.com:octo-org/web.git", /Write octo-org\/web\./],
    ["a/b/c", /"owner\/name"/],
    ["../x", /"owner\/name"/],
    ["octo/..", /"owner\/name"/],
    ["octo-org/*", /write its name alone/],
    ["ö/web", /"owner\/name"/],
    ["x".repeat(300), /"owner\/name"/],
    ["octo-org/\u001b[31mweb", /⟨U\+001B⟩/],
    ["", /"owner\/name"/],
  ];
  for (const [target, words] of cases) await refused(["octo-org/fine", target], [], words);
});

test("options that cannot be meant are refused before anything is opened or asked", async () => {
  const cases: readonly (readonly [Options, RegExp])[] = [
    [[["since", "2026-02-30"]], /--since takes .*there is no such day/],
    [[["since", "1767225600"]], /a count of seconds or milliseconds is not read/],
    [[["since", "2026-07-01"]], /--since lies in the future/],
    [[["since", "800d"]], /at most 400 days back/],
    [[["max-requests", "0"]], /--max-requests takes a whole number from 1/],
    [[["max-wait", "soon"]], /--max-wait takes a span up to 24h/],
    [[["max-wait", "25h"]], /--max-wait takes a span up to 24h/],
    [[["concurrency", "9"]], /--concurrency takes a whole number from 1 to 8/],
    [[["branches", " "]], /--branches and --exclude-branches take a pattern/],
    [[["api-url", "http://ghes.example/api/v3"]], /does not begin with https/],
    [[["api-url", "http://169.254.169.254/"]], /--api-url is not used/],
  ];
  for (const [options, words] of cases) await refused(["octo-org"], options, words);
});

test("without a token nothing is made and nothing is asked", async () => {
  const { PATH } = process.env;
  process.env["PATH"] = "";
  try {
    await refused(["octo-org"], [], /There is no token for github\.com\. Set GITHUB_TOKEN/);
  } finally {
    process.env["PATH"] = PATH;
  }
});

test("--from names one repository, and nothing else may say where the records are from", async () => {
  const train = (options: Options, words: RegExp) => refused([], options, words, trainCommand);
  await train([["from", "octo-org"]], /--from takes one repository/);
  await train([["from", "octo-org/web/x"]], /"owner\/name"/);
  await train(
    [
      ["from", "a/b"],
      ["input", "x.csv"],
    ],
    /--from and --input do not go together/,
  );
  await train([["from", "a/b"], ["history"]], /--from and --history do not go together/);
  await train([["max-requests", "5"]], /--max-requests goes with --from/);
});

const SUMMARY: CollectSummary = {
  sinceMs: Date.UTC(2026, 2, 1),
  startedAtMs: Date.UTC(2026, 5, 1),
  tookMs: 754_000,
  attempts: { added: 34_210, changed: 5, unchanged: 1 },
  jobs: { added: 90_000, changed: 0, unchanged: 0 },
  steps: 450_000,
  listedRuns: 34_000,
  leftOutRuns: 0,
  requests: {
    repositories: 1,
    list: 400,
    polls: 3,
    attempts: 0,
    jobs: 596,
    sent: 1030,
    notModified: 7,
    sentAgain: 21,
    further: 9,
  },
  notes: { "end-from-run": 1 },
  unreadable: { "run without an id": 2 },
  deletedUpstream: 3,
  givenUpRuns: 1,
  failedTasks: 0,
  givenUpTasks: 2,
  warnings: [],
  repositories: {
    collected: 2,
    failed: [{ repository: "octo-org/\u001b[31mapi", code: "github-forbidden", message: "It needs actions=read." }],
  },
  missing: [
    {
      repository: "octo-org/web",
      unlisted: [{ fromMs: Date.UTC(2026, 2, 1), toMs: Date.UTC(2026, 3, 1) - 1 }],
      attemptsToAsk: 1,
      jobsToAsk: 8112,
      requestsNeeded: 9400,
    },
  ],
  stopped: { reason: "requests-used-up" },
};

const printed = (name: string): string => `oddrun ${name} --data-dir here`;

test("the summary says what was added, what is missing, and what to do about it", () => {
  assert.equal(
    collectText(SUMMARY, printed),
    `2 repositories, runs created since 2026-03-01:
  attempts  34,210 added, 5 changed, 1 unchanged
  jobs      90,000 added, 0 changed, 0 unchanged
  steps     450,000 read
  requests  1,030 sent: 400 for lists of runs, 596 for jobs, 3 for open runs, 1 for repositories, 9 for further pages and look-ups, or broken off, 21 sent again after a fault or a refusal, 7 of them not modified, which cost nothing
  time      13 min
  1 attempt with an end that only the run itself tells, which may be late
  3 deleted on GitHub; what was stored of them stays
  1 run still open 67 days after creation, not asked for any more
  2 answers not to be had in 30 tries, not asked for any more
  2 left out, not readable: run without an id
Not collected, 1 of 3:
  octo-org/⟨U+001B⟩[31mapi: It needs actions=read.
Still missing:
  octo-org/web: runs created from 2026-03-01 00:00 to 2026-03-31 23:59 UTC, 1 earlier attempt, the jobs of 8,112 attempts
Stopped: the requests of --max-requests are used up.
Run the same command again to go on: about 9,400 requests are still needed.
Next: oddrun detect --data-dir here && oddrun report --data-dir here
`,
  );
  const nothing = { added: 0, changed: 0, unchanged: 5 };
  const done: CollectSummary = { ...SUMMARY, attempts: nothing, missing: [], stopped: null };
  assert.doesNotMatch(collectText(done, printed), /Next:|Run the same|broken off/);
});

test("programs get all of the summary, spelt as the report is", () => {
  const keys = (value: unknown): readonly string[] =>
    typeof value !== "object" || value === null
      ? []
      : Object.entries(value).flatMap(([key, inner]) => [
          ...(Array.isArray(value) ? [] : [key]),
          ...(key === "notes" || key === "unreadable" ? [] : keys(inner)),
        ]);
  const json = JSON.parse(collectJson(SUMMARY)) as Readonly<Record<string, unknown>>;
  for (const key of keys(json)) assert.match(key, /^[a-z]+(_[a-z]+)*$/);
  // every fact of the summary is there under its name, or with its unit left out
  const told = keys(SUMMARY).map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  const there = new Set(keys(json));
  for (const key of told) assert.ok(there.has(key) || there.has(key.replace(/_ms$/, "")), key);
  assert.equal(json["since"], "2026-03-01T00:00:00.000Z");
  const stopped = { reason: "problem", code: "github-unreachable", message: "No answer.", exitCode: 4 } as const;
  assert.deepEqual((JSON.parse(collectJson({ ...SUMMARY, stopped })) as { readonly stopped: unknown }).stopped, {
    reason: "problem",
    code: "github-unreachable",
    message: "No answer.",
    exit_code: 4,
  });
});

test("the line of progress says how far it is and what GitHub still grants", () => {
  const budget = {
    sent: 1204,
    unchanged: 0,
    sentAgain: 0,
    remaining: 3796,
    limit: 5000,
    renewedAtMs: Date.UTC(2026, 5, 1, 14, 5),
    clockAheadMs: 0,
  };
  const progress = { repositoryCount: 60, listedRepositoryCount: 3, attemptCount: 34_210, tasksLeft: 8112 };
  assert.equal(
    progressText(progress, budget, 734_000),
    "3 of 60 repositories, 34,210 attempts, jobs of 8,112 attempts to go (about 12 min), 1,204 requests, 3,796 left until 14:05 UTC",
  );
  const unlimited = { ...budget, remaining: null, renewedAtMs: null };
  assert.equal(
    progressText({ ...progress, tasksLeft: 0 }, unlimited, null),
    "3 of 60 repositories, 34,210 attempts, 1,204 requests",
  );
});
