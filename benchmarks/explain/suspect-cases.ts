/** Whether the true cause of a planted change is among the suspects, beside other things that changed and did nothing. */
import {
  accountForMinutes,
  focusOfMinutes,
  type Job,
  jobTraits,
  rankSuspects,
  seededRandom,
  type SeededRandom,
  type Step,
  type Suspect,
  type TimedRun,
  type Trait,
} from "@oddrun/core";

const BEFORE = 40;
const SINCE = 20;
const START_MS = Date.UTC(2026, 2, 2);

export const CAUSES = [
  "runner-labels",
  "runner-image",
  "cache",
  "matrix-size",
  "job",
  "step",
  "action",
  "commits",
] as const;
export type SuspectCause = (typeof CAUSES)[number];

export interface SuspectCase {
  readonly cause: SuspectCause;
  readonly seed: number;
  /** 1 is the first; null is not among them. */
  readonly rank: number | null;
  /** What was told first. */
  readonly first: string;
  readonly decoys: readonly string[];
}

/** What a run is like at its place in the history. */
interface Settings {
  readonly labels: string;
  readonly image: string;
  readonly cache: "restored" | "missed";
  readonly cells: number;
  readonly hasScan: boolean;
  readonly hasCoverage: boolean;
  readonly nodeAction: string;
  readonly testFactor: number;
  /** These change nothing. */
  readonly docsStep: boolean;
  readonly lintAction: string;
  readonly lintLabels: string;
  readonly docsCells: number;
}

const PLAIN: Settings = {
  labels: "ubuntu-22.04",
  image: "ubuntu-22.04 20260201.1.0",
  cache: "restored",
  cells: 3,
  hasScan: false,
  hasCoverage: false,
  nodeAction: "v4",
  testFactor: 1,
  docsStep: false,
  lintAction: "v1",
  lintLabels: "ubuntu-latest",
  docsCells: 2,
};

const EFFECTS: Readonly<Record<SuspectCause, Partial<Settings>>> = {
  "runner-labels": { labels: "ubuntu-24.04-arm" },
  "runner-image": { image: "ubuntu-22.04 20260301.1.0" },
  cache: { cache: "missed" },
  "matrix-size": { cells: 6 },
  job: { hasScan: true },
  step: { hasCoverage: true },
  action: { nodeAction: "v5" },
  commits: { testFactor: 1.5 },
};

const DECOYS: Readonly<Record<string, Partial<Settings>>> = {
  "docs step": { docsStep: true },
  "lint action": { lintAction: "v2" },
  "lint labels": { lintLabels: "ubuntu-24.04" },
  "docs matrix": { docsCells: 3 },
};

/** One history with one cause, up to three things beside it that changed at other places, and now and then one at the same. */
export function suspectCase(cause: SuspectCause, seed: number): SuspectCase {
  const random = seededRandom(1000 * (CAUSES.indexOf(cause) + 1) + seed);
  const told = BEFORE + random.integer(5) - 2;
  const decoys = Object.entries(DECOYS).flatMap(([name, settings]) => {
    const chance = random.next();
    const far = random.integer(BEFORE - 8) + 2;
    const near = BEFORE + (random.next() < 0.5 ? -1 : 1) * (4 + random.integer(5));
    if (chance < 0.2) return [{ name: `${name} at the same run`, at: BEFORE, settings }];
    if (chance < 0.4) return [{ name: `${name} some runs off`, at: near, settings }];
    return chance < 0.7 ? [{ name: `${name} elsewhere`, at: far, settings }] : [];
  });
  const runs = Array.from({ length: BEFORE + SINCE }, (_, at) => {
    const settings = { ...PLAIN };
    for (const decoy of decoys) if (at >= decoy.at) Object.assign(settings, decoy.settings);
    if (at >= BEFORE) Object.assign(settings, EFFECTS[cause]);
    return simulatedRun(random, at, settings);
  });
  const before = runs.slice(0, told);
  const since = runs.slice(told);
  const account = accountForMinutes(
    before.map(({ timed }) => timed),
    since.map(({ timed }) => timed),
  );
  // as "oddrun evidence" does: three odd runs since, each compared with one before, and one odd run of long ago
  const looked = new Set([told, told + 1, told + 4, told - 1, told - 3, told - 20]);
  const traited = runs.map(({ timed, evidence }, at) => ({
    hasJobs: true,
    traits: [...jobTraits(timed.jobs, timed.steps), ...(looked.has(at) ? evidence : [])],
  }));
  const suspects = rankSuspects(
    traited,
    told,
    { from: `${told - 1}`, to: `${told}`, isOneBranch: true },
    account === null ? null : focusOfMinutes(account),
  );
  const rank = suspects.findIndex((suspect) => isTrue(suspect, cause)) + 1;
  return {
    cause,
    seed,
    rank: rank === 0 ? null : rank,
    first:
      suspects[0] === undefined ? "nothing" : [suspects[0].kind, ...suspects[0].jobs, suspects[0].step ?? ""].join(" "),
    decoys: decoys.map(({ name }) => name),
  };
}

function isTrue({ kind, jobs, step }: Suspect, cause: SuspectCause): boolean {
  if (kind !== cause) return false;
  if (cause === "step") return step === "Collect coverage";
  if (cause === "action") return step === "actions/setup-node";
  if (cause === "job") return jobs.includes("scan");
  return cause === "commits" || jobs.includes("unit");
}

function simulatedRun(random: SeededRandom, at: number, settings: Settings) {
  const runId = 5000 + at;
  const readyMs = START_MS + at * 7_200_000;
  const noise = (): number => 0.92 + 0.16 * random.next();
  const isOther = settings.labels !== PLAIN.labels;
  const pace = (isOther ? 1.5 : 1) * (settings.image === PLAIN.image ? 1 : 1.4) * noise();
  const jobs: Job[] = [];
  const steps = new Map<number, Step[]>();
  const addJob = (
    name: string,
    madeMs: number,
    queueS: number,
    labels: string,
    work: readonly (readonly [string, number])[],
  ): number => {
    const jobId = runId * 100 + jobs.length;
    const startedAtMs = madeMs + Math.round(queueS) * 1000;
    let endMs = startedAtMs;
    const own = work.map(([stepName, seconds], place): Step => {
      const ms = Math.round(seconds * noise()) * 1000;
      const times = { startedAtMs: endMs, completedAtMs: endMs + ms, duration: { ms, unknown: null } };
      endMs += ms;
      return { repositoryId: 1, jobId, stepNumber: place + 1, name: stepName, conclusion: "success", ...times };
    });
    steps.set(jobId, own);
    jobs.push({
      repositoryId: 1,
      runId,
      runAttempt: 1,
      jobId,
      name,
      conclusion: "success",
      createdAtMs: madeMs,
      startedAtMs,
      completedAtMs: endMs,
      duration: { ms: endMs - startedAtMs, unknown: null },
      queueTime: { ms: startedAtMs - madeMs, unknown: null },
      runnerName: `GitHub Actions ${random.integer(1000)}`,
      runnerGroup: "GitHub Actions",
      runnerLabels: labels,
    });
    return endMs;
  };
  const isMissed = settings.cache === "missed";
  const node = `Run actions/setup-node@${settings.nodeAction}`;
  const setUp: readonly (readonly [string, number])[] = [
    ["Set up job", 3],
    ["Run actions/checkout@v4", 4],
  ];
  let endMs = addJob("lint", readyMs, 5 + 4 * random.next(), settings.lintLabels, [
    ...setUp,
    [`Run octo/lint@${settings.lintAction}`, 40],
  ]);
  for (let cell = 1; cell <= settings.docsCells; cell++) {
    const extra: readonly (readonly [string, number])[] = settings.docsStep ? [["Spell-check", 2]] : [];
    endMs = Math.max(
      endMs,
      addJob(`docs (${cell})`, readyMs, 6, "ubuntu-latest", [...setUp, ["Build pages", 25], ...extra]),
    );
  }
  let unitEndMs = readyMs;
  for (let cell = 1; cell <= settings.cells; cell++) {
    // more jobs than runners: they wait for one another
    const queueS = 6 + 5 * random.next() + 35 * Math.max(0, cell - 3);
    const end = addJob(`unit (${cell}/${settings.cells})`, readyMs, queueS, settings.labels, [
      ...setUp,
      [node, settings.nodeAction === "v5" ? 55 : 12],
      ["Restore cache", isMissed ? 1 : 8],
      ["Install dependencies", (isMissed ? 110 : 25) * pace],
      ["Run unit tests", 130 * pace * settings.testFactor],
      ...(settings.hasCoverage ? [["Collect coverage", 70] as const] : []),
    ]);
    unitEndMs = Math.max(unitEndMs, end);
  }
  endMs = Math.max(endMs, unitEndMs);
  if (settings.hasScan) endMs = addJob("scan", unitEndMs + 2000, 8, "ubuntu-latest", [...setUp, ["Scan", 80]]);
  const evidence: readonly Trait[] = [
    { kind: "runner-image", job: "unit", step: "", value: settings.image },
    { kind: "cache", job: "unit", step: "", value: random.next() < 0.1 ? "missed" : settings.cache },
  ];
  const duration = { ms: endMs - readyMs, unknown: null };
  const timed: TimedRun = {
    run: { runId, runAttempt: 1, completedAtMs: endMs, duration, queueTime: { ms: 5000, unknown: null } },
    earlierAttemptsMs: 0,
    jobs,
    steps,
  };
  return { timed, evidence };
}
