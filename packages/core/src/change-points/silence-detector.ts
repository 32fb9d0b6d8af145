import { quantile } from "../isolation-forest/index.ts";
import type { ChangeEvent, RunMark } from "./change.ts";

export interface SilenceOptions {
  /** Silent once the wait is this many times the longest of the remembered gaps. */
  readonly waitFactor: number;
  readonly gapsMax: number;
  /** Nothing is said before this many gaps were seen. */
  readonly gapsMin: number;
  /** What came and went twice is a rhythm, as are nights without runs: it is silent only beyond so many times that. */
  readonly rhythmFactor: number;
  /** So many silences that ended are remembered. */
  readonly pastSilencesMax: number;
  /** Factor on the wait: feedback raises it. */
  readonly bar: number;
}

/** All found, one false in 28,000 runs: docs/detection.md. */
export const DEFAULT_SILENCE_OPTIONS: SilenceOptions = {
  waitFactor: 2.5,
  gapsMax: 30,
  gapsMin: 20,
  rhythmFactor: 1.25,
  pastSilencesMax: 6,
  bar: 1,
};

export interface SilenceObservation {
  readonly startedAtMs: number;
  readonly mark: RunMark;
}

export interface SilenceState {
  readonly gapsMs: readonly number[];
  /** How long the latest silences lasted that ended by themselves, oldest first. */
  readonly pastSilencesMs: readonly number[];
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
 * with a clock could have said then. The gap of a silence never enters what is usual;
 * one as long that came and went twice is waited for from then on.
 */
export function silenceDetector({
  options = DEFAULT_SILENCE_OPTIONS,
  state,
}: {
  readonly options?: SilenceOptions;
  readonly state?: SilenceState;
} = {}): SilenceDetector {
  let gapsMs = [...(state?.gapsMs ?? [])];
  let pastSilencesMs = [...(state?.pastSilencesMs ?? [])];
  let lastAtMs = state?.lastAtMs ?? null;
  let lastMark = state?.lastMark ?? null;
  let changeCount = state?.changeCount ?? 0;
  let open: ChangeEvent | null = state?.open ?? null;

  /** How long to wait for the next run; null as long as that is not known. */
  const waitFor = (): number | null => {
    const longestMs = gapsMs.length < options.gapsMin ? 0 : Math.max(...gapsMs);
    // runs that were all told as of one instant make no schedule
    if (longestMs === 0) return null;
    const rhythmMs = pastSilencesMs.toSorted((one, other) => other - one)[1] ?? 0;
    return options.bar * Math.max(options.waitFactor * longestMs, options.rhythmFactor * rhythmMs);
  };

  const check = (nowMs: number): readonly ChangeEvent[] => {
    if (lastAtMs === null || lastMark === null || open !== null) return [];
    const waitMs = waitFor();
    if (waitMs === null || nowMs <= lastAtMs + waitMs) return [];
    changeCount++;
    open = {
      state: "told",
      changeNumber: changeCount,
      direction: "up",
      onset: lastMark,
      at: { ...lastMark, atMs: lastAtMs + waitMs },
      usual: quantile(Float64Array.from(gapsMs).sort(), 0.5),
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
        pastSilencesMs = [...pastSilencesMs, gapMs!].slice(-options.pastSilencesMax);
        open = null;
      } else if (gapMs !== null) gapsMs = [...gapsMs, gapMs].slice(-options.gapsMax);
      lastAtMs = startedAtMs;
      lastMark = mark;
      return events;
    },
    state: () => ({ gapsMs, pastSilencesMs, lastAtMs, lastMark, changeCount, open }),
  };
}
