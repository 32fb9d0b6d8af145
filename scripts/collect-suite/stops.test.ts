import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { seededRandom } from "@oddrun/core";
import type { GitHubStandIn, LoggedRequest } from "../github-stand-in/index.ts";
import { evenRuns, oneRepository, SKIPPED, someRepositories } from "./corpora.ts";
import { historyCsv } from "./imported.ts";
import { collect, type RunningOddrun, startCollect, startOddrun } from "./oddrun-process.ts";
import { inPairs, newDataDir, roundsOf, startStandIn } from "./stage.ts";
import { compareWithTruth, countOf, isStoreThere, query } from "./stored-history.ts";

/** A window holds at most ten pages; answers about jobs are saved 25 at a time, and four may be under way. */
const WINDOW_PAGES = 10;
const UNSAVED_ANSWERS = 25 + 4;

/** Sends the signal so long after the client's request of that number has come. */
function signalAt(
  standIn: GitHubStandIn,
  running: RunningOddrun,
  request: number,
  delayMs: number,
  signal: NodeJS.Signals,
): () => void {
  let count = 0;
  return standIn.script(() => {
    if (++count === request) setTimeout(() => running.child.kill(signal), delayMs);
    return undefined;
  });
}

/** A month of runs; some have jobs, some were repeated. */
const history = (runCount: number) =>
  oneRepository(
    evenRuns(runCount, 30, (at) => {
      if (at % 18 !== 0) return SKIPPED;
      return at % 90 === 0 ? { attempts: [{ conclusion: "failure" }, {}] } : {};
    }),
  );

const KILLED_RUNS = 1200;
const ADOPTED_RUNS = 300;

function pagesRead({ requests }: GitHubStandIn): number {
  return requests.filter(({ route, status }) => route === "runs" && status === 200).length;
}

/** How many full answers came for an address that had been answered in full before. */
function answeredTwice(requests: readonly LoggedRequest[], route: string): number {
  const seen = new Map<string, number>();
  for (const request of requests) {
    if (request.route !== route || request.status !== 200) continue;
    const address = `${request.path} ${JSON.stringify(request.query)}`;
    seen.set(address, (seen.get(address) ?? 0) + 1);
  }
  return [...seen.values()].reduce((sum, count) => sum + count - 1, 0);
}

function integrity(dataDir: string): string {
  return String(query(dataDir, "pragma integrity_check")[0]?.["integrity_check"]);
}

test("a collection killed anywhere goes on where it was, asks little again, and ends as if it had never stopped", async (t) => {
  const rounds = roundsOf("ODDRUN_KILL_ROUNDS", 20);
  const random = seededRandom(Number(process.env["ODDRUN_SEED"] ?? 7));
  const unstopped = await startStandIn({ corpus: history(KILLED_RUNS) });
  const unstoppedDir = newDataDir();
  assert.equal((await collect(unstopped, unstoppedDir)).exitCode, 0);
  const pagesNeeded = pagesRead(unstopped);
  const requestsNeeded = unstopped.requests.length;
  let kills = 0;
  let histories = 0;
  let most = { pages: 0, answers: 0 };
  await inPairs([0, 1], async () => {
    while (kills < rounds) {
      const standIn = await startStandIn({ corpus: history(KILLED_RUNS) });
      const dataDir = newDataDir();
      let killsHere = 0;
      for (let isComplete = false; !isComplete; ) {
        const running = startCollect(standIn, dataDir, { args: ["octo-org/app"] });
        // every other kill is soon, when pages of runs are read and saved
        const request = 1 + random.integer(kills % 2 === 0 ? pagesNeeded : requestsNeeded);
        const lift = kills < rounds ? signalAt(standIn, running, request, random.integer(12), "SIGKILL") : () => {};
        const { exitCode, signal, err } = await running.ended;
        lift();
        if (signal !== "SIGKILL") assert.equal(exitCode, 0, err);
        else {
          kills++;
          killsHere++;
        }
        isComplete = exitCode === 0;
        if (isStoreThere(dataDir)) assert.equal(integrity(dataDir), "ok");
      }
      histories++;
      assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
      const perKill = Math.max(1, killsHere);
      const pages = pagesRead(standIn) - pagesNeeded;
      const answers = answeredTwice(standIn.requests, "attempt-jobs") + answeredTwice(standIn.requests, "attempt");
      assert.ok(pages <= WINDOW_PAGES * perKill, `${pages} pages read again after ${killsHere} kills`);
      assert.ok(answers <= UNSAVED_ANSWERS * perKill, `${answers} answers asked for again after ${killsHere} kills`);
      most = { pages: Math.max(most.pages, pages / perKill), answers: Math.max(most.answers, answers / perKill) };
      await standIn.close();
    }
  });
  t.diagnostic(
    `${kills} kills, ${histories} histories, each equal to the truth; asked for again for each kill, at most: ${most.pages.toFixed(1)} pages of runs, ${most.answers.toFixed(1)} answers about jobs`,
  );
});

test("a kill while imported history is taken in leaves one history", async (t) => {
  const rounds = Math.ceil(roundsOf("ODDRUN_KILL_ROUNDS", 20) / 5);
  const random = seededRandom(11);
  let kills = 0;
  const prepared = newDataDir();
  const csv = `${prepared}.csv`;
  writeFileSync(csv, historyCsv((await startStandIn({ corpus: history(ADOPTED_RUNS) })).truth()));
  const imported = await startOddrun(["import", csv, "--data-dir", prepared]).ended;
  assert.equal(imported.exitCode, 0, imported.err);
  const seeds = Array.from({ length: rounds }, (_, round) => round);
  await inPairs(seeds, async (round) => {
    const standIn = await startStandIn({ corpus: history(ADOPTED_RUNS) });
    const dataDir = newDataDir();
    cpSync(prepared, dataDir, { recursive: true });
    const running = startCollect(standIn, dataDir, { args: ["octo-org/app"] });
    // the first answer tells the repository's id, and with it the imported history is taken in
    const lift = signalAt(standIn, running, 1 + (round % 2), random.integer(60), "SIGKILL");
    const { signal } = await running.ended;
    lift();
    if (signal === "SIGKILL") kills++;
    assert.equal(integrity(dataDir), "ok");
    const { exitCode, err } = await collect(standIn, dataDir, { args: ["octo-org/app"] });
    assert.equal(exitCode, 0, err);
    assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
    assert.equal(countOf(dataDir, "select count(*) from repositories where repository_id < 0"), 0);
    await standIn.close();
  });
  t.diagnostic(`${kills} kills in ${rounds} rounds`);
});

test("Ctrl-C ends a collection in good order with exit code 130, and the same command goes on", async () => {
  const standIn = await startStandIn({ corpus: someRepositories(2, 60) });
  const dataDir = newDataDir();
  for (const request of [3, 40]) {
    const running = startCollect(standIn, dataDir);
    const lift = signalAt(standIn, running, request, 0, "SIGINT");
    const { exitCode, out, err } = await running.ended;
    lift();
    assert.equal(exitCode, 130, err);
    assert.match(out, /Stopped as asked; what is counted here is kept\./);
    assert.doesNotMatch(err, /\n {4}at /);
  }
  const had = countOf(dataDir, "select count(*) from jobs");
  assert.ok(had > 0);
  const { exitCode } = await collect(standIn, dataDir);
  assert.equal(exitCode, 0);
  assert.deepEqual(compareWithTruth(dataDir, standIn.truth()).differences, []);
  // only what was under way at the stop is asked for again
  assert.ok(answeredTwice(standIn.requests, "attempt-jobs") <= 2 * 4);
});

test("one collector works at a time; importers beside it see no lock, and a killed one leaves none behind", async () => {
  const standIn = await startStandIn({ corpus: someRepositories(2, 40) });
  const hurry = standIn.script((_, usual) => ({
    status: usual.status,
    headers: usual.headers ?? {},
    body: usual.body,
    delayMs: 400,
  }));
  const dataDir = newDataDir();
  const first = startCollect(standIn, dataDir);
  await seen(standIn, 10);
  const other = await startStandIn({ corpus: oneRepository(evenRuns(50, 20)) });
  const csv = `${dataDir}.csv`;
  const csvOfOther = historyCsv(other.truth()).replaceAll("octo-org/app,CI,7", "octo-org/imported,CI,6");
  writeFileSync(csv, csvOfOther);
  const [second, imported] = await Promise.all([
    collect(standIn, dataDir),
    startOddrun(["import", csv, "--data-dir", dataDir]).ended,
  ]);
  assert.equal(second.exitCode, 4, second.err);
  assert.match(second.err, /nothing was asked of GitHub/);
  assert.equal(imported.exitCode, 0, imported.err);
  first.child.kill("SIGKILL");
  await first.ended;
  hurry();
  const third = await collect(standIn, dataDir);
  assert.equal(third.exitCode, 0, third.err);
  const ofImport = countOf(dataDir, "select count(*) from run_attempts where repository_id < 0");
  assert.equal(ofImport, 50);
  const { differences } = compareWithTruth(dataDir, standIn.truth());
  assert.deepEqual(differences, []);
});

async function seen(standIn: GitHubStandIn, count: number): Promise<void> {
  while (standIn.requests.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("a store that cannot be used is told before anything is asked of GitHub", async () => {
  const standIn = await startStandIn({ corpus: someRepositories(1, 3) });
  const foreign = newDataDir();
  mkdirSync(foreign, { recursive: true });
  writeFileSync(
    join(foreign, "oddrun.db"),
    "this is no database, but a text that is long enough to be looked at ".repeat(20),
  );
  const file = `${newDataDir()}-file`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "");
  for (const dataDir of [foreign, file]) {
    const { exitCode, err } = await collect(standIn, dataDir);
    assert.equal(exitCode, 5, err);
    assert.match(err, /^oddrun: [^\n]+\n$/);
  }
  assert.equal(standIn.requests.length, 0);
});
