/** What a minute of a job costs on the runners that these labels name. */
export interface RunnerPrice {
  /** Labels as asked for in `runs-on`, in any letter case; "*" stands for any characters. */
  readonly labels: readonly string[];
  /** US dollars for each begun minute. */
  readonly usdPerMinute: number;
  /** Holds for jobs that began at this instant or later, in milliseconds since 1970 UTC; null is from the beginning. */
  readonly fromMs: number | null;
  /** A standard runner of GitHub's: free in public repositories, and always in the runner group "GitHub Actions". */
  readonly isStandard: boolean;
}

/** Prices with where and when they were read, which is shown with every sum. */
export interface PriceTable {
  readonly source: string;
  /** The day it was read or written, "2026-11-22". */
  readonly date: string;
  /** The first that fits holds. */
  readonly prices: readonly RunnerPrice[];
}

const CUT_MS = Date.UTC(2026, 0, 1);

const hosted = (
  labels: readonly string[],
  usdPerMinute: number,
  usdBefore: number | null,
  isStandard = true,
): RunnerPrice[] => [
  { labels, usdPerMinute, fromMs: CUT_MS, isStandard },
  ...(usdBefore === null ? [] : [{ labels, usdPerMinute: usdBefore, fromMs: null, isStandard }]),
];

/**
 * GitHub's own rates, of 1 January 2026 and before, for the labels that GitHub itself defines. Larger runners carry labels that
 * their owner chose, so their rates are not known from a label: a table of one's own names them.
 */
export const GITHUB_PRICES: PriceTable = {
  source: "https://docs.github.com/en/billing/reference/actions-runner-pricing",
  date: "2026-11-22",
  prices: [
    ...hosted(["ubuntu-slim"], 0.002, 0.002),
    ...hosted(
      ["ubuntu-latest", "ubuntu-18.04", "ubuntu-20.04", "ubuntu-22.04", "ubuntu-24.04", "ubuntu-26.04"],
      0.006,
      0.008,
    ),
    ...hosted(["ubuntu-22.04-arm", "ubuntu-24.04-arm", "ubuntu-26.04-arm"], 0.005, null),
    ...hosted(["windows-latest", "windows-2019", "windows-2022", "windows-2025"], 0.01, 0.016),
    ...hosted(["windows-11-arm"], 0.01, null),
    ...hosted(
      ["macos-latest", ...["11", "12", "13", "14", "15", "26"].map((version) => `macos-${version}`), "macos-*-intel"],
      0.062,
      0.08,
    ),
    ...hosted(["macos-*-large"], 0.077, 0.12, false),
    ...hosted(["macos-*-xlarge"], 0.102, 0.16, false),
  ],
};

/** A table whose own prices come before those of another. */
export function overriding(own: PriceTable, base: PriceTable): PriceTable {
  return { source: `${own.source}, then ${base.source}`, date: own.date, prices: [...own.prices, ...base.prices] };
}
