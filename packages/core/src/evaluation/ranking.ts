/**
 * Area under the ROC curve: how likely a random anomaly scores higher than a random usual row; a tie counts half.
 * `labels` holds 1 for anomalies and 0 for the others.
 *
 * @throws RangeError unless there is at least one of each.
 */
export function rocAuc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const { order, positives, negatives } = ranked(labels, scores);
  if (positives === 0 || negatives === 0) throw new RangeError("rocAuc needs at least one anomaly and one other row.");
  // Mann-Whitney: pairs in the right order, counted from the highest score down, a group of equal scores at a time.
  let found = 0;
  let pairs = 0;
  forEachTie(order, scores, (start, end) => {
    let tied = 0;
    for (let place = start; place < end; place++) if (labels[order[place]!] === 1) tied++;
    pairs += (end - start - tied) * (found + tied / 2);
    found += tied;
  });
  return pairs / (positives * negatives);
}

/**
 * Average precision: the precision at each score, weighted by the recall it adds, equal scores taken together (as
 * scikit-learn does, without interpolation).
 *
 * @throws RangeError when there is no anomaly.
 */
export function averagePrecision(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const { order, positives } = ranked(labels, scores);
  if (positives === 0) throw new RangeError("averagePrecision needs at least one anomaly.");
  let found = 0;
  let sum = 0;
  forEachTie(order, scores, (start, end) => {
    let tied = 0;
    for (let place = start; place < end; place++) if (labels[order[place]!] === 1) tied++;
    found += tied;
    sum += tied * (found / end);
  });
  return sum / positives;
}

/** Rows by falling score. */
function ranked(labels: ArrayLike<number>, scores: ArrayLike<number>) {
  if (labels.length !== scores.length) {
    throw new RangeError(`There are ${labels.length} labels for ${scores.length} scores.`);
  }
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row);
  order.sort((one, other) => scores[other]! - scores[one]!);
  let positives = 0;
  for (let row = 0; row < labels.length; row++) if (labels[row] === 1) positives++;
  return { order, positives, negatives: labels.length - positives };
}

function forEachTie(order: Uint32Array, scores: ArrayLike<number>, visit: (start: number, end: number) => void): void {
  let start = 0;
  while (start < order.length) {
    let end = start + 1;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++;
    visit(start, end);
    start = end;
  }
}
