import { type SeededRandom, seededRandom } from "../random/index.ts";

export interface SampleMetricsOptions {
  readonly records: number;
  /** Share of anomalous records, 0 to 1; the count is rounded. */
  readonly anomalies: number;
  readonly seed: number;
}

export interface SampleMetricsRecord {
  readonly buildId: string;
  /** Seconds, one decimal. */
  readonly duration: number;
  /** Share of failed runs, 0 to 1, four decimals. */
  readonly failureRate: number;
}

/**
 * Sample pipeline metrics: usual builds take about 5 minutes and rarely fail, anomalous ones take about 15 minutes and
 * often fail. The anomalous ones lie scattered far wider, as trouble does, so that none hides among the others. Built
 * from sums and products of seeded uniform numbers and rounded to the stated decimals: the same options give the same
 * numbers everywhere.
 */
export function sampleMetrics({ records, anomalies, seed }: SampleMetricsOptions): SampleMetricsRecord[] {
  const random = seededRandom(seed);
  const anomalousCount = Math.round(records * anomalies);
  const isAnomalous = Array.from({ length: records }, (_, place) => place < anomalousCount);
  shuffle(isAnomalous, random);
  return isAnomalous.map((anomalous, place) => ({
    buildId: `build_${String(place + 1).padStart(3, "0")}`,
    duration: anomalous ? evenly(random, 900, 360, 10) : spread(random, 300, 90, 10),
    failureRate: anomalous ? evenly(random, 0.45, 0.25, 10_000) : spread(random, 0.05, 0.05, 10_000),
  }));
}

/** The records as `pipeline_metrics.csv`. */
export function sampleMetricsCsv(records: readonly SampleMetricsRecord[]): string {
  const lines = records.map(
    ({ buildId, duration, failureRate }) => `${buildId},${duration.toFixed(1)},${failureRate.toFixed(4)}\n`,
  );
  return `build_id,duration,failure_rate\n${lines.join("")}`;
}

/**
 * Around `middle`, never further than `reach` from it: the mean of three uniform numbers, so bell-shaped without long
 * tails.
 */
function spread(random: SeededRandom, middle: number, reach: number, stepsPerUnit: number): number {
  const deviate = ((random.next() + random.next() + random.next()) * 2) / 3 - 1;
  return Math.round((middle + deviate * reach) * stepsPerUnit) / stepsPerUnit;
}

/** Anywhere within `reach` of `middle`. */
function evenly(random: SeededRandom, middle: number, reach: number, stepsPerUnit: number): number {
  return Math.round((middle + (random.next() * 2 - 1) * reach) * stepsPerUnit) / stepsPerUnit;
}

function shuffle(items: boolean[], random: SeededRandom): void {
  for (let place = items.length - 1; place > 0; place--) {
    const other = random.integer(place + 1);
    [items[place], items[other]] = [items[other] as boolean, items[place] as boolean];
  }
}
