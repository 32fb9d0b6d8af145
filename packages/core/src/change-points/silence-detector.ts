import type { ChangeEvent, RunMark } from "./change.ts";

export interface SilenceOptions {
  /** Silent once the wait is this many times the longest of the remembered gaps. */
  readonly waitFactor: number;
  readonly gapsMax: number;
  /** Nothing is said before this many gaps were seen. */
  readonly gapsMin: number;
  /** Factor on the wait: feedback raises it. */
  readonly bar: number;
}

/** All found, one false in 28,000 runs: docs/detection.md. */
export const DEFAULT_SILENCE_OPTIONS: SilenceOptions = { waitFactor: 2.5, gapsMax: 30, gapsMin: 20, bar: 1 };

export interface SilenceObservation {
  readonly startedAtMs: number;
  readonly mark: RunMark;
}

export interface SilenceState {
  readonly gapsMs: readonly number[];
  readonly lastAtMs: number | null;
  readonly lastMark: RunMark | null;
  readonly changeCount: number;
  readonly open: ChangeEvent | null;
}

export interface SilenceDetector {
  /** Takes the next scheduled run, by start. What the wait before it was is said too, where nobody looked meanwhile. */
  observe(observation: SilenceObservation): readonly ChangeEvent[];
  /** What there is to say at this moment, when no run came since the last one. */
  check(nowMs: number): readonly ChangeEvent[];
  state(): SilenceState;
}

/**
 * Finds schedules that fell silent. Levels are times between two runs, in ms; `at.atMs` is when the waiting was over, which anyone
 * with a clock could have said then. The gap of a silence never enters what is usual.
 */
export function silenceDetector({
  options = DEFAULT_SILENCE_OPTIONS,
  state,
}: {
  readonly options?: SilenceOptions;
  readonly state?: SilenceState;
} = {}): SilenceDetector {
  let gapsMs = [...(state?.gapsMs ?? [])];
  let lastAtMs = state?.lastAtMs ?? null;
  let lastMark = state?.lastMark ?? null;
  let changeCount = state?.changeCount ?? 0;
  let open: ChangeEvent | null = state?.open ?? null;

  const check = (nowMs: number): readonly ChangeEvent[] => {
    if (lastAtMs === null || lastMark === null || open !== null || gapsMs.length < options.gapsMin) return [];
    const waitMs = options.waitFactor * options.bar * Math.max(...gapsMs);
    if (nowMs <= lastAtMs + waitMs) return [];
    changeCount++;
    open = {
      state: "told",
      changeNumber: changeCount,
      direction: "up",
      onset: lastMark,
      at: { ...lastMark, atMs: lastAtMs + waitMs },
      usual: medianOf(gapsMs),
      level: waitMs,
      score: 1,
      runCount: 0,
      isYoung: gapsMs.length < options.gapsMax,
    };
    return [open];
  };

  return {
    check,
    observe({ startedAtMs, mark }) {
      // Two runs of one schedule may start together, and one may be told of late.
      if (lastAtMs !== null && startedAtMs < lastAtMs) return [];
      const events = [...check(startedAtMs)];
      const gapMs = lastAtMs === null ? null : startedAtMs - lastAtMs;
      if (open !== null) {
        events.push({ ...open, state: "recovered", at: mark, level: gapMs!, runCount: 1 });
        open = null;
      } else if (gapMs !== null) gapsMs = [...gapsMs, gapMs].slice(-options.gapsMax);
      lastAtMs = startedAtMs;
      lastMark = mark;
      return events;
    },
    state: () => ({ gapsMs, lastAtMs, lastMark, changeCount, open }),
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
