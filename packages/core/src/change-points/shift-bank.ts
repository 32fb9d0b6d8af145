import type { RunMark } from "./change.ts";
import type { LevelOptions } from "./level-options.ts";
import { carriedOn, DEGREES, type NoiseLaw } from "./noise-law.ts";

/** What the sums of a bank hold between runs. */
export interface ShiftBankState {
  readonly sums: readonly number[];
  /** Highest value of each sum since it last left zero, and of all its earlier excursions. */
  readonly peaks: readonly number[];
  readonly pastPeaks: readonly number[];
  /** Number, and mark, of the run at which each sum last left zero. */
  readonly starts: readonly number[];
  readonly startMarks: readonly (RunMark | null)[];
}

/** One run as the bank sees it: its distance from the level, and that of the run before. */
export interface BankStep {
  readonly deviation: number;
  readonly before: number;
  readonly law: NoiseLaw;
  /** Scale of the law, widened by what is not known about the level. */
  readonly scale2: number;
  /** Counts up by one a run. */
  readonly at: number;
  readonly mark: RunMark;
}

/**
 * One sum for each size of shift that is tested (Page 1954): every run adds ln f(run | shifted) - ln f(run | usual), and below
 * zero a sum starts anew. "Usual" is whatever lies between the level and the dead zone that makes the run likeliest.
 */
export interface ShiftBank {
  /** The shifts tested, in ln. */
  readonly shifts: Float64Array;
  readonly sums: Float64Array;
  readonly starts: Int32Array;
  readonly startMarks: readonly (RunMark | null)[];
  readonly pastPeaks: Float64Array;
  add(step: BankStep): void;
  /** Place of the sum that is largest beside the one it needs; -1 when all are zero. */
  best(direction?: "up" | "down"): number;
  /** A sum divided by the one it needs at bar 1. */
  ratio(place: number): number;
  /** Number of the earliest start among the sums above `sum`; `otherwise` when there is none. */
  earliestStart(sum: number, otherwise: number): number;
  /** Zeroes the sums; with `earlierPeaks` the past is forgotten back to them. */
  reset(earlierPeaks?: readonly number[]): void;
  state(): ShiftBankState;
}

export function shiftBank(options: LevelOptions, state?: ShiftBankState): ShiftBank {
  const { sumMin, pastPeakShare } = options;
  const keptShare = 0.5 ** (1 / options.pastHalfLifeRuns);
  const shifts = Float64Array.from([
    ...options.ratios.map((ratio) => Math.log(ratio)),
    ...options.ratios.map((ratio) => -Math.log(ratio)),
  ]);
  const deadZones = shifts.map((shift) => shift * options.deadZoneShare);
  const count = shifts.length;
  const sums = Float64Array.from(state?.sums ?? new Float64Array(count));
  const peaks = Float64Array.from(state?.peaks ?? new Float64Array(count));
  const pastPeaks = Float64Array.from(state?.pastPeaks ?? new Float64Array(count));
  const starts = Int32Array.from(state?.starts ?? new Int32Array(count));
  const startMarks = [...(state?.startMarks ?? Array.from<null>({ length: count }).fill(null))];

  const close = (place: number): void => {
    sums[place] = 0;
    if (peaks[place]! > pastPeaks[place]!) pastPeaks[place] = peaks[place]!;
    peaks[place] = 0;
  };
  const ratio = (place: number): number => sums[place]! / (sumMin + pastPeakShare * pastPeaks[place]!);

  return {
    shifts,
    sums,
    starts,
    startMarks,
    pastPeaks,
    ratio,
    add({ deviation, before, law, scale2, at, mark }) {
      const width = DEGREES * scale2;
      const innovation = deviation - carriedOn(law, before);
      for (let k = 0; k < count; k++) pastPeaks[k] = pastPeaks[k]! * keptShare;
      for (let k = 0; k < count; k++) {
        const shift = shifts[k]!;
        const zone = deadZones[k]!;
        const isOpen = sums[k]! > 0;
        let shifted = innovation - shift;
        let usual = innovation - zone;
        if (isOpen) {
          // The run before belongs to the shifted stretch only once that has begun.
          shifted = deviation - shift - carriedOn(law, before - shift);
          usual = deviation - zone - carriedOn(law, before - zone);
        }
        if (shift > 0 ? innovation < 0 : innovation > 0) usual = innovation;
        else if (shift > 0 ? usual < 0 : usual > 0) usual = 0;
        if (!isOpen && Math.abs(shifted) >= Math.abs(usual)) continue;
        const gain = ((DEGREES + 1) / 2) * Math.log((width + usual * usual) / (width + shifted * shifted));
        if (!isOpen) {
          starts[k] = at;
          startMarks[k] = mark;
        }
        const sum = sums[k]! + gain;
        if (sum <= 0) close(k);
        else {
          sums[k] = sum;
          if (sum > peaks[k]!) peaks[k] = sum;
        }
      }
    },
    best(direction) {
      let best = 0;
      let place = -1;
      for (let k = 0; k < count; k++) {
        if (sums[k] === 0 || (direction !== undefined && shifts[k]! > 0 !== (direction === "up"))) continue;
        const now = ratio(k);
        if (now > best) {
          best = now;
          place = k;
        }
      }
      return place;
    },
    earliestStart(sum, otherwise) {
      let earliest = otherwise;
      for (let k = 0; k < count; k++) if (sums[k]! > sum && starts[k]! < earliest) earliest = starts[k]!;
      return earliest;
    },
    reset(earlierPeaks) {
      sums.fill(0);
      peaks.fill(0);
      if (earlierPeaks !== undefined) pastPeaks.set(earlierPeaks);
    },
    state: () => ({
      sums: [...sums],
      peaks: [...peaks],
      pastPeaks: [...pastPeaks],
      starts: [...starts],
      startMarks: startMarks.map((mark, place) => (sums[place]! > 0 ? mark : null)),
    }),
  };
}
