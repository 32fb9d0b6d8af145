/**
 * What other methods reach on the same cases: figures of the replay protocol's README (seed 1, its shared histories), which ran them with
 * the strength searched for 0.5 false alarms per 1000 clean runs. In per cent, by the columns of `REFERENCE_VARIANTS`.
 */
export const REFERENCE_VARIANTS = [
  "step x1.1",
  "step x1.2",
  "step x1.3",
  "step x1.5",
  "step x2",
  "recover x1.3/15",
  "recover x1.3/40",
  "recover x2/15",
  "recover x2/40",
  "ramp x1.5/50",
  "drift x1.2/200",
  "second step x1.3",
  "drop x0.1/12",
] as const;

export interface ReferenceRow {
  readonly method: string;
  /** At 0.2, 0.5, 1 and 2 false alarms per 1000 clean runs. */
  readonly atBudgets: readonly (number | null)[];
  readonly recallPercent: readonly number[] | null;
}

export const DURATION_REFERENCE: readonly ReferenceRow[] = [
  {
    method: "oracle, told size and noise law (the limit)",
    atBudgets: [0.916, 0.944, 0.959, 0.974],
    recallPercent: [53, 94, 99, 100, 100, 88, 98, 99, 100, 100, 98, 98, 100],
  },
  {
    method: "likelihood bank (the protocol's prototype)",
    atBudgets: [0.739, 0.823, 0.852, 0.852],
    recallPercent: [25, 68, 92, 98, 100, 69, 89, 95, 99, 98, 52, 85, 100],
  },
  {
    method: "glr-persistent",
    atBudgets: [0.521, 0.613, 0.742, 0.826],
    recallPercent: [20, 50, 72, 87, 93, 32, 68, 60, 88, 83, 21, 72, 52],
  },
  { method: "glr", atBudgets: [0.521, 0.585, 0.71, 0.804], recallPercent: null },
  {
    method: "naive (median of 10 against 50)",
    atBudgets: [0.378, 0.537, 0.688, 0.784],
    recallPercent: [3, 12, 43, 80, 98, 50, 43, 95, 95, 20, 7, 52, 100],
  },
  { method: "Apache Otava, held back 8 runs", atBudgets: [0.223, 0.319, 0.402, 0.508], recallPercent: null },
  { method: "Apache Otava, default", atBudgets: [0, 0, 0.288, 0.454], recallPercent: null },
  { method: "median of three", atBudgets: [0.032, 0.228, 0.364, 0.44], recallPercent: null },
  { method: "CUSUM", atBudgets: [0.04, 0.108, 0.398, 0.682], recallPercent: null },
  { method: "isolation forest, one for all", atBudgets: [null, 0.05, null, 0.11], recallPercent: null },
  { method: "last run", atBudgets: [0.006, 0.022, 0.03, 0.075], recallPercent: null },
];

export const FAILURE_REFERENCE: readonly ReferenceRow[] = [
  {
    method: "oracle (true Markov law, told the rise)",
    atBudgets: [0.494, 0.6, 0.668, 0.774],
    recallPercent: [19, 38, 41, 77, 85, 100],
  },
  { method: "failure-cusum", atBudgets: [0.211, 0.389, 0.514, 0.632], recallPercent: [3, 10, 16, 51, 65, 89] },
  { method: "failure-ratio", atBudgets: [0.027, 0.097, 0.262, 0.47], recallPercent: [3, 4, 3, 7, 20, 22] },
];

/** Of the prototype, all four streams, at the same budgets: the protocol's README. */
export const PROTOTYPE = {
  headline: 0.728,
  duration: 0.827,
  failure: 0.37,
  silence: 1,
  point: 0.927,
  rawDurationReal: 0.82,
  rawDurationRealActions: 0.88,
} as const;
