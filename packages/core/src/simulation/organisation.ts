/**
 * Who works on what in the simulated organisation: its repositories and their workflows, with what each usually takes.
 */
export interface StepPlan {
  readonly name: string;
  readonly usualSeconds: number;
}

export interface JobPlan {
  readonly name: string;
  /** Labels of the runner it asks for, in alphabetical order, joined by ",". */
  readonly labels: string;
  readonly steps: readonly StepPlan[];
  /** The job that must succeed before it starts. */
  readonly after: string | null;
  /** One job for each value, named "job (value)"; empty for a plain job. */
  readonly matrix: readonly string[];
  readonly usualSeconds: number;
  /** The step that takes longest. */
  readonly heaviestStep: string;
  /** Whether a step of it restores a cache. */
  readonly isCached: boolean;
}

export type SimulatedEvent = "pull_request" | "push" | "merge_group" | "workflow_dispatch" | "schedule";

/** A cron line of which minute, hours and weekday are given, in UTC. */
export interface Schedule {
  readonly minute: number;
  readonly hours: readonly number[];
  /** 0 is Sunday; null is every day. */
  readonly weekday: number | null;
}

export interface WorkflowPlan {
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly events: readonly SimulatedEvent[];
  readonly schedule: Schedule | null;
  readonly jobs: readonly JobPlan[];
  /** Seconds of the longest way through the jobs: what one run usually works. */
  readonly usualSeconds: number;
  /** Spread of the logarithm of its durations. */
  readonly spread: number;
  /** Share of runs that find no cache and take 1.8 times as long. */
  readonly missShare: number;
  /** Share of runs that fail for a reason of their own. */
  readonly failShare: number;
  /** Share of runs that fail by chance and pass when run again. */
  readonly flakyShare: number;
  /** Share of runs skipped by a condition of theirs. */
  readonly skipShare: number;
}

export interface RepositoryPlan {
  readonly id: number;
  readonly fullName: string;
  readonly defaultBranch: string;
  /** Pushes to pull requests on a usual working day, and how many are merged. */
  readonly pushesPerDay: number;
  readonly mergesPerDay: number;
  readonly workflows: readonly WorkflowPlan[];
}

/** Usual seconds until a runner of these labels is free, in a quiet hour. */
export const USUAL_QUEUE_SECONDS: Readonly<Record<string, number>> = {
  "ubuntu-latest": 5,
  "ubuntu-24.04-arm": 7,
  "ubuntu-16-cores": 14,
  "macos-15-xlarge": 35,
  "gpu,linux,self-hosted": 50,
};

/** Reads "name [matrix values] after job on labels: Step 12, Other step 7"; the numbers are usual seconds. */
function parseJob(text: string): JobPlan {
  const [, name, matrix, after, labels, work] = /^(\S+)(?: \[(.+)\])?(?: after (\S+))? on (\S+): (.+)$/.exec(text)!;
  const steps = ["Set up job 2", "Checkout 3", ...work!.split(", "), "Complete job 1"].map((step) => {
    const space = step.lastIndexOf(" ");
    return { name: step.slice(0, space), usualSeconds: Number(step.slice(space + 1)) };
  });
  return {
    name: name!,
    labels: labels!,
    steps,
    after: after ?? null,
    matrix: matrix?.split(", ") ?? [],
    usualSeconds: steps.reduce((sum, step) => sum + step.usualSeconds, 0),
    heaviestStep: steps.reduce((longest, step) => (step.usualSeconds > longest.usualSeconds ? step : longest)).name,
    isCached: steps.some((step) => step.name === "Restore cache"),
  };
}

function parseCron(line: string): Schedule {
  const [minute, hour, , , weekday] = line.split(" ");
  const every = /^\*\/(\d+)$/.exec(hour!)?.[1];
  const hours =
    every === undefined ? [Number(hour)] : Array.from({ length: 24 / Number(every) }, (_, at) => at * Number(every));
  return { minute: Number(minute), hours, weekday: weekday === "*" ? null : Number(weekday) };
}

/** Reads a head, "Name | file | events | cron line or - | trait share trait share", and the lines of its jobs. */
function parseWorkflow(id: number, [head, ...jobLines]: readonly string[]): WorkflowPlan {
  const [name, file, events, cron, traits] = head!.split(" | ");
  const trait = (key: string, usual: number): number => Number(new RegExp(`${key} (\\S+)`).exec(traits!)?.[1] ?? usual);
  const jobs = jobLines.map((line) => parseJob(line));
  const ends = new Map<string | null, number>([[null, 0]]);
  for (const job of jobs) ends.set(job.name, ends.get(job.after)! + job.usualSeconds);
  return {
    id,
    name: name!,
    path: `.github/workflows/${file}`,
    events: events!.split(" ") as SimulatedEvent[],
    schedule: cron === "-" ? null : parseCron(cron!),
    jobs,
    usualSeconds: Math.max(...ends.values()),
    spread: trait("spread", 0.12),
    missShare: trait("miss", 0),
    failShare: trait("fail", 0.03),
    flakyShare: trait("flaky", 0),
    skipShare: trait("skip", 0),
  };
}

function repository(
  id: number,
  fullName: string,
  defaultBranch: string,
  [pushesPerDay, mergesPerDay]: readonly [number, number],
  text: string,
): RepositoryPlan {
  const blocks = text.trim().split(/\n\s*\n/);
  const workflows = blocks.map((block, place) => {
    const lines = block.trim().split(/\n\s*/);
    // Ids like GitHub's: large, growing, and unlike the places they come from.
    return parseWorkflow((id - 500_000_000) / 2 + 1117 * place + 1, lines);
  });
  // Below 0: only GitHub gives ids above 0, so that nothing simulated is ever taken for a repository there.
  return { id: -id, fullName, defaultBranch, pushesPerDay, mergesPerDay, workflows };
}

/** Six repositories with twenty workflows. All names are invented. */
export const REPOSITORIES: readonly RepositoryPlan[] = [
  repository(
    612_004_116,
    "brightwave/web-shop",
    "main",
    [25, 8],
    `
    CI | ci.yml | pull_request push | - | miss 0.3 fail 0.07 flaky 0.03
      build on ubuntu-latest: Restore cache 6, Install dependencies 38, Build packages 74, Upload bundle 5
      unit [1/2, 2/2] on ubuntu-latest: Restore cache 6, Install dependencies 38, Run unit tests 96

    Lint | lint.yml | pull_request | - | fail 0.03
      lint on ubuntu-latest: Install dependencies 24, Run linter 31

    Merge queue | merge-queue.yml | merge_group | - | fail 0.04 flaky 0.06
      build on ubuntu-16-cores: Install dependencies 30, Build packages 52, Upload bundle 5
      end-to-end after build on ubuntu-16-cores: Start services 25, Run end-to-end tests 312, Upload report 6

    Deploy | deploy.yml | push | - | fail 0.02 skip 0.15
      image on ubuntu-latest: Build image 118, Push image 27
      production after image on ubuntu-latest: Roll out 84, Smoke test 21

    CodeQL | codeql.yml | schedule | 17 4 * * 1 | fail 0.02
      analyze [javascript, python] on ubuntu-latest: Initialize CodeQL 22, Perform analysis 410, Upload results 9`,
  ),
  repository(
    612_018_930,
    "brightwave/payments-api",
    "main",
    [18, 6],
    `
    Build and test | build.yml | pull_request push | - | miss 0.28 fail 0.06 flaky 0.04 spread 0.15
      gradle on ubuntu-16-cores: Restore cache 11, Compile 88, Run unit tests 142, Upload test report 6
      contracts on ubuntu-latest: Verify contracts 47

    Nightly integration | integration-nightly.yml | schedule | 30 2 * * * | flaky 0.05
      integration on ubuntu-16-cores: Start databases 62, Run integration tests 2240, Upload report 12

    Deploy | deploy.yml | push | - | fail 0.03
      staging on ubuntu-latest: Build image 96, Roll out 71
      production after staging on ubuntu-latest: Roll out 76, Smoke test 33

    Dependency review | dependency-review.yml | pull_request | - | fail 0.01 spread 0.2
      review on ubuntu-latest: Review dependencies 11`,
  ),
  repository(
    640_771_502,
    "brightwave/ml-ranking",
    "develop",
    [12, 4],
    `
    Tests | tests.yml | pull_request push | - | miss 0.32 fail 0.06 flaky 0.02
      pytest [3.12, 3.13] on ubuntu-latest: Restore cache 14, Install dependencies 58, Run tests 131

    GPU tests | gpu-tests.yml | push | - | fail 0.03 spread 0.18
      cuda on gpu,linux,self-hosted: Install dependencies 84, Run GPU tests 268

    Weekly retraining | retrain.yml | schedule workflow_dispatch | 5 22 * * 0 | spread 0.1
      retrain on ubuntu-16-cores: Fetch data 240, Train model 4980, Upload model 41`,
  ),
  repository(
    655_390_044,
    "brightwave/infrastructure",
    "main",
    [9, 4],
    `
    Plan | plan.yml | pull_request | - | fail 0.08
      plan [staging, production] on ubuntu-latest: Terraform init 19, Terraform plan 66

    Apply | apply.yml | push | - | fail 0.05 spread 0.25
      apply on ubuntu-latest: Terraform init 19, Terraform apply 148

    Drift check | drift.yml | schedule | 41 */3 * * * | fail 0.02
      drift on ubuntu-latest: Terraform init 18, Compare with cloud 57`,
  ),
  repository(
    688_123_408,
    "brightwave/mobile-app",
    "trunk",
    [12, 4],
    `
    iOS | ios.yml | pull_request push | - | miss 0.3 fail 0.06 flaky 0.06 spread 0.14
      xcode on macos-15-xlarge: Restore cache 18, Build app 356, Run simulator tests 287, Upload archive 14

    Android | android.yml | pull_request | - | fail 0.05
      gradle on ubuntu-16-cores: Restore cache 12, Build app 204, Run unit tests 118, Upload archive 9

    Release | release.yml | workflow_dispatch | - | fail 0.08
      package on ubuntu-16-cores: Build release 610, Sign 31
      publish after package on ubuntu-latest: Upload to stores 172`,
  ),
  repository(
    701_556_218,
    "brightwave/handbook",
    "main",
    [7, 4],
    `
    Docs | docs.yml | pull_request push | - | fail 0.03 spread 0.16
      site on ubuntu-24.04-arm: Install dependencies 17, Build site 29, Publish preview 8

    Link check | links.yml | schedule | 12 5 * * * | fail 0.1 spread 0.22
      links on ubuntu-latest: Check links 388`,
  ),
];
