import { type SeededRandom, seededRandom } from "@oddrun/core";
import { type Corpus, type CorpusPlan, defineCorpus, type JobPlan, type RunPlan } from "../github-stand-in/index.ts";
import { NOW_MS } from "./stage.ts";

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** So many runs, evenly spread over the days before the stand-in's present; the newest ended half an hour ago. */
export function evenRuns(count: number, days: number, plan: (at: number) => Partial<RunPlan> = () => ({})): RunPlan[] {
  const newestMs = NOW_MS - 30 * MINUTE_MS;
  const apartMs = Math.floor((days * DAY_MS) / count / SECOND_MS) * SECOND_MS;
  return Array.from({ length: count }, (_, at) => ({ createdAt: newestMs - (count - 1 - at) * apartMs, ...plan(at) }));
}

/** Runs that cost nothing beyond the list. */
export const SKIPPED: Partial<RunPlan> = { conclusion: "skipped" };

export function jobs(count: number, plan: (at: number) => JobPlan = () => ({})): JobPlan[] {
  return Array.from({ length: count }, (_, at) => plan(at));
}

/** One repository, octo-org/app. */
export function oneRepository(runs: readonly RunPlan[]): Corpus {
  return defineCorpus({ repositories: [{ fullName: "octo-org/app", runs }] });
}

/** So many repositories with so many runs each, over a week. */
export function someRepositories(count: number, runCount: number): Corpus {
  return defineCorpus({
    repositories: Array.from({ length: count }, (_, at) => ({
      fullName: `octo-org/app-${at + 1}`,
      runs: evenRuns(runCount, 7),
    })),
  });
}

/** More than a list shows. */
const LONG_CLUSTER = 1250;

const ENDS = ["success", "success", "failure", "cancelled", "skipped", "startup_failure", "timed_out", "neutral", null];

/**
 * A history as uneven as chance makes it: quiet months, bursts of more runs in a minute than a list shows, several runs in one
 * second, runs at the very first and last moment, attempts, broken times, open runs.
 */
export function randomCorpus(seed: number): Corpus {
  const random = seededRandom(seed);
  const plan: CorpusPlan = {
    repositories: Array.from({ length: 1 + random.integer(2) }, (_, at) => ({
      fullName: `octo-org/random-${at + 1}`,
      runs: randomRuns(random),
    })),
  };
  return defineCorpus(plan);
}

/** Nothing is created before this; whole days, as `--since` takes them. */
export const RANDOM_DAYS = 60;

function randomRuns(random: SeededRandom): RunPlan[] {
  const created: number[] = [];
  const firstMs = Math.floor((NOW_MS - RANDOM_DAYS * DAY_MS) / DAY_MS) * DAY_MS + DAY_MS;
  const spanS = Math.floor((NOW_MS - firstMs) / 1000);
  const clusters = 1 + random.integer(4);
  for (let cluster = 0; cluster < clusters; cluster++) {
    const lengthS = [1, 20, 600, 86_400, 20 * 86_400][random.integer(5)]!;
    // one second may hold no more than a list shows
    const count = 1 + random.integer(cluster > 0 ? 100 : lengthS === 1 ? 900 : LONG_CLUSTER);
    const fromS = random.integer(Math.max(1, spanS - lengthS));
    for (let at = 0; at < count; at++) created.push(firstMs + (fromS + random.integer(lengthS)) * 1000);
  }
  created.push(firstMs, NOW_MS - 1000, midnightBefore(NOW_MS), midnightBefore(NOW_MS) - 1000);
  created.sort((one, other) => one - other);
  const withJobs = Math.max(1, Math.floor(created.length / 20));
  return created.map((createdAt) =>
    random.integer(withJobs) === 0 ? eventfulRun(random, createdAt) : quietRun(createdAt),
  );
}

const midnightBefore = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;
const quietRun = (createdAt: number): RunPlan => ({ createdAt, ...SKIPPED });

function eventfulRun(random: SeededRandom, createdAt: number): RunPlan {
  if (createdAt > NOW_MS - HOUR_MS) return { createdAt, status: "in_progress" };
  const attemptCount = 1 + (random.integer(3) === 0 ? random.integer(3) : 0);
  return {
    createdAt,
    headBranch: random.integer(5) === 0 ? null : "main",
    attempts: Array.from({ length: attemptCount }, () => {
      const conclusion = ENDS[random.integer(ENDS.length)]!;
      const runStartedAt = random.integer(20) === 0 ? null : createdAt;
      const hasJobs = conclusion !== "skipped" && conclusion !== "startup_failure";
      return {
        conclusion,
        status: "completed",
        ...(runStartedAt === null ? { runStartedAt } : {}),
        jobs: hasJobs
          ? jobs(random.integer(random.integer(8) === 0 ? 130 : 4), () => randomTimes(random, createdAt))
          : [],
      };
    }),
  };
}

function randomTimes(random: SeededRandom, createdAt: number): JobPlan {
  const defect = "some time is not true";
  switch (random.integer(12)) {
    case 0:
      return { startedAt: "0001-01-01T00:00:00Z", defect };
    case 1:
      return { completedAt: createdAt - HOUR_MS, defect };
    case 2:
      return {
        startedAt: null,
        completedAt: null,
        conclusion: "skipped",
        runnerId: null,
        runnerName: null,
        steps: [],
        defect,
      };
    default:
      return {};
  }
}
