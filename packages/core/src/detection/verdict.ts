/** What one feature adds to a verdict: its share of the shortening of the mean path, in splits; more is odder. */
export interface FeatureContribution {
  readonly feature: string;
  readonly contribution: number;
}

/** One number of a run beside what is usual for runs like it, in the feature's own unit. */
export interface Comparison {
  readonly feature: string;
  readonly value: number;
  /** Middle of what is usual. */
  readonly usual: number;
  readonly usualLow: number;
  readonly usualHigh: number;
}

/** The answer to "is this run odd?". Sparse history is an everyday answer, and so is a run that cannot be judged. */
export type Verdict =
  | {
      readonly kind: "anomalous";
      readonly score: number;
      readonly threshold: number;
      /** Largest first. */
      readonly contributions: readonly FeatureContribution[];
      readonly comparisons: readonly Comparison[];
      /** One sentence: "duration 15 min, usual 4 to 6 min". */
      readonly reason: string;
    }
  | {
      readonly kind: "usual";
      readonly score: number;
      readonly threshold: number;
      readonly comparisons: readonly Comparison[];
    }
  | { readonly kind: "too-little-history"; readonly runCount: number; readonly runCountMin: number }
  | { readonly kind: "not-judged"; readonly why: NotJudged };

/** Why a finished run says nothing about what is usual: it did not run to a verdict of its own. */
export type NotJudged = "cancelled" | "skipped" | "never-ran" | "no-verdict" | "duration-unknown";
