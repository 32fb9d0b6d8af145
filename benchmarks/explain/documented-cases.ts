/**
 * Slow-downs and speed-ups whose cause their own thread tells, with the times that it tells. Each is played as a history of that job:
 * the told times with 5 % noise, 20 runs before and 8 since, another commit in every run, 3 s for setting up and ending the job, and evidence of
 * the first run since, as `oddrun evidence` gathers it. What is not in the thread (runs in between, names of keys) is as plain as can be.
 */
import {
  accountForMinutes,
  type Evidence,
  evidenceTraits,
  cachesCompared,
  cachesInLog,
  focusOfMinutes,
  jobTraits,
  namedCause,
  rankSuspects,
  runnerChanges,
  runnerInLog,
  seededRandom,
  type Suspect,
  type TimedRun,
} from "@oddrun/core";
import { jobRun } from "./job-run.ts";

interface DocumentedCase {
  readonly source: string;
  /** What the thread says changed, in its words for the two sides. */
  readonly what: string;
  readonly kind: Suspect["kind"];
  /** Lines of the logs, or the version in a step's name, before and since. */
  readonly before: readonly string[];
  readonly since: readonly string[];
  /** Seconds of the steps before and since; a job that is told as a whole is one step. */
  readonly steps: readonly (readonly [name: string, before: number, since: number])[];
  /** The step that the thread blames; null where it tells the whole job only. */
  readonly step: string | null;
}

const image = (name: string, version: string): readonly string[] => [
  "##[group]Runner Image",
  `Image: ${name}`,
  `Version: ${version}`,
  "##[endgroup]",
];
const minutes = (count: number, seconds = 0): number => 60 * count + seconds;
const thread = (repository: string, number: number, kind = "issues"): string =>
  `https://github.com/${repository}/${kind}/${number}`;

export const DOCUMENTED_CASES: readonly DocumentedCase[] = [
  {
    source: thread("actions/runner-images", 1204),
    what: "image 20200621.1 -> 20200630.0",
    kind: "runner-image",
    before: image("windows-2019", "20200621.1"),
    since: image("windows-2019", "20200630.0"),
    steps: [
      ["Checkout", 8, 22],
      ["Set up", 13, 23],
      ["rspec", minutes(13), minutes(38)],
      ["Post Checkout", 3, 16],
    ],
    step: "rspec",
  },
  {
    source: thread("actions/runner-images", 1269),
    what: "image 20200706.1 -> 20200714.1",
    kind: "runner-image",
    before: image("windows-2019", "20200706.1"),
    since: image("windows-2019", "20200714.1"),
    steps: [["The job", minutes(13), minutes(35)]],
    step: null,
  },
  {
    source: thread("actions/runner-images", 3926),
    what: "image 20210803.1 -> 20210810.1",
    kind: "runner-image",
    before: image("windows-2019", "20210803.1"),
    since: image("windows-2019", "20210810.1"),
    steps: [["The job", minutes(25), minutes(40)]],
    step: null,
  },
  {
    source: thread("actions/runner-images", 9750),
    what: "image 20240415.6 -> 20240422.3",
    kind: "runner-image",
    before: image("macos-14", "20240415.6"),
    since: image("macos-14", "20240422.3"),
    steps: [["The job", minutes(10, 47), minutes(19, 6)]],
    step: null,
  },
  {
    source: thread("actions/runner-images", 11760),
    what: "image 20250120.596 -> 20250304.837",
    kind: "runner-image",
    before: image("macos-15-arm64", "20250120.596"),
    since: image("macos-15-arm64", "20250304.837"),
    steps: [["The job", minutes(20), minutes(30)]],
    step: null,
  },
  {
    source: thread("actions/runner-images", 14181),
    what: "image 20260520.0085.1 -> 20260527.0100.1",
    kind: "runner-image",
    before: image("macos-15-arm64", "20260520.0085.1"),
    since: image("macos-15-arm64", "20260527.0100.1"),
    steps: [
      ["Install dependencies", 16, 15],
      ["Run tests", 65, 1411],
    ],
    step: "Run tests",
  },
  {
    source: thread("actions/runner-images", 12647),
    what: "the provisioner of the image, 2.0.449.1 -> Hosted Compute Agent; the thread tells one version of the image only",
    kind: "runner-image",
    before: [
      ...image("windows-2025", "20250708.1.0"),
      "##[group]Runner Image Provisioner",
      "2.0.449.1",
      "##[endgroup]",
    ],
    since: [
      ...image("windows-2025", "20250708.1.0"),
      "##[group]Runner Image Provisioner",
      "Hosted Compute Agent",
      "Version: 20250711.363",
      "##[endgroup]",
    ],
    steps: [["The job", minutes(70), minutes(85)]],
    step: null,
  },
  {
    source: thread("NOFireAI/ravel", 1793),
    what: "a cache that was restored and is no more",
    kind: "cache",
    before: ['Restored from cache key "KEY" full match: true.'],
    since: ["No cache found."],
    steps: [
      ["Run Swatinem/rust-cache", 22, 1],
      ["Check parquet-baseline", 15, 93],
      ["Check flight-egress", 29, 107],
      ["Check sql-latency", 28, 106],
      ["Test sql-latency", minutes(3, 44), minutes(7, 41)],
      ["Test sql-latency and more", minutes(4, 10), minutes(7, 7)],
    ],
    step: null,
  },
  {
    source: thread("jupyter/docker-stacks", 2061, "pull"),
    what: "actions/upload-artifact v3 -> v4",
    kind: "action",
    before: ["v3"],
    since: ["v4"],
    steps: [["Run actions/upload-artifact", minutes(1, 23), 10]],
    step: "Run actions/upload-artifact",
  },
  {
    source: thread("rectorphp/getrector-com", 2573, "pull"),
    what: "actions/cache v3 -> v4",
    kind: "action",
    before: ["v3"],
    since: ["v4"],
    steps: [
      ["Run actions/cache", 3, 3],
      ["Post Run actions/cache", minutes(2), 3],
    ],
    step: "Post Run actions/cache",
  },
];

export interface DocumentedResult {
  readonly source: string;
  readonly what: string;
  /** 1 is the first; null is not among the suspects. */
  readonly rank: number | null;
  readonly first: string;
  /** Whether the step that the thread blames was named; null where it blames none. */
  readonly isStepNamed: boolean | null;
}

const BEFORE = 20;
const SINCE = 8;

export function documentedResult(one: DocumentedCase): DocumentedResult {
  const random = seededRandom(7);
  const runs = Array.from({ length: BEFORE + SINCE }, (_, at): TimedRun => {
    const isSince = at >= BEFORE;
    const noise = (): number => 0.95 + 0.1 * random.next();
    const version = one.kind === "action" ? `@${(isSince ? one.since : one.before)[0]}` : "";
    const steps = one.steps.map(([name, before, since]): readonly [string, number] => [
      `${name}${version}`,
      Math.round((isSince ? since : before) * noise()),
    ]);
    return jobRun(at + 1, [["Set up job", 2], ...steps, ["Complete job", 1]]);
  });
  const account = accountForMinutes(runs.slice(0, BEFORE), runs.slice(BEFORE));
  if (account === null) throw new Error(`No account of ${one.source}`);
  const evidence = one.kind === "action" ? [] : gathered(one);
  const traited = runs.map((run, at) => {
    const gatheredTraits = evidence.map(evidenceTraits).flatMap(({ now, before }) => {
      if (at === BEFORE) return now;
      return at === BEFORE - 1 ? before : [];
    });
    return { hasJobs: true, traits: [...jobTraits(run.jobs, run.steps), ...gatheredTraits] };
  });
  const commits = { from: "a".repeat(40), to: "b".repeat(40), isOneBranch: true };
  const suspects = rankSuspects(traited, BEFORE, commits, focusOfMinutes(account));
  const rank = suspects.findIndex(({ kind }) => kind === one.kind) + 1;
  const cause = namedCause(account);
  const named = cause?.kind === "part" ? cause.part.step : null;
  const [first] = suspects;
  return {
    source: one.source,
    what: one.what,
    rank: rank === 0 ? null : rank,
    first: first === undefined ? "nothing" : `${first.kind}: ${first.from} -> ${first.to}`,
    isStepNamed: one.step === null ? null : named?.startsWith(one.step) === true,
  };
}

/** What reading both logs gives. */
function gathered({ kind, before, since }: DocumentedCase): readonly Evidence[] {
  const [was, is] = [before, since].map((lines) => log(lines, kind)) as [string, string];
  const common = { subject: "job", comparedWith: { runId: BEFORE, runAttempt: 1 }, unknown: null };
  if (kind === "cache") {
    const value = cachesCompared(cachesInLog(was), cachesInLog(is), false);
    return value === null ? [] : [{ kind: "cache", ...common, value }];
  }
  const [factsBefore, now] = [runnerInLog(was), runnerInLog(is)];
  if (factsBefore === null || now === null) return [];
  return [{ kind: "runner", ...common, value: { now, changes: runnerChanges(factsBefore, now) } }];
}

/** As GitHub writes it: each line with its time, the set-up first, then the steps. */
function log(lines: readonly string[], kind: Suspect["kind"]): string {
  const setUp = ["Current runner version: '2.300.0'", ...(kind === "cache" ? [] : lines), "Complete job name: job"];
  const steps = ["##[group]Run step", "##[endgroup]", ...(kind === "cache" ? lines : [])];
  return [...setUp, ...steps].map((line) => `2026-01-01T00:00:00.0000000Z ${line}`).join("\n");
}
