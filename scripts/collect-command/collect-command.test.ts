import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { withFileLock } from "../../packages/oddrun/dist/adapters/files/file-lock.js";
import { openStore } from "../../packages/oddrun/dist/adapters/store/index.js";
import {
  type CorpusPlan,
  defineCorpus,
  type GitHubStandIn,
  type RunPlan,
  type StandInOptions,
  startGitHubStandIn,
} from "../github-stand-in/index.ts";

const bin = new URL("../../packages/oddrun/bin/oddrun.js", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "oddrun-collect-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let places = 0;
const newPlace = (): string => join(folder, String(places++));

const NOW_MS = Math.floor(Date.now() / 1000) * 1000;
const HOUR_MS = 3_600_000;

/** Runs at regular intervals back from an hour ago, newest last. */
function runsEvery(minutes: number, count: number, change: (at: number) => Partial<RunPlan> = () => ({})): RunPlan[] {
  return Array.from({ length: count }, (_, at) => ({
    createdAt: NOW_MS - HOUR_MS - (count - 1 - at) * minutes * 60_000,
    ...change(at),
  }));
}

const FINISH = { atMs: NOW_MS - 1000, conclusion: "success", jobs: [] };

const ORG: CorpusPlan = {
  repositories: [
    {
      fullName: "octo/web",
      runs: runsEvery(700, 70, (at) => {
        if (at % 30 === 7) return { attempts: [{ conclusion: "failure" }, {}, {}] };
        return at % 40 === 3 ? { conclusion: "skipped" } : {};
      }),
    },
    { fullName: "octo/api", runs: runsEvery(900, 30) },
    { fullName: "octo/old", runs: runsEvery(1440, 20), isArchived: true },
    { fullName: "octo/empty" },
  ],
};

async function standIn(
  use: (github: GitHubStandIn) => Promise<void>,
  plan: CorpusPlan = ORG,
  options: Partial<StandInOptions> = {},
): Promise<void> {
  const github = await startGitHubStandIn({
    corpus: defineCorpus(plan),
    nowMs: NOW_MS,
    waitScale: 0.001,
    ...options,
  });
  try {
    await use(github);
  } finally {
    await github.close();
  }
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly said: string;
}

/** Runs the program as a user would. `onStart` may end it early. */
async function oddrun(
  github: GitHubStandIn,
  args: readonly string[],
  {
    cwd = folder,
    env = {},
    onStart = () => {},
  }: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
  } = {},
): Promise<Ended> {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { PATH, GITHUB_API_URL: github.url, GITHUB_TOKEN: github.token, ODDRUN_WAIT_SCALE: "0.001", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  onStart((signal) => child.kill(signal));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, said };
}

const collect = (
  github: GitHubStandIn,
  dataDir: string,
  targets: readonly string[],
  more: Parameters<typeof oddrun>[2] = {},
) => oddrun(github, ["collect", ...targets, "--data-dir", dataDir], more);

/** "repository id runId/attempt conclusion jobs" of every finished attempt that is stored. */
async function stored(dataDir: string): Promise<string[]> {
  const store = await openStore(join(dataDir, "oddrun.db"), { readOnly: true });
  const lines: string[] = [];
  for await (const { repositoryId, runId, runAttempt, conclusion, jobCount } of store.finishedRuns()) {
    lines.push(`${repositoryId} ${runId}/${runAttempt} ${conclusion} ${jobCount ?? 0}`);
  }
  await store.close();
  return lines.sort();
}

function truth(github: GitHubStandIn): string[] {
  return github
    .truth()
    .repositories.flatMap((repository) =>
      repository
        .runs()
        .flatMap((run) =>
          run.attempts
            .filter(({ status }) => status === "completed")
            .map((attempt) => `${repository.id} ${attempt.key} ${attempt.conclusion} ${attempt.jobCount}`),
        ),
    )
    .sort();
}

const countOf = (github: GitHubStandIn, route: string): number =>
  github.requests.filter((request) => request.route === route).length;

test("an organisation is collected as it is, in few requests more than needed, and a second pass asks one list a repository", async () => {
  await standIn(async (github) => {
    const dataDir = newPlace();
    const first = await collect(github, dataDir, ["octo"]);
    assert.equal(first.code, 0, first.said);
    assert.deepEqual(await stored(dataDir), truth(github));
    assert.match(first.out, /^4 repositories, runs created since /);
    assert.match(first.out, /attempts {2}126 added, 0 changed, 0 unchanged\n/);
    assert.match(first.out, /Next: oddrun detect --data-dir \S+ && oddrun report --data-dir /);
    const needed = github.truth().minimumRequests({ owner: "octo" }).total;
    assert.ok(github.requests.length <= needed + 3 * 4, `${github.requests.length} of ${needed}`);

    github.clearRequests();
    const second = await collect(github, dataDir, ["octo", "--json"]);
    assert.equal(second.code, 0, second.said);
    assert.equal(github.requests.length, 5);
    const summary = JSON.parse(second.out) as {
      readonly attempts: unknown;
      readonly requests: { not_modified: number };
    };
    assert.deepEqual(summary.attempts, { added: 0, changed: 0, unchanged: 0 });
    assert.equal(summary.requests.not_modified, 4);
  });
});

test("--max-requests is never exceeded; the same command goes on, nothing is asked twice, and the end is the same", async () => {
  await standIn(async (github) => {
    const dataDir = newPlace();
    let last: Ended | null = null;
    let passes = 0;
    for (; last === null || /Stopped: the requests of --max-requests/.test(last.out); passes++) {
      assert.ok(passes < 10);
      const sentBefore = github.requests.length;
      last = await collect(github, dataDir, ["octo", "--max-requests", "45"]);
      assert.equal(last.code, 0, last.said);
      assert.ok(github.requests.length - sentBefore <= 45);
      if (passes === 0)
        assert.match(last.out, /Run the same command again to go on: about \d+ requests are still needed/);
    }
    assert.ok(passes >= 3);
    assert.deepEqual(await stored(dataDir), truth(github));
    const jobs = github.requests.filter(({ route }) => route === "attempt-jobs").map(({ path }) => path);
    assert.equal(new Set(jobs).size, jobs.length);
  });
});

test("Ctrl-C ends a pass in good order with 130, and a kill costs at most a group of answers", async () => {
  await standIn(async (github) => {
    const dataDir = newPlace();
    const stopAfter = (count: number, signal: NodeJS.Signals) => (kill: (signal: NodeJS.Signals) => void) => {
      const unscript = github.script(() => {
        if (github.requests.length < count) return undefined;
        unscript();
        kill(signal);
        return undefined;
      });
    };
    const stopped = await collect(github, dataDir, ["octo"], { onStart: stopAfter(40, "SIGINT") });
    assert.equal(stopped.code, 130, stopped.said);
    assert.match(stopped.out, /Stopped as asked; what is counted here is kept/);
    const killed = await collect(github, dataDir, ["octo"], { onStart: stopAfter(90, "SIGKILL") });
    assert.equal(killed.code, null);
    assert.equal((await collect(github, dataDir, ["octo"])).code, 0);
    assert.deepEqual(await stored(dataDir), truth(github));
    const jobs = github.requests.filter(({ route }) => route === "attempt-jobs").map(({ path }) => path);
    assert.ok(jobs.length - new Set(jobs).size <= 25 + 4, `${jobs.length - new Set(jobs).size} asked again`);
  });
});

test("what happens on GitHub meanwhile is followed: ends, re-runs, deletions, a new name", async () => {
  const plan: CorpusPlan = {
    repositories: [
      {
        fullName: "octo/web",
        runs: runsEvery(240, 40, (at) =>
          at % 10 === 9 ? { attempts: [{ status: "queued", conclusion: null, jobs: [], finish: FINISH }] } : {},
        ),
      },
    ],
  };
  await standIn(async (github) => {
    const dataDir = newPlace();
    await collect(github, dataDir, ["octo/web"]);
    const open = github
      .truth()
      .repository("octo/web")
      .runs()
      .filter(({ attempts }) => attempts[0]?.status !== "completed");
    assert.equal(open.length, 4);
    assert.equal((await stored(dataDir)).length, 36);

    const [newest, second, third, oldest] = open.map(({ runId }) => runId) as [number, number, number, number];
    const finished = github
      .truth()
      .repository("octo/web")
      .runs()
      .find(({ attempts }) => attempts[0]?.status === "completed");
    github.mutate.finish(newest, "failure");
    github.mutate.finish(third, "success");
    github.mutate.finish(oldest, "success");
    github.mutate.deleteRun(second);
    github.mutate.rerun(finished!.runId, { kind: "all", conclusion: "failure" });
    github.mutate.rename("octo/web", "octo/site");
    github.clearRequests();
    const again = await collect(github, dataDir, ["octo/web"]);
    assert.equal(again.code, 0, again.said);
    assert.match(again.out, /1 deleted on GitHub; what was stored of them stays/);
    assert.deepEqual(await stored(dataDir), truth(github));
    assert.equal(countOf(github, "attempt-jobs"), 4);

    github.clearRequests();
    await collect(github, dataDir, ["octo/site"]);
    assert.equal(countOf(github, "run"), 0, "a run that is gone is not asked for again");
  }, plan);
});

test("one repository's failure does not stop the others: it is named with what to grant, and the exit code is 4", async () => {
  await standIn(async (github) => {
    const dataDir = newPlace();
    const api = github.truth().repository("octo/api").id;
    github.script(({ repositoryId, route }) =>
      repositoryId === api && route === "runs"
        ? {
            status: 403,
            headers: { "x-accepted-github-permissions": "actions=read" },
            body: { message: "Resource not accessible by personal access token" },
          }
        : undefined,
    );
    const ended = await collect(github, dataDir, ["octo", "octo/none"]);
    assert.equal(ended.code, 4);
    assert.match(ended.out, /^3 repositories/);
    assert.match(ended.out, /Not collected, 2 of 5:/);
    assert.match(ended.out, /octo\/api: The token may not read .*actions=read/);
    assert.match(ended.out, /octo\/none: GitHub does not show octo\/none \(404\)/);
    assert.deepEqual(
      await stored(dataDir),
      truth(github).filter((line) => !line.startsWith(`${api} `)),
    );
  });
});

test("a repository that turns 404 while its jobs are asked for keeps its questions for later", async () => {
  await standIn(async (github) => {
    const dataDir = newPlace();
    const unscript = github.script(({ path }) =>
      path.includes("/octo/api") && github.requests.length > 70
        ? { status: 404, body: { message: "Not Found" } }
        : undefined,
    );
    const ended = await collect(github, dataDir, ["octo/api", "octo/web"]);
    assert.equal(ended.code, 4, ended.out);
    unscript();
    assert.equal((await collect(github, dataDir, ["octo/api", "octo/web"])).code, 0);
    const wanted = truth(github).filter((line) => /^50000[12] /.test(line));
    assert.deepEqual(await stored(dataDir), wanted);
  });
});

test("a token that is refused ends it at once, with 4 and nothing kept", async () => {
  await standIn(async (github) => {
    const started = performance.now();
    const ended = await collect(github, newPlace(), ["octo", "octo/web"], { env: { GITHUB_TOKEN: "f".repeat(40) } });
    assert.equal(ended.code, 4);
    assert.match(ended.said, /does not take the token \(401\)/);
    assert.equal(ended.out, "");
    assert.ok(github.requests.length <= 2 && performance.now() - started < 20_000);
  });
});

test("a second collector on the same folder says so before it asks anything", async () => {
  await standIn(async (github) => {
    const dataDir = newPlace();
    mkdirSync(dataDir);
    const held = await withFileLock(join(dataDir, "collect.lock"), { waitMs: 0 }, () =>
      collect(github, dataDir, ["octo"]),
    );
    assert.equal(held?.result.code, 4);
    assert.match(held.result.said, /Another "oddrun collect" is writing to .*; nothing was asked of GitHub/);
    assert.equal(github.requests.length, 0);
  });
});

test("a second with more runs than a list can show is a named warning, never silence", async () => {
  const burst = { createdAt: NOW_MS - 100 * HOUR_MS, conclusion: "skipped" };
  const runs = [...runsEvery(600, 30), ...Array.from({ length: 1040 }, () => burst)];
  await standIn(
    async (github) => {
      const dataDir = newPlace();
      const ended = await collect(github, dataDir, ["octo/burst"]);
      assert.equal(ended.code, 0, ended.said);
      const second = new Date(burst.createdAt).toISOString();
      assert.ok(
        ended.out.includes(`octo/burst: more than 1,000 runs in one second at ${second}: 40 not listed`),
        ended.out,
      );
      assert.equal((await stored(dataDir)).length, 1030);
      assert.ok(countOf(github, "runs") < 80);
    },
    { repositories: [{ fullName: "octo/burst", runs }] },
  );
});

test("train --from collects, writes pipeline_metrics.csv and trains on it; a file that is there is kept unless it is the sample of train itself", async () => {
  await standIn(async (github) => {
    const cwd = mkdtempSync(join(folder, "train-"));
    const file = join(cwd, "pipeline_metrics.csv");
    assert.match((await oddrun(github, ["train"], { cwd })).out, /a sample of 1000 records has been written/);
    const sample = readFileSync(file, "utf8");
    writeFileSync(file, sample.replace("build_001", "build_0o1"));
    const kept = await oddrun(github, ["train", "--from", "octo/web"], { cwd });
    assert.equal(kept.code, 5, "the sample was edited");
    assert.match(kept.said, /was not touched\. Replace it with --force\.\n/);
    writeFileSync(file, sample);

    const trained = await oddrun(github, ["train", "--from", "octo/web"], { cwd });
    assert.equal(trained.code, 0, trained.said);
    assert.match(
      trained.out,
      /Note: Collected 76 new or changed run attempts of octo\/web with \d+ requests; 74 records written to pipeline_metrics\.csv/,
    );
    assert.match(trained.out, /Trained on 74 records of pipeline_metrics\.csv \(the runs of octo\/web\)/);
    const csv = readFileSync(file, "utf8");
    assert.match(csv, /^build_id,duration,failure_rate\nocto\/web\/\d+\/1,300,0\n/);
    assert.ok(existsSync(join(cwd, "model/model.json")));

    github.clearRequests();
    const refused = await oddrun(github, ["train", "--from", "octo/web"], { cwd });
    assert.equal(refused.code, 5);
    assert.match(refused.said, /pipeline_metrics\.csv is already there.*--force/);
    assert.equal(github.requests.length, 0);

    const bounded = await oddrun(
      github,
      ["train", "--from", "octo/api", "--max-requests", "20", "--data-dir", "bounded", "--force"],
      { cwd },
    );
    assert.equal(bounded.code, 0, bounded.said);
    assert.match(bounded.out, /requests of --max-requests are used up: this is what could be had so far/);
    assert.equal((await oddrun(github, ["train", "--from", "octo"], { cwd })).code, 2);
    assert.equal((await oddrun(github, ["train", "--since", "7d"], { cwd })).code, 2);
  });
});
