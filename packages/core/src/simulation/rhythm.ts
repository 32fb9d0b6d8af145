import type { SeededRandom } from "../random/index.ts";
import { logNormal, streamOf } from "./durations.ts";
import { type RepositoryPlan, REPOSITORIES, type SimulatedEvent, type WorkflowPlan } from "./organisation.ts";
import { branchName, pullRequestTitle } from "./titles.ts";

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A run that is to happen: what set it off, when and on what. */
export interface PlannedRun {
  readonly repository: RepositoryPlan;
  readonly workflow: WorkflowPlan;
  readonly event: SimulatedEvent;
  readonly branch: string;
  readonly headSha: string;
  readonly title: string;
  readonly createdAtMs: number;
  /** When a later push to the same pull request makes it pointless. */
  readonly supersededAtMs: number | null;
}

const dayNumber = (atMs: number): number => Math.floor(atMs / DAY_MS);
export const weekdayOf = (atMs: number): number => (((dayNumber(atMs) + 4) % 7) + 7) % 7;
export const isWeekend = (atMs: number): boolean => weekdayOf(atMs) === 0 || weekdayOf(atMs) === 6;
export const hourOf = (atMs: number): number => Math.floor((atMs - dayNumber(atMs) * DAY_MS) / HOUR_MS);

/**
 * Share of a day's work done in each hour, UTC: two teams, one at UTC+1 and a larger one at UTC-5, with lunch breaks.
 */
const HOUR_SHARES = [1, 0, 0, 0, 0, 0, 1, 4, 8, 9, 9, 5, 7, 12, 14, 14, 12, 7, 9, 10, 9, 6, 3, 2] as const;
const SHARES_SUM = HOUR_SHARES.reduce<number>((sum, share) => sum + share, 0);
const WEEKEND_FACTOR = 0.1;
const SLOTS_PER_HOUR = 12;
const SLOT_MS = HOUR_MS / SLOTS_PER_HOUR;

/** Instants of work, on whole seconds, with the rhythm of days and weeks; `perDay` of them on a usual working day. */
function workTimes(random: SeededRandom, perDay: number, startMs: number, endMs: number): readonly number[] {
  const times: number[] = [];
  for (let slotMs = startMs; slotMs < endMs; slotMs += SLOT_MS) {
    const share = HOUR_SHARES[hourOf(slotMs)]! / SHARES_SUM / SLOTS_PER_HOUR;
    const expected = perDay * share * (isWeekend(slotMs) ? WEEKEND_FACTOR : 1);
    const draw = random.next();
    const second = random.integer(SLOT_MS / SECOND_MS);
    if (draw < expected) times.push(slotMs + second * SECOND_MS);
  }
  return times;
}

/** 40 hexadecimal digits. */
function commitSha(random: SeededRandom): string {
  return Array.from({ length: 5 }, () =>
    random
      .integer(2 ** 32)
      .toString(16)
      .padStart(8, "0"),
  ).join("");
}

interface PullRequest {
  readonly number: number;
  readonly branch: string;
  readonly title: string;
}

interface PullRequestPush extends PullRequest {
  readonly atMs: number;
  readonly headSha: string;
}

/** Pushes to pull requests in time order: a third opens a new one, the others go on with one of the last few. */
function pullRequestPushes(random: SeededRandom, times: readonly number[]): readonly PullRequestPush[] {
  const open: PullRequest[] = [];
  let number = 1000 + random.integer(800);
  const pushes: PullRequestPush[] = [];
  for (const atMs of times) {
    if (open.length === 0 || random.next() < 0.35) {
      number += 1 + random.integer(3);
      open.push({ number, branch: branchName(random, number), title: pullRequestTitle(random) });
      if (open.length > 6) open.shift();
    }
    const pullRequest = open[random.integer(open.length)]!;
    pushes.push({ ...pullRequest, atMs, headSha: commitSha(random) });
    // "Forgot one thing": a second push minutes later supersedes the first.
    if (random.next() < 0.08) {
      const againMs = atMs + (60 + random.integer(240)) * SECOND_MS;
      pushes.push({ ...pullRequest, atMs: againMs, headSha: commitSha(random) });
    }
  }
  return pushes.sort((a, b) => a.atMs - b.atMs);
}

function runsOnCommits(random: SeededRandom, repository: RepositoryPlan, startMs: number, endMs: number): PlannedRun[] {
  const { workflows, defaultBranch } = repository;
  const runs: PlannedRun[] = [];
  const planAll = (event: SimulatedEvent, run: Omit<PlannedRun, "repository" | "workflow" | "event">): void => {
    for (const workflow of workflows.filter(({ events }) => events.includes(event))) {
      runs.push({ ...run, repository, workflow, event, createdAtMs: run.createdAtMs + random.integer(3) * SECOND_MS });
    }
  };
  const pushes = pullRequestPushes(random, workTimes(random, repository.pushesPerDay, startMs, endMs));
  pushes.forEach((push, at) => {
    const next = pushes.slice(at + 1, at + 12).find(({ branch }) => branch === push.branch);
    const { branch, headSha, title, atMs } = push;
    planAll("pull_request", { branch, headSha, title, createdAtMs: atMs, supersededAtMs: next?.atMs ?? null });
  });
  for (const atMs of workTimes(random, repository.mergesPerDay, startMs, endMs)) {
    const merged = pushes.findLast((push) => push.atMs < atMs);
    if (merged === undefined) continue;
    const headSha = commitSha(random);
    const queueBranch = `gh-readonly-queue/${defaultBranch}/pr-${merged.number}-${headSha}`;
    const common = { headSha, supersededAtMs: null, title: `${merged.title} (#${merged.number})` };
    planAll("merge_group", { ...common, branch: queueBranch, createdAtMs: atMs - 9 * MINUTE_MS });
    planAll("push", { ...common, branch: defaultBranch, createdAtMs: atMs });
  }
  const weeklyMs = workTimes(random, 0.45, startMs, endMs);
  for (const atMs of weeklyMs) {
    const branch = random.next() < 0.5 ? defaultBranch : `release/${2 + random.integer(3)}.${random.integer(10)}`;
    planAll("workflow_dispatch", {
      branch,
      headSha: commitSha(random),
      title: "",
      createdAtMs: atMs,
      supersededAtMs: null,
    });
  }
  return runs;
}

/** GitHub starts scheduled runs late, mostly by some minutes, now and then by most of an hour. */
function runsOnSchedule(
  random: SeededRandom,
  repository: RepositoryPlan,
  startMs: number,
  endMs: number,
): PlannedRun[] {
  const runs: PlannedRun[] = [];
  for (const workflow of repository.workflows) {
    const { schedule } = workflow;
    if (schedule === null) continue;
    for (let day = dayNumber(startMs); day * DAY_MS < endMs; day++) {
      if (schedule.weekday !== null && weekdayOf(day * DAY_MS) !== schedule.weekday) continue;
      for (const hour of schedule.hours) {
        const lateSeconds = Math.round(280 * logNormal(random, 0.7));
        const createdAtMs = day * DAY_MS + hour * HOUR_MS + schedule.minute * MINUTE_MS + lateSeconds * SECOND_MS;
        const headSha = commitSha(random);
        const { defaultBranch: branch } = repository;
        runs.push({
          repository,
          workflow,
          event: "schedule",
          branch,
          headSha,
          title: "",
          createdAtMs,
          supersededAtMs: null,
        });
      }
    }
  }
  return runs;
}

/** All runs to happen in the window, in order of creation. */
export function planRuns(seed: number, startMs: number, endMs: number): readonly PlannedRun[] {
  return REPOSITORIES.flatMap((repository, place) => {
    const random = streamOf(seed, 1 + place);
    return [
      ...runsOnCommits(random, repository, startMs, endMs),
      ...runsOnSchedule(random, repository, startMs, endMs),
    ];
  })
    .map((run) => (run.title === "" ? { ...run, title: run.workflow.name } : run))
    .filter(({ createdAtMs }) => createdAtMs >= startMs && createdAtMs < endMs)
    .sort((a, b) => a.createdAtMs - b.createdAtMs || a.workflow.id - b.workflow.id);
}
