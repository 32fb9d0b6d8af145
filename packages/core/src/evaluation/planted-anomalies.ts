import { quantile } from "../isolation-forest/index.ts";

/** One way in which a usual record is made odd. */
export interface PlantedKind {
  /** In words: "duration x2". */
  readonly name: string;
  /** The columns it changes. */
  readonly features: readonly string[];
  /** Changes the row in place; false where it would be no such change, and the row is of no use then. */
  plant(row: Float64Array): boolean;
}

/** Records, oldest first: row-major, one value a feature; NaN is missing. */
export interface ComparisonRecords {
  readonly features: readonly string[];
  readonly values: Float64Array;
  readonly rowCount: number;
}

const DURATION_FACTORS: readonly number[] = [1.5, 2, 3];
const FAILURE_RATE_STEPS: readonly number[] = [0.2, 0.4];
const BOTH = { factor: 2, step: 0.4 };
const SPREADS = 4;
/** From the median absolute deviation to the standard deviation of a bell curve. */
const BELL_SPREAD = 1.4826;
/** More further columns than this would only slow the comparison down. */
const OTHER_COLUMNS_MAX = 8;

/**
 * The anomalies that are planted into records with these columns, of which `wanted` may be changed: builds that take longer, fail more
 * often, or both, and a jump by four robust spreads, up or down, of any other column that varies.
 */
export function plantedKinds(records: ComparisonRecords, wanted: readonly string[]): readonly PlantedKind[] {
  const place = (name: string): number => (wanted.includes(name) ? records.features.indexOf(name) : -1);
  const duration = place("duration");
  const failureRate = place("failure_rate");
  const kinds: PlantedKind[] = [];
  if (duration >= 0) {
    for (const factor of DURATION_FACTORS) kinds.push(stretched(duration, factor));
  }
  if (failureRate >= 0) {
    for (const step of FAILURE_RATE_STEPS) kinds.push(failing(failureRate, step));
  }
  if (duration >= 0 && failureRate >= 0) {
    const [longer, worse] = [stretched(duration, BOTH.factor), failing(failureRate, BOTH.step)];
    kinds.push({
      name: `${longer.name} and ${worse.name}`,
      features: [...longer.features, ...worse.features],
      plant: (row) => worse.plant(row) && longer.plant(row),
    });
  }
  const others = wanted.filter((name) => name !== "duration" && name !== "failure_rate" && place(name) >= 0);
  for (const name of others.slice(0, OTHER_COLUMNS_MAX)) kinds.push(...jumps(records, name, place(name)));
  return kinds;
}

function stretched(column: number, factor: number): PlantedKind {
  return {
    name: `duration x${factor}`,
    features: ["duration"],
    plant(row) {
      const value = row[column]!;
      if (!(value > 0 && Number.isFinite(value * factor))) return false;
      row[column] = value * factor;
      return true;
    },
  };
}

/** A rate ends at 1: a record that could not even go up half the way stays as it is. */
function failing(column: number, step: number): PlantedKind {
  return {
    name: `failure_rate +${step}`,
    features: ["failure_rate"],
    plant(row) {
      const value = row[column]!;
      const raised = Math.min(1, value + step);
      // the small addend undoes the rounding of differences such as 1 - 0.9
      if (!(raised - value + 1e-9 >= step / 2)) return false;
      row[column] = raised;
      return true;
    },
  };
}

function jumps({ values, rowCount, features }: ComparisonRecords, name: string, column: number): PlantedKind[] {
  const known: number[] = [];
  for (let row = 0; row < rowCount; row++) {
    const value = values[row * features.length + column]!;
    if (!Number.isNaN(value)) known.push(value);
  }
  const spread = robustSpread(Float64Array.from(known).sort());
  if (spread === 0) return [];
  // what is never negative (a count, a percentage, a size) is not made so
  const least = known.every((value) => value >= 0) ? 0 : Number.NEGATIVE_INFINITY;
  return [1, -1].map((direction) => ({
    name: `${name} ${direction > 0 ? "+" : "-"}${SPREADS} spreads`,
    features: [name],
    plant(row) {
      const value = row[column]!;
      const moved = Math.max(least, value + direction * SPREADS * spread);
      if (!(Math.abs(moved - value) >= (SPREADS * spread) / 2 && Number.isFinite(moved))) return false;
      row[column] = moved;
      return true;
    },
  }));
}

/** 0 when nothing varies. Of a column that is mostly one value, the range from the 5th to the 95th percentile stands in. */
function robustSpread(sorted: Float64Array): number {
  if (sorted.length === 0) return 0;
  const middle = quantile(sorted, 0.5);
  const deviations = sorted.map((value) => Math.abs(value - middle)).sort();
  const spread = BELL_SPREAD * quantile(deviations, 0.5);
  return spread > 0 ? spread : (quantile(sorted, 0.95) - quantile(sorted, 0.05)) / 2;
}
