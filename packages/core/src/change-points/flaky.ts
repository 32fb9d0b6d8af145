import type { RunMark } from "./change.ts";

/** The verdict of one attempt, or of one job of it. */
export interface AttemptVerdict {
  readonly hasFailed: boolean;
  readonly mark: RunMark;
  readonly headSha: string | null;
}

/** The final verdict of a run. */
export interface RunVerdict {
  readonly hasFailed: boolean;
  /** Failed first and passed on the same commit when it was run again. */
  readonly isFlaky: boolean;
  /** The attempt that it is about: of a flaky run the failed one. */
  readonly mark: RunMark;
  /** When it became final. */
  readonly knownAtMs: number;
}

export interface FailureVerdictsState {
  /** First attempts that failed and may yet pass when run again, oldest first. */
  readonly held: readonly Omit<AttemptVerdict, "hasFailed">[];
}

export interface FailureVerdicts {
  /** Takes the next attempt in order of completion; the runs whose verdict is final by now, in the order in which it became so. */
  add(attempt: AttemptVerdict): readonly RunVerdict[];
  /** The same at an instant at which no attempt came. */
  passTime(nowMs: number): readonly RunVerdict[];
  state(): FailureVerdictsState;
}

/**
 * How long a failure may yet turn out flaky. Of pull requests' failures that pass when run again about half do so within an hour
 * (gha-pulumi: 48 %); a longer wait would find more of them and tell of broken pipelines later.
 */
export const FLAKY_WAIT_MS = 3_600_000;
/** Held at once; beyond it the oldest are failures. */
const HELD_MAX = 200;

/**
 * Makes verdicts of runs from those of attempts: a failure counts once its time to pass on the same commit is over, or when it
 * fails again. What failed first and passed then, as another attempt or another run of that commit, is flaky: it counts as passed,
 * for nothing in the code was broken. A run counts once.
 */
export function failureVerdicts({
  waitMs = FLAKY_WAIT_MS,
  state,
}: {
  readonly waitMs?: number;
  readonly state?: FailureVerdictsState;
} = {}): FailureVerdicts {
  let held = [...(state?.held ?? [])];

  const passTime = (nowMs: number): RunVerdict[] => {
    const verdicts: RunVerdict[] = [];
    while (held.length > 0 && (held[0]!.mark.atMs + waitMs <= nowMs || held.length > HELD_MAX)) {
      const { mark } = held.shift()!;
      verdicts.push({ hasFailed: true, isFlaky: false, mark, knownAtMs: Math.min(nowMs, mark.atMs + waitMs) });
    }
    return verdicts;
  };

  return {
    passTime,
    add({ hasFailed, mark, headSha }) {
      const knownAtMs = mark.atMs;
      const verdicts = passTime(knownAtMs);
      const isRun = (other: { readonly mark: RunMark }): boolean => other.mark.runId === mark.runId;
      if (hasFailed) {
        const again = held.find(isRun);
        if (again !== undefined) {
          held = held.filter((other) => other !== again);
          verdicts.push({ hasFailed: true, isFlaky: false, mark: again.mark, knownAtMs });
        } else if (mark.runAttempt === 1) {
          held.push({ mark, headSha });
          verdicts.push(...passTime(knownAtMs));
        }
        return verdicts;
      }
      const cleared = held.filter((other) => isRun(other) || (headSha !== null && other.headSha === headSha));
      if (cleared.length > 0) held = held.filter((other) => !cleared.includes(other));
      for (const flaky of cleared) verdicts.push({ hasFailed: false, isFlaky: true, mark: flaky.mark, knownAtMs });
      if (mark.runAttempt === 1) verdicts.push({ hasFailed: false, isFlaky: false, mark, knownAtMs });
      return verdicts;
    },
    state: () => ({ held: [...held] }),
  };
}
