import { branchClass, type HistoryRun, quantile, type SeededRandom } from "@oddrun/core";

/** The numbers of a run that a combination can set: duration, queue, jobs, and each joined metric by its name. */
type Numbers = ReadonlyMap<string, number>;

/** How a usual run is made odd; null where this run can't be. */
export interface Combination {
  readonly name: string;
  make(run: HistoryRun, near: Neighbours, random: SeededRandom): HistoryRun | null;
}

export interface Neighbours {
  /** Passing runs of the same context near this one in time, either side, without it. */
  readonly same: readonly HistoryRun[];
  /** Some passing run of another context. */
  other(random: SeededRandom): HistoryRun;
}

const NEAR = 50;
const NEAR_MIN = 20;
const ALIKE_FACTOR = 1.5;

/**
 * Ways in which each number alone is nothing special. They are made of numbers that this pipeline has had at that time: only two
 * controls, last, hold a number that is odd by itself.
 */
export const COMBINATIONS: readonly Combination[] = [
  {
    name: "every number as one run in ten has it, all at once",
    make(run, { same }) {
      const own = numbersOf(run);
      return own.size < 2
        ? null
        : withNumbers(
            run,
            moved(own, same, () => 0.9),
          );
    },
  },
  {
    name: "duration usual, every other number at its 3 % or 97 %",
    make(run, { same }, random) {
      const own = numbersOf(run);
      if (own.size < 3) return null;
      const far = (): number => (random.next() < 0.5 ? 0.03 : 0.97);
      return withNumbers(
        run,
        moved(own, same, (name) => (name === "duration" ? 0.5 : far())),
      );
    },
  },
  {
    name: "each number from another run of the context",
    make(run, { same }, random) {
      const own = numbersOf(run);
      if (own.size < 2) return null;
      const drawn = [...own].map(([name, value]) => {
        const from = numbersOf(same[random.integer(same.length)]!).get(name);
        return [name, from ?? value] as const;
      });
      return withNumbers(run, new Map(drawn));
    },
  },
  {
    name: "the row of another context that lasts about as long",
    make(run, near, random) {
      const own = numbersOf(run);
      for (let attempt = 0; attempt < 20; attempt++) {
        const theirs = numbersOf(near.other(random));
        const ratio = theirs.get("duration")! / own.get("duration")!;
        if (Math.max(ratio, 1 / ratio) > ALIKE_FACTOR) continue;
        const shared = [...own].map(([name, value]) => [name, theirs.get(name) ?? value] as const);
        return shared.length < 2 ? null : withNumbers(run, new Map(shared));
      }
      return null;
    },
  },
  {
    name: "one number odd by itself: duration x2",
    make: (run) => withNumbers(run, new Map(numbersOf(run)).set("duration", 2 * run.duration.ms!)),
  },
  {
    name: "two odd ones: duration x1.5, and each further number x2",
    make(run) {
      const own = numbersOf(run);
      if (own.size < 2) return null;
      return withNumbers(
        run,
        new Map([...own].map(([name, value]) => [name, value * (name === "duration" ? 1.5 : 2)])),
      );
    },
  },
];

export function contextOf({ workflowId, branch, event, defaultBranch }: HistoryRun): string {
  return `${workflowId} ${branchClass(branch, defaultBranch)} ${event}`;
}

export const isPlain = (run: HistoryRun): boolean => run.conclusion === "success" && run.duration.ms !== null;

/** For any run of a history its neighbours; null where there are too few. */
export function neighbourhood(runs: readonly HistoryRun[]): (place: number) => Neighbours | null {
  const contexts = new Map<string, number[]>();
  const placeInContext = new Map<number, number>();
  const plain: number[] = [];
  for (const [place, run] of runs.entries()) {
    if (!isPlain(run)) continue;
    plain.push(place);
    const context = contextOf(run);
    const own = contexts.get(context) ?? [];
    contexts.set(context, own);
    placeInContext.set(place, own.length);
    own.push(place);
  }
  return (place) => {
    const at = placeInContext.get(place);
    if (at === undefined) return null;
    const context = contextOf(runs[place]!);
    const own = contexts.get(context)!;
    const same = own.slice(Math.max(0, at - NEAR), at + NEAR + 1).filter((one) => one !== place);
    if (same.length < NEAR_MIN) return null;
    return {
      same: same.map((one) => runs[one]!),
      other(random) {
        for (let attempt = 0; attempt < 100; attempt++) {
          const run = runs[plain[random.integer(plain.length)]!]!;
          if (contextOf(run) !== context) return run;
        }
        return runs[place]!;
      },
    };
  };
}

function numbersOf(run: HistoryRun): Numbers {
  const numbers = new Map([["duration", run.duration.ms!]]);
  if (run.queueTime.ms !== null) numbers.set("queue", run.queueTime.ms);
  if (run.jobCount !== null) numbers.set("jobs", run.jobCount);
  for (const [name, value] of run.metrics) numbers.set(name, value);
  return numbers;
}

function withNumbers(run: HistoryRun, numbers: Numbers): HistoryRun {
  const queueMs = numbers.get("queue");
  const jobCount = numbers.get("jobs");
  return {
    ...run,
    duration: { ms: Math.max(1, numbers.get("duration")!), unknown: null },
    queueTime: queueMs === undefined ? run.queueTime : { ms: queueMs, unknown: null },
    jobCount: jobCount === undefined ? run.jobCount : Math.max(1, Math.round(jobCount)),
    metrics: new Map([...run.metrics.keys()].map((name) => [name, numbers.get(name)!])),
  };
}

/** Each number at a share of what it was in the runs nearby. */
function moved(own: Numbers, same: readonly HistoryRun[], shareOf: (name: string) => number): Numbers {
  return new Map(
    [...own].map(([name, value]) => {
      const near = same.map((run) => numbersOf(run).get(name)).filter((one) => one !== undefined);
      const sorted = Float64Array.from(near).sort();
      return [name, sorted.length < NEAR_MIN ? value : quantile(sorted, shareOf(name))];
    }),
  );
}
