import { isAnomaly } from "../isolation-forest/index.ts";
import type { Trial, TrialScores } from "./model-trial.ts";

/** What a model makes of a trial; each record counts as often as its weight says. */
export interface TrialFigures {
  /** Share of the untouched records flagged. */
  readonly flagged: number;
  /** Share of the planted records flagged, by kind. */
  readonly found: readonly number[];
  /** The same at a cut that 5 % of the untouched base records reach: whatever the model's own threshold is. */
  readonly foundAtFivePercent: readonly number[];
  /** How likely a planted record scores higher than an untouched base record, by kind; a tie counts half. */
  readonly auc: readonly number[];
}

/** The figures of one model under any weights: all sorting is done here, once. */
export function figuresOf(trial: Trial, scores: TrialScores): (weights: Uint32Array) => TrialFigures {
  const { model } = scores;
  const flags = scores.untouched.map((score) => (isAnomaly(model, score) ? 1 : 0));
  const kinds = trial.planted.map(({ bases }, kind) => {
    const planted = scores.planted[kind]!;
    return {
      rows: bases.map((base) => trial.bases[base]!),
      flags: planted.map((score) => (isAnomaly(model, score) ? 1 : 0)),
      ranking: rankingOf(trial, scores, kind),
    };
  });
  const all = Uint32Array.from(flags, (_, row) => row);
  return (weights) => {
    const ranked = kinds.map(({ ranking }) => rankedFigures(ranking, weights));
    return {
      flagged: weightedShare(all, flags, weights),
      found: kinds.map(({ rows, flags: found }) => weightedShare(rows, found, weights)),
      foundAtFivePercent: ranked.map(({ foundAtFivePercent }) => foundAtFivePercent),
      auc: ranked.map(({ auc }) => auc),
    };
  };
}

function weightedShare(rows: Uint32Array, flags: Float64Array, weights: Uint32Array): number {
  let total = 0;
  let flagged = 0;
  for (let place = 0; place < rows.length; place++) {
    const weight = weights[rows[place]!]!;
    total += weight;
    flagged += weight * flags[place]!;
  }
  return total === 0 ? 0 : flagged / total;
}

/** Base records and the planted ones of one kind together, by rising score. */
interface Ranking {
  /** Row of the untouched records that each is, or was made of. */
  readonly rows: Uint32Array;
  readonly isPlanted: Uint8Array;
  /** 1 where a score differs from the one before. */
  readonly startsGroup: Uint8Array;
}

function rankingOf(trial: Trial, scores: TrialScores, kind: number): Ranking {
  const { bases } = trial.planted[kind]!;
  const baseCount = trial.bases.length;
  const planted = scores.planted[kind]!;
  const count = baseCount + planted.length;
  const scoreAt = (item: number): number =>
    item < baseCount ? scores.untouched[trial.bases[item]!]! : planted[item - baseCount]!;
  const order = Uint32Array.from({ length: count }, (_, item) => item);
  order.sort((one, other) => scoreAt(one) - scoreAt(other));
  const rows = new Uint32Array(count);
  const isPlanted = new Uint8Array(count);
  const startsGroup = new Uint8Array(count);
  for (const [place, item] of order.entries()) {
    rows[place] = trial.bases[item < baseCount ? item : bases[item - baseCount]!]!;
    isPlanted[place] = item < baseCount ? 0 : 1;
    startsGroup[place] = place === 0 || scoreAt(item) !== scoreAt(order[place - 1]!) ? 1 : 0;
  }
  return { rows, isPlanted, startsGroup };
}

const FALSE_ALARMS = 0.05;

function rankedFigures({ rows, isPlanted, startsGroup }: Ranking, weights: Uint32Array) {
  let usualTotal = 0;
  for (let place = 0; place < rows.length; place++) {
    if (isPlanted[place] === 0) usualTotal += weights[rows[place]!]!;
  }
  const usualBelowCut = (1 - FALSE_ALARMS) * usualTotal;
  let right = 0;
  let usual = 0;
  let planted = 0;
  let plantedUpToCut = 0;
  for (let start = 0; start < rows.length; ) {
    let usualHere = 0;
    let plantedHere = 0;
    let end = start;
    do {
      const weight = weights[rows[end]!]!;
      if (isPlanted[end] === 1) plantedHere += weight;
      else usualHere += weight;
      end++;
    } while (end < rows.length && startsGroup[end] === 0);
    // the cut is the score at which the usual ones below and at it come to 95 %; what is found lies above it
    if (usual < usualBelowCut) plantedUpToCut = planted + plantedHere;
    right += plantedHere * (usual + usualHere / 2);
    usual += usualHere;
    planted += plantedHere;
    start = end;
  }
  if (planted === 0 || usual === 0) return { auc: 0.5, foundAtFivePercent: 0 };
  return { auc: right / (planted * usual), foundAtFivePercent: 1 - plantedUpToCut / planted };
}
