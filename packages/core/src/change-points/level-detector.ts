import { type RollingWindow, rollingWindow } from "../baselines/index.ts";
import type { ChangeEvent, ChangeState, RunMark } from "./change.ts";
import { DEFAULT_LEVEL_OPTIONS, type LevelOptions } from "./level-options.ts";
import { clipped, DEGREES, fitNoiseLaw, type NoiseLaw, widenedScale2 } from "./noise-law.ts";
import { shiftBank, type ShiftBankState } from "./shift-bank.ts";

/** A value that a series took: above 0, in the unit of the series. */
export interface LevelObservation {
  readonly value: number;
  readonly mark: RunMark;
}

/** All that is kept of a series between two runs; plain numbers, fit for JSON. */
export interface LevelState {
  readonly runCount: number;
  /** ln of the values that the level in force (in an open change: the provisional one) is learnt from, oldest first. */
  readonly reference: readonly number[];
  readonly level: number;
  readonly law: NoiseLaw | null;
  /** Scale of the law, squared, widened by what was not known about the level at its last fit. */
  readonly scale2: number;
  readonly runsSinceLaw: number;
  /** Distance of the latest run from the level. */
  readonly before: number;
  readonly bank: ShiftBankState;
  readonly waiting: readonly WaitingRun[];
  readonly changeCount: number;
  readonly suspicion: Suspicion | null;
  readonly open: OpenChange | null;
}

interface WaitingRun {
  readonly at: number;
  readonly x: number;
}

interface Suspicion {
  readonly changeNumber: number;
  readonly direction: "up" | "down";
  readonly onset: RunMark;
  readonly sinceAt: number;
  readonly usual: number;
  readonly level: number;
  readonly score: number;
}

/** The level in force before an open change, kept apart from what came after. */
interface OpenChange {
  readonly changeNumber: number;
  readonly direction: "up" | "down";
  readonly onset: RunMark;
  readonly reference: readonly number[];
  readonly level: number;
  readonly law: NoiseLaw;
  readonly runsSinceLaw: number;
  readonly pastPeaks: readonly number[];
  /** The sums at which it was told. */
  readonly sums: readonly number[];
  readonly toldAt: number;
  readonly score: number;
  readonly isYoung: boolean;
  runCount: number;
  /** Evidence that the old level is back. */
  recovery: number;
  /** Runs since that evidence left zero. */
  recoveryRuns: number;
}

export interface LevelDetector {
  /** Takes the next run in order of completion; what there is to say after it, mostly nothing. */
  observe(observation: LevelObservation): readonly ChangeEvent[];
  state(): LevelState;
}

/** The most that one run says for or against a recovery. */
const RECOVERY_GAIN_MAX = 5;
const HOUR_MS = 3_600_000;
const NOTHING: readonly ChangeEvent[] = [];

/**
 * Finds where the level of one series shifted: a bank of likelihood-ratio sums over ln values with heavy-tailed, correlated
 * scatter. Memory is bounded; a run costs O(1) amortised. Runs of an open change never enter the level before it, to which
 * recovery compares; a provisional level learnt since the onset serves further changes. docs/detection.md derives it.
 */
export function levelDetector({
  options = DEFAULT_LEVEL_OPTIONS,
  state,
}: {
  readonly options?: LevelOptions;
  readonly state?: LevelState;
} = {}): LevelDetector {
  const bank = shiftBank(options, state?.bank);
  let runCount = state?.runCount ?? 0;
  let reference = windowOf(state?.reference ?? []);
  let level = state?.level ?? 0;
  let law: NoiseLaw | null = state?.law ?? null;
  let runsSinceLaw = state?.runsSinceLaw ?? 0;
  let before = state?.before ?? 0;
  let scale2 = state?.scale2 ?? 0;
  let waiting: WaitingRun[] = [...(state?.waiting ?? [])];
  let changeCount = state?.changeCount ?? 0;
  let suspicion: Suspicion | null = state?.suspicion ?? null;
  /** The level in force has runs that it was not fitted to. */
  let hasMoved = false;
  let open: OpenChange | null = state?.open == null ? null : { ...state.open };

  function windowOf(values: readonly number[]): RollingWindow {
    const window = rollingWindow(options.referenceRunsMax);
    for (const value of values) window.push(value);
    return window;
  }
  function fitLevel(): void {
    level = reference.quantile(0.5);
    scale2 = widenedScale2(law!, reference.size, options.levelVarianceFactor);
  }
  function fitLaw(): void {
    law = fitNoiseLaw(reference, reference.quantile(0.5), options);
    runsSinceLaw = 0;
    fitLevel();
  }
  const isYoung = (): boolean => open === null && reference.size + waiting.length < options.youngRuns;

  /** Lets runs that no open sum stands on join the level in force. */
  const release = (at: number): void => {
    const earliest = bank.earliestStart(options.waitingSum, at + 1);
    let released = 0;
    while (
      released < waiting.length &&
      (waiting[released]!.at < earliest || waiting.length - released > options.waitingRunsMax)
    ) {
      reference.push(waiting[released]!.x);
      released++;
    }
    if (released === 0) return;
    waiting = waiting.length === released ? [] : waiting.slice(released);
    runsSinceLaw += released;
    hasMoved = true;
  };

  /** Runs since the onset of a shift, whether most of them are in it, and their middle distance from the level. */
  const stretchSince = (start: number, shift: number) => {
    const zone = shift * options.deadZoneShare;
    const distances: number[] = [];
    let inside = 0;
    for (const { at, x } of waiting) {
      if (at < start) continue;
      const distance = x - level;
      distances.push(distance);
      if (shift > 0 ? distance > zone : distance < zone) inside++;
    }
    distances.sort((one, other) => one - other);
    return {
      count: distances.length,
      isPersistent: inside >= options.persistentShare * distances.length,
      middle: distances[distances.length >> 1] ?? 0,
    };
  };

  const recover = (was: OpenChange, mark: RunMark, x: number): ChangeEvent => {
    const event = wordOn(was, "recovered", mark, Math.exp(level));
    reference = windowOf(was.reference);
    ({ law, runsSinceLaw } = was);
    fitLevel();
    // What went away by itself counts in full: the same again is no news.
    bank.reset(was.pastPeaks.map((peak, place) => Math.max(peak, was.sums[place]! / options.pastPeakShare)));
    waiting = [];
    hasMoved = false;
    before = x - level;
    open = null;
    return event;
  };

  const wordOn = (about: OpenChange, said: ChangeState, at: RunMark, levelNow: number): ChangeEvent => ({
    state: said,
    changeNumber: about.changeNumber,
    direction: about.direction,
    onset: about.onset,
    at,
    usual: Math.exp(about.level),
    level: levelNow,
    score: about.score,
    runCount: about.runCount,
    isYoung: about.isYoung,
  });

  const withdraw = (mark: RunMark): ChangeEvent => {
    const { changeNumber, direction, onset, usual, level: suspected, score, sinceAt } = suspicion!;
    suspicion = null;
    return {
      state: "withdrawn",
      changeNumber,
      direction,
      onset,
      at: mark,
      usual,
      level: suspected,
      score,
      runCount: runCount - sinceAt,
      isYoung: isYoung(),
    };
  };

  /** Goes on measuring an open change against the level before it. */
  const followOpen = (change: OpenChange, x: number): void => {
    const old = x - change.level;
    const now = x - level;
    const width = (DEGREES * (change.law.scale2 + law!.scale2)) / 2;
    const gain = ((DEGREES + 1) / 2) * Math.log((width + now * now) / (width + old * old));
    change.recovery = Math.max(0, change.recovery + clipped(gain, RECOVERY_GAIN_MAX));
    change.recoveryRuns = change.recovery === 0 ? 0 : change.recoveryRuns + 1;
    change.runCount++;
  };

  /** What there is to say about the shift whose sum is largest. */
  const judge = (place: number, score: number, mark: RunMark, events: ChangeEvent[]): void => {
    const shift = bank.shifts[place]!;
    const start = bank.starts[place]!;
    const stretch = stretchSince(start, shift);
    if (!stretch.isPersistent) return;
    const direction = shift > 0 ? "up" : "down";
    const { bar, runCountMin, runCountFull, halfDayHours, halfDayShift } = options;
    const onset = bank.startMarks[place]!;
    const isLongEnough = Math.abs(shift) > halfDayShift || mark.atMs - onset.atMs >= halfDayHours * HOUR_MS;
    const isMany = stretch.count >= runCountMin && score * Math.min(1, stretch.count / runCountFull) >= bar;
    const isTold = isMany && isLongEnough;
    const found = {
      direction,
      onset,
      usual: Math.exp(level),
      level: Math.exp(level + stretch.middle),
      score,
    } as const;
    if (isTold) {
      tell(found, place, stretch, mark, events);
      return;
    }
    const isSuspected = score >= options.suspicionScore * bar && stretch.count >= options.suspicionRunCountMin;
    if (!isSuspected || suspicion !== null) return;
    changeCount++;
    suspicion = { changeNumber: changeCount, sinceAt: runCount, ...found };
    events.push({
      state: "suspected",
      changeNumber: changeCount,
      ...found,
      at: mark,
      runCount: stretch.count,
      isYoung: isYoung(),
    });
  };

  const tell = (
    found: Pick<Suspicion, "direction" | "onset" | "usual" | "level" | "score">,
    place: number,
    stretch: { readonly count: number },
    mark: RunMark,
    events: ChangeEvent[],
  ): void => {
    if (suspicion !== null && suspicion.direction !== found.direction) events.push(withdraw(mark));
    // What moves again while a change is open starts from the provisional level: the earlier change is over as such.
    if (open !== null) events.push(wordOn(open, "settled", mark, found.usual));
    const changeNumber = suspicion?.changeNumber ?? ++changeCount;
    suspicion = null;
    open = {
      changeNumber,
      direction: found.direction,
      onset: found.onset,
      reference: valuesOf(reference),
      level,
      law: law!,
      runsSinceLaw,
      pastPeaks: [...bank.pastPeaks],
      sums: [...bank.sums],
      toldAt: runCount,
      score: found.score,
      isYoung: isYoung(),
      runCount: stretch.count,
      recovery: 0,
      recoveryRuns: 0,
    };
    events.push(wordOn(open, "told", mark, found.level));
    const start = bank.starts[place]!;
    const levelBefore = level;
    reference = windowOf(waiting.filter(({ at }) => at >= start).map(({ x }) => x));
    waiting = [];
    bank.reset();
    hasMoved = false;
    // The law of the level before it serves a provisional one until that has runs enough for its own.
    if (reference.size >= options.referenceRunsMin) fitLaw();
    else fitLevel();
    before += levelBefore - level;
  };

  /** A new level, be it the first or a provisional one, is learnt from its first runs before anything is tested against it. */
  const learn = (x: number): void => {
    reference.push(x);
    if (reference.size === options.referenceRunsMin) fitLaw();
    else if (law !== null) fitLevel();
    before = x - level;
  };

  /** Adds a run to the sums, and lets those that no sum stands on join the level; the place of the largest sum. */
  const add = (x: number, mark: RunMark): number => {
    const deviation = x - level;
    bank.add({ deviation, before, law: law!, scale2, at: runCount, mark });
    before = deviation;
    waiting.push({ at: runCount, x });
    const place = bank.best();
    release(runCount);
    return place;
  };

  const refit = (): void => {
    const levelBefore = level;
    if (runsSinceLaw >= options.refitShare * reference.size) fitLaw();
    else fitLevel();
    hasMoved = false;
    before += levelBefore - level;
  };

  return {
    observe({ value, mark }) {
      const x = Math.log(value);
      runCount++;
      const isLearning = reference.size < options.referenceRunsMin;
      let place = -1;
      if (isLearning) learn(x);
      else place = add(x, mark);

      let events: ChangeEvent[] | null = null;
      if (open !== null) {
        events = [];
        followOpen(open, x);
        if (open.recovery > options.recoverySum && open.recoveryRuns >= options.recoveryRunCountMin) {
          if (suspicion !== null) events.push(withdraw(mark));
          events.push(recover(open, mark, x));
          return events;
        }
        if (runCount - open.toldAt > options.settledAfterRuns) {
          events.push(wordOn(open, "settled", mark, Math.exp(level)));
          open = null;
        }
      }
      if (suspicion !== null) {
        const still = bank.best(suspicion.direction);
        if (still < 0 || runCount - suspicion.sinceAt > options.suspicionRunsMax) (events ??= []).push(withdraw(mark));
      }
      const score = place < 0 ? 0 : bank.ratio(place);
      if (score >= options.suspicionScore * options.bar) judge(place, score, mark, (events ??= []));
      if (hasMoved) refit();
      return events ?? NOTHING;
    },
    state: () => ({
      runCount,
      reference: valuesOf(reference),
      level,
      law,
      scale2,
      runsSinceLaw,
      before,
      bank: bank.state(),
      waiting: [...waiting],
      changeCount,
      suspicion,
      open: open === null ? null : { ...open },
    }),
  };
}

function valuesOf(window: RollingWindow): number[] {
  const values = new Float64Array(window.size);
  window.copyTo(values);
  return [...values];
}
