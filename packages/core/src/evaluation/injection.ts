import type { SeededRandom } from "../random/index.ts";
import { localLevels } from "./local-level.ts";

/** What an injection changes of a run. Whatever else a run has, its times above all, is kept as it was. */
export interface InjectableRun {
  readonly durationMs: number;
  readonly hasFailed: boolean;
}

/**
 * What is put into a real history. Real durations are multiplied, never replaced, so that their own noise, tails and correlation
 * stay. `runCount` is for how many runs, failed ones included; a rise of failures is in shares of runs, 0.2 = 20 in 100.
 */
export type Injection =
  /** From the onset to the end of the history. */
  | { readonly kind: "step"; readonly factor: number }
  /** For some runs; then the old level is back. */
  | { readonly kind: "passing-step"; readonly factor: number; readonly runCount: number }
  /** Rises evenly until it is whole, and stays. */
  | { readonly kind: "ramp"; readonly factor: number; readonly runCount: number }
  /** A step, and as large a one again some runs later. */
  | { readonly kind: "two-steps"; readonly factor: number; readonly runCount: number }
  /** Single runs, that pass: the one at the onset, and with `gap` another one so many runs later. */
  | { readonly kind: "odd-run"; readonly factor: number; readonly gap?: number }
  /** The job that silently does nothing: much shorter, and green. */
  | { readonly kind: "hollow"; readonly factor: number; readonly runCount: number }
  /** Passing runs fail by chance, and then last as long as some failed run of this history. */
  | { readonly kind: "failures"; readonly rise: number; readonly runCount: number }
  /** The spread of ln duration of passing runs grows around a level that stays: nothing has changed that an alert is for. */
  | { readonly kind: "variance"; readonly factor: number };

/** Places of runs in the history, from 0, both included. */
export interface InjectedStretch {
  readonly firstRun: number;
  readonly lastRun: number;
}

export interface InjectedHistory<Run extends InjectableRun> {
  readonly runs: readonly Run[];
  readonly stretches: readonly InjectedStretch[];
}

/** Durations times `factor` from run `onset` on, to the end or for `runCount` runs: the plain lasting change. */
export function injectShift<Run extends { readonly durationMs: number }>(
  runs: readonly Run[],
  {
    onset,
    factor,
    runCount = runs.length,
  }: { readonly onset: number; readonly factor: number; readonly runCount?: number },
): readonly Run[] {
  const end = onset + runCount;
  return runs.map((run, place) => (place >= onset && place < end ? scaled(run, factor) : run));
}

/**
 * A copy of the history with something injected at the run `onset` (from 0), and where it is. Only "failures" draws by chance.
 * After the replay protocol's description; a history with too few runs after the onset holds what fits.
 *
 * @throws RangeError when the onset is no run of the history, or failures are wanted where no run has ever failed.
 */
export function inject<Run extends InjectableRun>(
  runs: readonly Run[],
  injection: Injection,
  onset: number,
  random: SeededRandom,
): InjectedHistory<Run> {
  if (!Number.isInteger(onset) || onset < 0 || onset >= runs.length) {
    throw new RangeError(`The onset must be a run from 0 to ${runs.length - 1}; it is ${onset}.`);
  }
  const lastRun = runs.length - 1;
  const first = { firstRun: onset, lastRun };
  switch (injection.kind) {
    case "step":
      return { runs: injectShift(runs, { onset, factor: injection.factor }), stretches: [first] };
    case "passing-step":
      return {
        runs: injectShift(runs, { onset, ...injection }),
        stretches: [{ firstRun: onset, lastRun: Math.min(lastRun, onset + injection.runCount - 1) }],
      };
    case "ramp":
      return { runs: ramp(runs, onset, injection), stretches: [first] };
    case "two-steps":
      return twoSteps(runs, onset, injection);
    case "odd-run":
      return oddRuns(runs, onset, injection);
    case "hollow": {
      const end = Math.min(runs.length, onset + injection.runCount);
      const hollow = runs.map((run, place) => (place >= onset && place < end ? passing(run) : run));
      return {
        runs: injectShift(hollow, { onset, ...injection }),
        stretches: [{ firstRun: onset, lastRun: end - 1 }],
      };
    }
    case "failures":
      return failures(runs, onset, injection, random);
    case "variance":
      break;
  }
  return { runs: wider(runs, onset, injection.factor), stretches: [first] };
}

const scaled = <Run extends { readonly durationMs: number }>(run: Run, factor: number): Run => ({
  ...run,
  durationMs: run.durationMs * factor,
});

const passing = <Run extends InjectableRun>(run: Run): Run => ({ ...run, hasFailed: false });

function ramp<Run extends InjectableRun>(
  runs: readonly Run[],
  onset: number,
  { factor, runCount }: { readonly factor: number; readonly runCount: number },
): readonly Run[] {
  const share = (place: number): number => Math.min(1, (place - onset + 1) / runCount);
  return runs.map((run, place) => (place < onset ? run : scaled(run, 1 + (factor - 1) * share(place))));
}

function twoSteps<Run extends InjectableRun>(
  runs: readonly Run[],
  onset: number,
  { factor, runCount }: { readonly factor: number; readonly runCount: number },
): InjectedHistory<Run> {
  const second = onset + runCount;
  const once = injectShift(runs, { onset, factor, runCount });
  const lastRun = runs.length - 1;
  const stretches = [{ firstRun: onset, lastRun: Math.min(lastRun, second - 1) }];
  if (second <= lastRun) stretches.push({ firstRun: second, lastRun });
  return { runs: injectShift(once, { onset: second, factor: factor * factor }), stretches };
}

/** A run that failed becomes a passing one of the level around it first: an odd duration of a failed run says little. */
function oddRuns<Run extends InjectableRun>(
  runs: readonly Run[],
  onset: number,
  { factor, gap = 0 }: { readonly factor: number; readonly gap?: number },
): InjectedHistory<Run> {
  const places = [...new Set([onset, onset + gap])].filter((place) => place < runs.length);
  const levels = localLevels(runs);
  const changed = [...runs];
  for (const place of places) {
    const run = runs[place]!;
    const durationMs = run.hasFailed && levels[place]! > 0 ? levels[place]! : run.durationMs;
    changed[place] = { ...passing(run), durationMs: durationMs * factor };
  }
  return { runs: changed, stretches: places.map((place) => ({ firstRun: place, lastRun: place })) };
}

function failures<Run extends InjectableRun>(
  runs: readonly Run[],
  onset: number,
  { rise, runCount }: { readonly rise: number; readonly runCount: number },
  random: SeededRandom,
): InjectedHistory<Run> {
  const failedMs = runs.filter(({ hasFailed }) => hasFailed).map(({ durationMs }) => durationMs);
  if (failedMs.length === 0) throw new RangeError("Failures are injected only where some run has failed.");
  // so that the share of failed runs rises by `rise`, only those that would have passed being open to chance
  const chance = rise / (1 - failedMs.length / runs.length);
  const end = Math.min(runs.length, onset + runCount);
  const changed = [...runs];
  for (let place = onset; place < end; place++) {
    const run = runs[place]!;
    if (run.hasFailed || random.next() >= chance) continue;
    changed[place] = { ...run, hasFailed: true, durationMs: failedMs[random.integer(failedMs.length)]! };
  }
  return { runs: changed, stretches: [{ firstRun: onset, lastRun: end - 1 }] };
}

function wider<Run extends InjectableRun>(runs: readonly Run[], onset: number, factor: number): readonly Run[] {
  const levels = localLevels(runs);
  return runs.map((run, place) => {
    if (place < onset || run.hasFailed) return run;
    const level = levels[place]!;
    return { ...run, durationMs: level * Math.exp(factor * Math.log(run.durationMs / level)) };
  });
}
