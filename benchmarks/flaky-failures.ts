import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { FLAKY_WAIT_MS, failureVerdicts, rateDetector } from "@oddrun/core";
import { sharedPath } from "./shared-data.ts";

/**
 * `node benchmarks/flaky-failures.ts`: what the rule "failed, then passed on the same commit: flaky, not broken" finds in real re-runs.
 * Keeps the figures in benchmarks/results/flaky-failures.*; needs gha-reruns and gha-pulumi.
 */
const RESULTS = join(import.meta.dirname, "results", "flaky-failures");
const HOUR_MS = 3_600_000;

type Row = Readonly<Record<string, string>>;

/** Plain CSV: these files hold no quoted cells. */
function rowsOf(path: string): readonly Row[] {
  const [head = "", ...lines] = gunzipSync(readFileSync(path)).toString("utf8").trimEnd().split(/\r?\n/);
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, at) => [names[at] ?? "", cell])));
}

const share = (part: number, whole: number): number => Number((part / Math.max(1, whole)).toFixed(4));

/** Runs of one commit in the order of their ids: no times are known, so the wait is left out. */
function ofReruns(setsPath: string, listedPath: string) {
  const listed = new Set(
    rowsOf(listedPath).map((row) => [row["repo"], row["workflow"], row["run_ids"]?.split(" ").at(-1)].join(" ")),
  );
  const sets = Map.groupBy(rowsOf(setsPath), (row) =>
    [row["repo"], row["workflow"], row["default_branch"], row["rerun_set"]].join(" "),
  );
  const counts = { sets: sets.size, runs: 0, failed: 0, flakyRuns: 0, flakySets: 0, listedSets: 0, found: 0 };
  for (const runs of sets.values()) {
    const verdicts = failureVerdicts({ waitMs: Number.POSITIVE_INFINITY });
    let isFlakySet = false;
    let listedCount = 0;
    for (const [place, row] of runs.entries()) {
      if (listed.has([row["repo"], row["workflow"], row["run_id"]].join(" "))) listedCount++;
      const { conclusion } = row;
      if (conclusion !== "success" && conclusion !== "failure" && conclusion !== "timed_out") continue;
      const hasFailed = conclusion !== "success";
      counts.runs++;
      if (hasFailed) counts.failed++;
      const mark = { runId: Number(row["run_id"]), runAttempt: 1, atMs: place };
      const flaky = verdicts.add({ hasFailed, headSha: "same", mark }).filter(({ isFlaky }) => isFlaky).length;
      counts.flakyRuns += flaky;
      isFlakySet ||= flaky > 0;
    }
    if (!isFlakySet) continue;
    counts.flakySets++;
    counts.found += listedCount;
    if (listedCount > 0) counts.listedSets++;
  }
  return {
    ...counts,
    failureRate: share(counts.failed, counts.runs),
    brokenRate: share(counts.failed - counts.flakyRuns, counts.runs),
    flakyShareOfFailures: share(counts.flakyRuns, counts.failed),
    listed: listed.size,
    listedFound: share(counts.found, listed.size),
    foundListed: share(counts.listedSets, counts.flakySets),
  };
}

/** All attempts with their times: how soon a failure passes, and what is told with and without the rule. */
function ofPulumi(path: string, workflow: string) {
  const attempts = rowsOf(path)
    .filter((row) => row["workflow"] === workflow && ["success", "failure"].includes(row["conclusion"] ?? ""))
    .map((row) => ({
      hasFailed: row["conclusion"] === "failure",
      mark: {
        runId: Number(row["run_id"]),
        runAttempt: Number(row["run_attempt"]),
        atMs: Date.parse(row["updated_at"]!),
      },
    }))
    .sort((one, other) => one.mark.atMs - other.mark.atMs);
  const failedAt = new Map<number, number>();
  const passedAfterMs = new Map<number, number>();
  for (const { hasFailed, mark } of attempts) {
    if (hasFailed && mark.runAttempt === 1) failedAt.set(mark.runId, mark.atMs);
    const failedMs = failedAt.get(mark.runId);
    if (!hasFailed && failedMs !== undefined && !passedAfterMs.has(mark.runId)) {
      passedAfterMs.set(mark.runId, mark.atMs - failedMs);
    }
  }
  const within = (ms: number) => [...passedAfterMs.values()].filter((afterMs) => afterMs <= ms).length;
  const told = (waitMs: number | null) => {
    const verdicts = failureVerdicts({ waitMs: waitMs ?? 0 });
    const rate = rateDetector();
    let count = 0;
    let failed = 0;
    let runs = 0;
    for (const { hasFailed, mark } of attempts) {
      const known =
        waitMs === null
          ? mark.runAttempt === 1
            ? [{ hasFailed, mark }]
            : []
          : verdicts.add({ hasFailed, mark, headSha: null });
      for (const verdict of known) {
        runs++;
        if (verdict.hasFailed) failed++;
        count += rate.observe(verdict).filter(({ state }) => state === "told").length;
      }
    }
    return { told: count, failureRate: share(failed, runs), runs };
  };
  return {
    workflow,
    attempts: attempts.length,
    failedFirst: failedAt.size,
    passedLater: passedAfterMs.size,
    passedWithinHours: Object.fromEntries([0.5, 1, 2, 4, 24].map((hours) => [hours, within(hours * HOUR_MS)])),
    firstAttempts: told(null),
    withRule: told(FLAKY_WAIT_MS),
    withDay: told(24 * HOUR_MS),
  };
}

const what = "real re-runs";
const setsPath = sharedPath("data/gha-reruns/rerun_sets.csv.gz", what);
const listedPath = sharedPath("data/gha-reruns/flaky_workflow_reruns.csv.gz", what);
const pulumiPath = sharedPath("data/gha-pulumi/runs.csv.gz", what);
if (setsPath !== null && listedPath !== null && pulumiPath !== null) {
  const reruns = ofReruns(setsPath, listedPath);
  const pulumi = ["on-pr", "on-merge"].map((workflow) => ofPulumi(pulumiPath, workflow));
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  writeFileSync(`${RESULTS}.json`, `${JSON.stringify({ commit, reruns, pulumi }, null, 2)}\n`);
  const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
  const rows = pulumi.map(({ workflow, failedFirst, passedLater, passedWithinHours: hours, ...each }) => {
    const { firstAttempts, withRule, withDay } = each;
    const rates = [firstAttempts, withRule, withDay].map(({ failureRate, told }) => `${percent(failureRate)}, ${told}`);
    const soon = ["0.5", "1", "4", "24"].map((hour) => percent((hours[hour] ?? 0) / Math.max(1, passedLater)));
    return `| ${workflow} | ${failedFirst} | ${passedLater} | ${soon.join(" | ")} | ${rates.join(" | ")} |`;
  });
  writeFileSync(
    `${RESULTS}.md`,
    `# Flaky or broken

Made by \`node benchmarks/flaky-failures.ts\` at ${commit}.

gha-reruns: ${reruns.sets} sets of runs of one commit in 767 repositories, ${reruns.runs} runs with a verdict. By the rule "failed, then passed on the same
commit" ${reruns.flakyRuns} of ${reruns.failed} failures (${percent(reruns.flakyShareOfFailures)}) are flaky, in ${reruns.flakySets} sets: the failure rate of ${percent(reruns.failureRate)} is ${percent(reruns.brokenRate)} of broken runs.
The data's authors list ${reruns.listed} runs of failures that passed later: ${percent(reruns.listedFound)} lie in such a set, and ${percent(reruns.foundListed)} of the sets hold one of theirs.

gha-pulumi, all attempts: of the first attempts that failed, how many passed when run again, how soon after the failure, and the failure rate with the rises told
over thirteen months on first attempts alone, with the rule (it waits ${FLAKY_WAIT_MS / HOUR_MS} h), and with a wait of a day.

| workflow | failed first | passed later | in 30 min | 1 h | 4 h | 24 h | first attempts | rule | a day |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
${rows.join("\n")}
`,
  );
  process.stdout.write(readFileSync(`${RESULTS}.md`, "utf8"));
}
