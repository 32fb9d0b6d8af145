import type { SuspectFocus } from "./focus.ts";
import { separation, tally } from "./separation.ts";
import { type Trait, type TraitKind, traitKey } from "./trait.ts";

/** What is known of one run, in the order of completion. */
export interface TraitedRun {
  /** Whether its jobs were collected: only then is a job that is not among them missing. */
  readonly hasJobs: boolean;
  readonly traits: readonly Trait[];
}

/** Something that changed at the onset, too. Whether it is the reason is for people to judge. */
export interface Suspect {
  readonly kind: TraitKind | "commits";
  /** The jobs, without matrix values; none for the whole run. */
  readonly jobs: readonly string[];
  /** The step, or the name of the action. */
  readonly step: string | null;
  /** The value that there is less of since the onset, and the one that there is more of. */
  readonly from: string;
  readonly to: string;
  /** Of the runs before and since of which it is known, those with the new value. */
  readonly before: { readonly runCount: number; readonly newCount: number };
  readonly since: { readonly runCount: number; readonly newCount: number };
  /** Runs between the onset and where its own values fall apart best: 0 is the same run, below 0 earlier. */
  readonly offsetRuns: number;
  /** How much speaks for looking at it first: ln of odds, as far as values and places go, with a little for what fits the account. */
  readonly score: number;
}

/** The commits between the last run before the onset and the first since. */
export interface CommitRange {
  readonly from: string;
  readonly to: string;
  /** Whether both are of one branch, so that a range of commits lies between them. */
  readonly isOneBranch: boolean;
}

/** How far from the onset a change may lie and still coincide: an onset is an estimate. */
const NEAR_RUNS = 3;
/** What each run of distance takes from a score. */
const DISTANCE_COST = 0.5;
/** Beyond this a change is as sure as can be: more runs of one value say no more about it. */
const LOG_FACTOR_MAX = 6;
const RUNS_KNOWN_MIN = 5;
/** With two or three known runs a difference is only a hint, which is still told. */
const HINT_MIN = 0.6;
/** A value must come in so much more of the runs to be told at all. */
const SHARE_MOVED_MIN = 0.25;
const SUSPECTS_MAX = 5;
/** Commits change with nearly every run: they say little, and are asked after first all the same where nothing else changed. */
const COMMITS_SCORE = 2;
const COMMITS_ELSEWHERE_SCORE = 0.5;

/**
 * What changed at the onset besides what the change is about, what coincides best first. `runs` are in order of completion, `onset` is
 * the place of the first run of the change in them. `focus` is where the change lies: what changed elsewhere is asked about last.
 */
export function rankSuspects(
  runs: readonly TraitedRun[],
  onset: number,
  commits: CommitRange | null,
  focus: SuspectFocus | null,
): readonly Suspect[] {
  const columns = traitColumns(runs);
  const bar = 1 + Math.log(Math.max(1, columns.length));
  const found = columns.flatMap(({ trait, values }): readonly Suspect[] => {
    const suspect = judge(trait, values, onset, bar);
    return suspect === null ? [] : [{ ...suspect, score: suspect.score + fit(suspect, focus) }];
  });
  const all = commits === null ? found : [...found, ofCommits(commits, runs.length, onset)];
  return merged(all.sort((a, b) => b.score - a.score || a.kind.localeCompare(b.kind))).slice(0, SUSPECTS_MAX);
}

interface TraitColumn {
  readonly trait: Omit<Trait, "value">;
  /** One for each run; null is not known. */
  readonly values: readonly (string | null)[];
}

/** Each trait over all runs. What is always there in some run is "not there" in others of which jobs are known. */
function traitColumns(runs: readonly TraitedRun[]): readonly TraitColumn[] {
  const maps = runs.map(({ traits }) => new Map(traits.map((trait) => [traitKey(trait), trait])));
  const jobsOf = runs.map(({ traits }) => new Set(traits.flatMap((one) => (hasSteps(one) ? one.job : []))));
  const firsts = new Map<string, Trait>();
  for (const map of maps) for (const [key, trait] of map) if (!firsts.has(key)) firsts.set(key, trait);
  return [...firsts].map(([key, trait]) => ({
    trait,
    values: maps.map((map, at) => {
      const known = map.get(key)?.value;
      if (known !== undefined) return known;
      if (trait.kind === "job" && runs[at]!.hasJobs) return ABSENT;
      return trait.kind === "step" && jobsOf[at]!.has(trait.job) ? ABSENT : null;
    }),
  }));
}

const hasSteps = ({ kind }: Trait): boolean => kind === "step";
const ABSENT = "not there";

function judge(
  { kind, job, step }: Omit<Trait, "value">,
  values: readonly (string | null)[],
  onset: number,
  bar: number,
): Suspect | null {
  const [before, since] = [tally(values.slice(0, onset)), tally(values.slice(onset))];
  const moved = movedValues(before, since);
  if (moved === null) return null;
  const { from, to } = moved;
  const { logFactors } = separation(values);
  let near = Number.NEGATIVE_INFINITY;
  let offsetRuns = 0;
  for (let distance = -NEAR_RUNS; distance <= NEAR_RUNS; distance++) {
    const factor = (logFactors[onset + distance] ?? 0) - DISTANCE_COST * Math.abs(distance);
    // of places that are as good the one nearest to the onset
    if (factor > near || (factor === near && Math.abs(distance) < Math.abs(offsetRuns)))
      [near, offsetRuns] = [factor, distance];
  }
  const best = Math.max(...logFactors);
  const count = (counts: ReadonlyMap<string, number>): { readonly runCount: number; readonly newCount: number } => ({
    runCount: [...counts.values()].reduce((sum, one) => sum + one, 0),
    newCount: counts.get(to) ?? 0,
  });
  const [known, knownSince] = [count(before), count(since)];
  const isHint = known.runCount < RUNS_KNOWN_MIN || knownSince.runCount < RUNS_KNOWN_MIN;
  if (near < (isHint ? HINT_MIN : bar)) return null;
  const score = Math.min(near, LOG_FACTOR_MAX) - Math.max(0, best - near - DISTANCE_COST * Math.abs(offsetRuns));
  if (score <= 0) return null;
  return {
    kind,
    jobs: job === "" ? [] : [job],
    step: step === "" ? null : step,
    from,
    to,
    before: known,
    since: knownSince,
    offsetRuns,
    score,
  };
}

/** The values whose shares of the known runs fell and rose the most; null where one side knows none, or too little moved. */
function movedValues(
  before: ReadonlyMap<string, number>,
  since: ReadonlyMap<string, number>,
): { readonly from: string; readonly to: string } | null {
  const sum = (counts: ReadonlyMap<string, number>): number =>
    [...counts.values()].reduce((total, one) => total + one, 0);
  const [known, knownSince] = [sum(before), sum(since)];
  if (known === 0 || knownSince === 0) return null;
  let [from, fall] = ["", 0];
  let [to, rise] = ["", 0];
  for (const value of new Set([...before.keys(), ...since.keys()])) {
    const change = (since.get(value) ?? 0) / knownSince - (before.get(value) ?? 0) / known;
    if (change > rise) [to, rise] = [value, change];
    if (change < fall) [from, fall] = [value, change];
  }
  return rise < SHARE_MOVED_MIN ? null : { from, to };
}

const OF_RUNNERS: ReadonlySet<string> = new Set<TraitKind>([
  "runner-labels",
  "runner-group",
  "runner",
  "runner-image",
  "runner-version",
  "operating-system",
  "region",
]);
const OF_JOBS: ReadonlySet<string> = new Set<TraitKind>(["job", "matrix-size"]);

/** A job with at least this share of the change is where it lies; with less than the other it is not. */
const MUCH = 0.3;
const LITTLE = 0.05;
const IN_THE_JOB = 2;
/** More than a perfect coincidence leaves above commits: what changed in a job that takes no longer did not make the run longer. */
const ELSEWHERE = -5;
const SAME_STEP = 2;
const SUCH_A_KIND = 2;

/** What speaks for a suspect from where the change lies: it is about the same job or step, or of a kind that acts this way. */
function fit({ kind, jobs, step, to }: Suspect, focus: SuspectFocus | null): number {
  if (focus === null) return 0;
  let sum = 0;
  if (jobs.length > 0) {
    const share = Math.max(...jobs.map((job) => focus.jobs.get(job) ?? 0));
    if (share >= MUCH) sum += IN_THE_JOB;
    // a job that is gone can have made a run shorter or a queue move, though nothing of it is left to measure
    else if (share < LITTLE && to !== ABSENT) sum += ELSEWHERE;
  }
  if (step !== null && focus.steps.some((name) => name === step || (kind === "action" && name.includes(step)))) {
    sum += SAME_STEP;
  }
  const isSuchAKind =
    ((focus.kind === "everything" || focus.kind === "queue") && OF_RUNNERS.has(kind)) ||
    ((focus.kind === "path" || focus.kind === "queue") && OF_JOBS.has(kind)) ||
    ((focus.kind === "cache" || focus.kind === "dependencies") && kind === "cache");
  return isSuchAKind ? sum + SUCH_A_KIND : sum;
}

function ofCommits({ from, to, isOneBranch }: CommitRange, runCount: number, onset: number): Suspect {
  const score = isOneBranch ? COMMITS_SCORE : COMMITS_ELSEWHERE_SCORE;
  const [before, since] = [
    { runCount: onset, newCount: 0 },
    { runCount: runCount - onset, newCount: runCount - onset },
  ];
  return { kind: "commits", jobs: [], step: null, from, to, before, since, offsetRuns: 0, score };
}

/** One line for what changed in the same way in several jobs, or for steps that came and went together in one. */
function merged(suspects: readonly Suspect[]): readonly Suspect[] {
  const groups = Map.groupBy(suspects, ({ kind, from, to, step, offsetRuns }) =>
    JSON.stringify([kind, from, to, step, offsetRuns]),
  );
  return [...groups.values()].map((same) => ({
    ...same[0]!,
    jobs: [...new Set(same.flatMap((one) => one.jobs))],
  }));
}
