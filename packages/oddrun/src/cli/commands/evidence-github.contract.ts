import type { TestContext } from "node:test";
import type { HistoryBatch, Verdict } from "@oddrun/core";
import {
  scriptedGithub,
  type Scripted,
  type ScriptedAnswer,
  TOKEN,
} from "../../adapters/github/scripted-github.contract.ts";
import { openStore } from "../../adapters/store/index.ts";
import { aBatch, aJob, aRun, START } from "../../adapters/store/run-fixtures.contract.ts";
import { evidenceCommand } from "./evidence.ts";
import { newPlace, type Outcome, runCommand, type World } from "./store-command.contract.ts";

export const BASE = "a".repeat(40);
export const HEAD = "b".repeat(40);
const MINUTE = 60_000;

const ODD: Verdict = {
  kind: "anomalous",
  score: 0.71,
  threshold: 0.6,
  contributions: [],
  comparisons: [],
  reason: "duration 15 min, usual 4 to 6 min",
};
const USUAL: Verdict = { kind: "usual", score: 0.4, threshold: 0.6, comparisons: [] };

/** A data folder with a usual run, 1001, and an odd one after it, 1002, each with one job. */
export async function oddRunPlace(change: Partial<HistoryBatch> = {}): Promise<string> {
  const place = newPlace();
  const store = await openStore(`${place}/oddrun.db`);
  const lasting = (ms: number) => ({ duration: { ms, unknown: null } });
  await store.save(
    aBatch({
      runs: [
        aRun({ runId: 1001, headSha: BASE, completedAtMs: START + 5 * MINUTE }),
        aRun({ runId: 1002, headSha: HEAD, completedAtMs: START + 60 * MINUTE }),
      ],
      jobs: [
        aJob({ runId: 1001, jobId: 5001, name: "build", ...lasting(5 * MINUTE) }),
        aJob({ runId: 1002, jobId: 5002, name: "build", ...lasting(15 * MINUTE) }),
      ],
      ...change,
    }),
  );
  const judged = { runAttempt: 1, modelVersion: "history-1", judgedAtMs: START };
  const repositoryId = change.runs?.[0]?.repositoryId ?? 7;
  await store.saveVerdicts([
    { ...judged, repositoryId, runId: 1001, verdict: USUAL },
    { ...judged, repositoryId, runId: 1002, verdict: ODD },
  ]);
  await store.close();
  return place;
}

export const workflow = (cache: string): string => `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/cache@${cache}
      - uses: ./.github/actions/set-up
`;

export function log(version: string, ...steps: readonly string[]): string {
  const lines = [
    "Current runner version: '2.336.0'",
    "##[group]Runner Image",
    "Image: ubuntu-24.04",
    `Version: ${version}`,
    "##[endgroup]",
    `Download action repository 'actions/checkout@v4' (SHA:${version.includes("1115") ? "2".repeat(40) : "1".repeat(40)})`,
    "Complete job name: build",
    ...steps,
  ];
  return `\ufeff${lines.map((line) => `2026-11-15T08:00:00.0000000Z ${line}`).join("\n")}\n`;
}

/** What the server says to a path; the rest is not found. */
export type Answers = Readonly<Record<string, ScriptedAnswer>>;

export const fileAnswer = (text: string): ScriptedAnswer => ({
  body: { type: "file", encoding: "base64", content: Buffer.from(text).toString("base64") },
});

const REPO = "/repos/octo/Widgets";
export const COMPARE = `${REPO}/compare/${BASE}...${HEAD}`;
export const FILE = `${REPO}/contents/.github/workflows/ci.yml`;

/** Three commits, the workflow among their files, a newer cache action, image and checkout, and a cache that was missed. */
export const USUAL_ANSWERS: Answers = {
  [COMPARE]: {
    body: {
      status: "ahead",
      total_commits: 3,
      commits: [],
      files: [
        { filename: ".github/workflows/ci.yml", status: "modified" },
        { filename: ".github/actions/set-up/action.yml", status: "modified" },
        { filename: "src/a.ts", status: "modified" },
      ],
    },
  },
  [`${FILE}?${HEAD}`]: fileAnswer(workflow("v4")),
  [`${FILE}?${BASE}`]: fileAnswer(workflow("v3")),
  [`${REPO}/actions/jobs/5002/logs`]: { status: 302, headers: { location: "/logs/now" } },
  [`${REPO}/actions/jobs/5001/logs`]: { status: 302, headers: { location: "/logs/before" } },
  "/logs/now": { body: log("20261115.2.0", "Cache not found for input keys: npm-1, npm-") },
  "/logs/before": { body: log("20261101.1.0", "Cache hit for: npm-1", "Cache restored from key: npm-1") },
};

export function answering(t: TestContext, answers: Answers): Promise<Scripted> {
  return scriptedGithub(t, ({ path, query }) => {
    const ref = query.get("ref");
    const answer = answers[ref === null ? path : `${path}?${ref}`];
    return answer ?? { status: 404, body: { message: "Not Found" } };
  });
}

/** Runs `oddrun evidence` against the server. */
export function runEvidence(
  server: Pick<Scripted, "url">,
  place: string,
  args: readonly string[] = [],
  options: readonly (readonly [string, string?])[] = [],
  world: World = {},
  byEnvironment: Readonly<Record<string, string>> | null = null,
): Promise<Outcome> {
  const env = { GITHUB_TOKEN: TOKEN, ODDRUN_WAIT_SCALE: "0.001", ...byEnvironment };
  const command = {
    ...evidenceCommand,
    run: (...[input, context]: Parameters<typeof evidenceCommand.run>) =>
      evidenceCommand.run(input, { ...context, env }),
  };
  return runCommand(
    command,
    place,
    args,
    [...(byEnvironment === null ? [["api-url", server.url] as const] : []), ...options],
    world,
  );
}
