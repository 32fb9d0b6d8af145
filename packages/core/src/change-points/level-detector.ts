import { type RollingWindow, rollingWindow } from "../baselines/index.ts";
import type { ChangeEvent, ChangeState, RunMark } from "./change.ts";
import { DEFAULT_LEVEL_OPTIONS, type LevelOptions } from "./level-options.ts";
import { clipped, fitNoiseLaw, levelVariance, type NoiseLaw } from "./noise-law.ts";
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
  readonly runsSinceFit: number;
  readonly fitsSinceLaw: number;
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
  readonly pastPeaks: readonly number[];
  readonly score: number;
  readonly isYoung: boolean;
  runCount: number;
  /** Evidence that the old level is back. */
  recovery: number;
}

export interface LevelDetector {
  /** Takes the next run in order of completion; what there is to say after it, mostly nothing. */
  observe(observation: LevelObservation): readonly ChangeEvent[];
  state(): LevelState;
}

/** The level is fitted anew after this many further runs of it; once the window is full, the law of its scatter after so many fits. */
const FIT_AFTER_RUNS = 3;
const LAW_AFTER_FITS = 3;
/** A provisional level keeps the law of the level before it until it has this many runs. */
const OWN_LAW_RUNS_MIN = 30;
const RECOVERY_DEGREES = 3;
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
  let runsSinceFit = state?.runsSinceFit ?? 0;
  let fitsSinceLaw = state?.fitsSinceLaw ?? 0;
  let before = state?.before ?? 0;
  let scale2 = state?.scale2 ?? 0;
  let waiting: WaitingRun[] = [...(state?.waiting ?? [])];
  let changeCount = state?.changeCount ?? 0;
  let suspicion: Suspicion | null = state?.suspicion ?? null;
  let open: OpenChange | null = state?.open == null ? null : { ...state.open };

  function windowOf(values: readonly number[]): RollingWindow {
    const window = rollingWindow(options.referenceRunsMax);
    for (const value of values) window.push(value);
    return window;
  }
  function widen(known: NoiseLaw): void {
    scale2 = known.scale2 + levelVariance(known, reference.size);
  }
  function fitLevel(isLawDue: boolean): void {
    level = reference.quantile(0.5);
    if (isLawDue || law === null) {
      law = fitNoiseLaw(reference, level, options);
      fitsSinceLaw = 0;
    } else fitsSinceLaw++;
    widen(law);
    runsSinceFit = 0;
  }
  const historyCount = (): number => reference.size + waiting.length;
  const isYoung = (): boolean => open === null && historyCount() < options.settledRuns;
  /** What a sum beside the one it needs is worth with so little history. */
  const trust = (): number => 1 / (1 + options.youngCaution * Math.max(0, 1 - historyCount() / options.settledRuns));

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
    runsSinceFit += released;
  };

  /** Runs since the onset of a shift, how many of them lie beyond it, and their middle distance from the level. */
  const stretchSince = (start: number, shift: number) => {
    const distances: number[] = [];
    let beyond = 0;
    for (const { at, x } of waiting) {
      if (at < start) continue;
      const distance = x - level;
      distances.push(distance);
      if (shift > 0 ? distance > options.beyondShare * shift : distance < options.beyondShare * shift) beyond++;
    }
    distances.sort((one, other) => one - other);
    const share = distances.length >= options.longRunCount ? options.persistentShareLong : options.persistentShare;
    return {
      count: distances.length,
      isPersistent: beyond >= share * distances.length,
      middle: distances[distances.length >> 1] ?? 0,
    };
  };

  const recover = (was: OpenChange, mark: RunMark, x: number): ChangeEvent => {
    const event = wordOn(was, "recovered", mark, Math.exp(level));
    reference = windowOf(was.reference);
    law = was.law;
    level = was.level;
    widen(law);
    bank.reset(was.pastPeaks);
    waiting = [];
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
    const both = RECOVERY_DEGREES * ((change.law.scale2 + law!.scale2) / 2);
    const gain = (-(RECOVERY_DEGREES + 1) / 2) * Math.log((both + old * old) / (both + now * now));
    change.recovery = Math.max(0, change.recovery + clipped(gain, options.gainMax));
    change.runCount++;
  };

  /** What there is to say about the shift whose sum is largest. */
  const judge = (place: number, score: number, mark: RunMark, events: ChangeEvent[]): void => {
    const shift = bank.shifts[place]!;
    const start = bank.starts[place]!;
    const stretch = stretchSince(start, shift);
    if (!stretch.isPersistent) return;
    const direction = shift > 0 ? "up" : "down";
    const { bar, runCountMin, earlyRunCountMin, earlyScore } = options;
    const isTold =
      score >= bar &&
      (stretch.count >= runCountMin || (stretch.count >= earlyRunCountMin && score >= earlyScore * bar));
    const found = {
      direction,
      onset: bank.startMarks[place]!,
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
      pastPeaks: [...bank.pastPeaks],
      score: found.score,
      isYoung: isYoung(),
      runCount: stretch.count,
      recovery: 0,
    };
    events.push(wordOn(open, "told", mark, found.level));
    const start = bank.starts[place]!;
    const levelBefore = level;
    reference = windowOf(waiting.filter(({ at }) => at >= start).map(({ x }) => x));
    waiting = [];
    bank.reset();
    fitLevel(false);
    before += levelBefore - level;
  };

  return {
    observe({ value, mark }) {
      const x = Math.log(value);
      runCount++;
      if (law === null) {
        reference.push(x);
        if (reference.size === options.referenceRunsMin) fitLevel(true);
        before = x - level;
        return NOTHING;
      }
      const at = runCount;
      const deviation = x - level;
      const trusted = trust();
      bank.add({ deviation, before, law, scale2, at, mark });
      before = deviation;
      waiting.push({ at, x });
      const place = bank.best();
      release(at);

      let events: ChangeEvent[] | null = null;
      if (open !== null) {
        events = [];
        followOpen(open, x);
        if (open.recovery > options.recoverySum) {
          if (suspicion !== null) events.push(withdraw(mark));
          events.push(recover(open, mark, x));
          return events;
        }
        if (open.runCount > options.settledAfterRuns) {
          events.push(wordOn(open, "settled", mark, Math.exp(level)));
          open = null;
        }
      }
      if (suspicion !== null) {
        const still = bank.best(suspicion.direction);
        if (still < 0 || runCount - suspicion.sinceAt > options.suspicionRunsMax) (events ??= []).push(withdraw(mark));
      }
      const score = place < 0 ? 0 : bank.ratio(place) * trusted;
      if (score >= options.suspicionScore * options.bar) {
        judge(place, score, mark, (events ??= []));
      }
      if (runsSinceFit >= FIT_AFTER_RUNS) {
        const levelBefore = level;
        const keepsOldLaw = open !== null && reference.size < OWN_LAW_RUNS_MIN;
        fitLevel(!keepsOldLaw && (fitsSinceLaw >= LAW_AFTER_FITS || reference.size < options.referenceRunsMax));
        before += levelBefore - level;
      }
      return events ?? NOTHING;
    },
    state: () => ({
      runCount,
      reference: valuesOf(reference),
      level,
      law,
      scale2,
      runsSinceFit,
      fitsSinceLaw,
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
