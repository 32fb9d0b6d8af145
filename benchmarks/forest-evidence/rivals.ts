import { quantile, type SampleMatrix } from "@oddrun/core";

/** Learns from rows, and scores others: higher is odder. */
export type Rival = (training: SampleMatrix) => (rows: SampleMatrix) => Float64Array;

const column = ({ values, rowCount, featureCount }: SampleMatrix, feature: number): Float64Array =>
  Float64Array.from({ length: rowCount }, (_, row) => values[row * featureCount + feature]!);

function eachRow(rows: SampleMatrix, score: (row: Float64Array) => number): Float64Array {
  const { values, rowCount, featureCount } = rows;
  return Float64Array.from({ length: rowCount }, (_, row) =>
    score(values.subarray(row * featureCount, (row + 1) * featureCount)),
  );
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The largest distance from the mean in standard deviations, of any one column. */
export const maxAbsZ: Rival = (training) => {
  const columns = Array.from({ length: training.featureCount }, (_, feature) => {
    const own = column(training, feature);
    const mean = meanOf(own);
    return { mean, spread: Math.sqrt(meanOf(own.map((value) => (value - mean) ** 2))) || 1 };
  });
  return (rows) =>
    eachRow(rows, (row) =>
      columns.reduce((most, { mean, spread }, feature) => Math.max(most, Math.abs(row[feature]! - mean) / spread), 0),
    );
};

/** The largest number of the row as it is: the inputs are distances already. */
export const largestInput: Rival = () => (rows) =>
  eachRow(rows, (row) => row.reduce((most, value) => Math.max(most, Math.abs(value)), 0));

/**
 * ECOD (Li, Zhao, Hu, Botta, Ionescu, Chen 2022): tails of each column by its empirical distribution, their -ln added up: left tails,
 * right tails, or for each column the one its skewness points to; the largest of the three sums.
 */
export const ecod: Rival = (training) => {
  const columns = Array.from({ length: training.featureCount }, (_, feature) => {
    const sorted = column(training, feature).sort();
    const mean = meanOf(sorted);
    const third = meanOf(sorted.map((value) => (value - mean) ** 3));
    return { sorted, isLeft: third < 0 };
  });
  return (rows) =>
    eachRow(rows, (row) => {
      let [left, right, skewed] = [0, 0, 0];
      for (const [feature, { sorted, isLeft }] of columns.entries()) {
        const total = sorted.length + 1;
        const below = -Math.log((countBelow(sorted, row[feature]!, true) + 1) / total);
        const above = -Math.log((sorted.length - countBelow(sorted, row[feature]!, false) + 1) / total);
        left += below;
        right += above;
        skewed += isLeft ? below : above;
      }
      return Math.max(left, right, skewed);
    });
};

/** Distance from the mean in the metric of the covariance, which a thousandth of its diagonal keeps invertible. */
export const mahalanobis: Rival = (training) => {
  const { featureCount, rowCount } = training;
  const columns = Array.from({ length: featureCount }, (_, feature) => column(training, feature));
  const means = columns.map(meanOf);
  const covariance = columns.map((one, a) =>
    columns.map((other, b) => {
      let sum = 0;
      for (let row = 0; row < rowCount; row++) sum += (one[row]! - means[a]!) * (other[row]! - means[b]!);
      return sum / rowCount;
    }),
  );
  for (const [place, row] of covariance.entries()) row[place] = row[place]! * 1.001 + 1e-9;
  const lower = cholesky(covariance);
  return (rows) =>
    eachRow(rows, (row) => {
      const solved: number[] = [];
      let sum = 0;
      for (let i = 0; i < featureCount; i++) {
        let rest = row[i]! - means[i]!;
        for (let j = 0; j < i; j++) rest -= lower[i]![j]! * solved[j]!;
        solved.push(rest / lower[i]![i]!);
        sum += solved[i]! ** 2;
      }
      return Math.sqrt(sum);
    });
};

export const RIVALS: readonly (readonly [name: string, rival: Rival])[] = [
  ["largest input", largestInput],
  ["max abs z", maxAbsZ],
  ["ECOD", ecod],
  ["Mahalanobis", mahalanobis],
];

/** Of an ascending list, how many are less than the value, or with `orEqual` not more. */
function countBelow(sorted: Float64Array, value: number, orEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value || (orEqual && sorted[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const lower = matrix.map((row) => row.map(() => 0));
  for (const [i, row] of matrix.entries()) {
    for (let j = 0; j <= i; j++) {
      let sum = row[j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[j]![j]!;
    }
  }
  return lower;
}

export interface Spread {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Mean and the middle 90 %. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  return { mean: meanOf(sorted), low: quantile(sorted, 0.05), high: quantile(sorted, 0.95) };
}
