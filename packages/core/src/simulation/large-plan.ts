import type { SeededRandom } from "../random/index.ts";
import { streamOf } from "./durations.ts";

/** One job of a workflow with what its steps usually take. */
export interface LargeJob {
  readonly name: string;
  readonly labels: string;
  /** 0 starts at once; 1 when all jobs of stage 0 have ended. */
  readonly stage: 0 | 1;
  readonly steps: readonly { readonly name: string; readonly usualSeconds: number }[];
  readonly usualSeconds: number;
}

export interface LargeWorkflow {
  readonly repositoryId: number;
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly event: "pull_request" | "push" | "schedule";
  readonly runsAWeek: number;
  readonly jobs: readonly LargeJob[];
  /** Of the longest way through the jobs. */
  readonly usualSeconds: number;
  /** Spread of the logarithm of a run's pace. */
  readonly spread: number;
  readonly failShare: number;
}

export interface LargeRepository {
  readonly id: number;
  readonly fullName: string;
  readonly workflows: readonly LargeWorkflow[];
}

export interface LargeSize {
  readonly repositories: number;
  readonly workflows: number;
  readonly jobs: number;
  readonly steps: number;
}

export const LARGE_SIZE: LargeSize = { repositories: 60, workflows: 400, jobs: 4_000, steps: 40_000 };

const WORKFLOW_NAMES = ["CI", "Tests", "Lint", "Build", "Nightly", "Integration", "Release check", "Docs", "Security"];
const JOB_NAMES = ["build", "test", "lint", "package", "e2e", "types", "bench", "smoke", "docs", "scan"];
const STEP_NAMES = [
  "Restore cache",
  "Install dependencies",
  "Compile",
  "Run unit tests",
  "Run integration tests",
  "Upload artifacts",
  "Lint",
  "Check types",
  "Build image",
  "Report coverage",
];
const LABELS = [
  "ubuntu-latest",
  "ubuntu-latest",
  "ubuntu-latest",
  "ubuntu-latest",
  "macos-15-xlarge",
  "gpu,linux,self-hosted",
];

const pick = <Item>(random: SeededRandom, items: readonly Item[]): Item => items[random.integer(items.length)]!;

/** `part` of `whole` things, dealt out evenly: how many the one at `at` of `count` gets. */
const dealt = (whole: number, count: number, at: number): number =>
  Math.floor((whole * (at + 1)) / count) - Math.floor((whole * at) / count);

/** Few things that take long and many that don't: between `least` and about 30 times as much, most near the lower end. */
const longTailed = (random: SeededRandom, least: number): number => least / (0.033 + 0.967 * random.next());

/** Repositories, workflows, jobs and steps of an organisation of this size; all names are invented. */
export function planLargeOrganisation(seed: number, size: LargeSize): readonly LargeRepository[] {
  let workflowsBefore = 0;
  let jobsBefore = 0;
  return Array.from({ length: size.repositories }, (_, at): LargeRepository => {
    const random = streamOf(seed, 10_000 + at);
    // Below 0: only GitHub gives ids above 0, so that nothing simulated is ever taken for a repository there.
    const id = -(700_000_000 + at);
    const workflows = Array.from(
      { length: dealt(size.workflows, size.repositories, at) },
      (_, place): LargeWorkflow => {
        const number = workflowsBefore++;
        const jobs = Array.from({ length: dealt(size.jobs, size.workflows, number) }, (_, jobPlace) =>
          planJob(random, jobPlace, dealt(size.steps, size.jobs, jobsBefore++)),
        );
        const name = `${WORKFLOW_NAMES[place % WORKFLOW_NAMES.length]!}${place < WORKFLOW_NAMES.length ? "" : ` ${place}`}`;
        const chance = random.next();
        const event = chance < 0.1 ? "schedule" : chance < 0.4 ? "push" : "pull_request";
        return {
          repositoryId: id,
          id: 100_000 + number,
          name,
          path: `.github/workflows/${name.toLowerCase().replaceAll(" ", "-")}.yml`,
          event,
          // once a day, or from some a week to hundreds
          runsAWeek: event === "schedule" ? 7 : Math.min(150, longTailed(random, 4)),
          jobs,
          usualSeconds: usualSecondsOf(jobs),
          spread: 0.05 + 0.12 * random.next(),
          failShare: 0.02 + 0.12 * random.next() ** 2,
        };
      },
    );
    return { id, fullName: `northwind-labs/service-${String(at + 1).padStart(2, "0")}`, workflows };
  });
}

function planJob(random: SeededRandom, place: number, stepCount: number): LargeJob {
  const scale = longTailed(random, 1.5);
  const steps = Array.from({ length: stepCount }, (_, at) => {
    if (at === 0) return { name: "Set up job", usualSeconds: 2 };
    if (at === 1) return { name: "Checkout", usualSeconds: 3 };
    if (at === stepCount - 1) return { name: "Complete job", usualSeconds: 1 };
    const name = STEP_NAMES[(at - 2) % STEP_NAMES.length]!;
    return { name, usualSeconds: Math.round(3 + scale * longTailed(random, 1)) };
  });
  const version = 18 + 2 * Math.floor(place / JOB_NAMES.length);
  return {
    name: place < JOB_NAMES.length ? JOB_NAMES[place]! : `${JOB_NAMES[place % JOB_NAMES.length]!} (${version})`,
    labels: pick(random, LABELS),
    stage: place > 0 && random.next() < 0.3 ? 1 : 0,
    steps,
    usualSeconds: steps.reduce((sum, { usualSeconds }) => sum + usualSeconds, 0),
  };
}

/** Of the longest way through the jobs. */
export function usualSecondsOf(jobs: readonly LargeJob[]): number {
  const longest = (stage: 0 | 1): number =>
    Math.max(0, ...jobs.filter((job) => job.stage === stage).map(({ usualSeconds }) => usualSeconds));
  return longest(0) + longest(1);
}
