import { type IsolationForestModel, isAnomaly } from "../isolation-forest/index.ts";
import { comparisonVerdict } from "./comparison-verdict.ts";
import {
  type ComparedMeasure,
  type ComparisonOptions,
  DEFAULT_COMPARISON_OPTIONS,
  type KindFigures,
  type KindScores,
  type ModelComparison,
  type ModelDifference,
} from "./model-comparison.ts";
import { makeTrial, scoreRecords, scoreTrial, type Trial, type TrialScores } from "./model-trial.ts";
import { pairedBootstrap } from "./paired-bootstrap.ts";
import { type ComparisonRecords, plantedKinds } from "./planted-anomalies.ts";
import { rankCorrelation } from "./rank-correlation.ts";
import { averagePrecision } from "./ranking.ts";
import { retrainings } from "./retraining-noise.ts";
import { figuresOf, type TrialFigures } from "./trial-figures.ts";

const TRIED_MAX = 1000;
const LEVEL = 0.99;
const MARGIN_DEVIATIONS = 4;
const MARGIN_LEAST: Readonly<Record<ComparedMeasure, number>> = {
  found: 0.05,
  "found-at-5-percent": 0.05,
  "roc-auc": 0.02,
  "flagged-beyond-promise": 0.03,
};
export const UNTOUCHED = "untouched records";

/** The features that both models read and the records have: only anomalies in these say anything of the two. */
export function sharedFeatures(
  candidate: Pick<IsolationForestModel, "features">,
  serving: Pick<IsolationForestModel, "features">,
  records: Pick<ComparisonRecords, "features">,
): readonly string[] {
  const read = ({ features }: Pick<IsolationForestModel, "features">) => new Set(features.map(({ name }) => name));
  const [ours, theirs] = [read(candidate), read(serving)];
  return records.features.filter((name) => ours.has(name) && theirs.has(name));
}

/**
 * Whether a model just trained is worse than the one that serves, by COMPARISON_RULE. The records come oldest first. The same
 * models, records and options give the same comparison.
 *
 * @throws RangeError when the models and the records have no feature in common, or there are no records.
 */
export function compareModels(
  candidate: IsolationForestModel,
  serving: IsolationForestModel,
  records: ComparisonRecords,
  options: ComparisonOptions = DEFAULT_COMPARISON_OPTIONS,
): ModelComparison {
  const shared = sharedFeatures(candidate, serving, records);
  if (shared.length === 0) throw new RangeError("The two models and the records have no feature in common.");
  if (records.rowCount === 0) throw new RangeError("There are no records to compare the models on.");
  const untouched = newest(records, Math.min(TRIED_MAX, Math.ceil(records.rowCount / 3)));
  const scores = [scoreRecords(candidate, untouched), scoreRecords(serving, untouched)] as const;
  const usual = Uint32Array.from(scores[0], (_, row) => row).filter(
    (row) => !isAnomaly(candidate, scores[0][row]!) && !isAnomaly(serving, scores[1][row]!),
  );
  const trial = makeTrial(untouched, usual, plantedKinds(untouched, shared));
  const ours = scoreTrial(candidate, trial);
  const theirs = scoreTrial(serving, trial);

  const measures = measuresOf(trial, candidate, serving);
  const ourFigures = figuresOf(trial, ours);
  const theirFigures = figuresOf(trial, theirs);
  const valuesOf = (figures: TrialFigures, model: IsolationForestModel): number[] =>
    measures.map(({ value }) => value(figures, model));
  const once = new Uint32Array(untouched.rowCount).fill(1);
  const ourValues = valuesOf(ourFigures(once), candidate);
  const theirValues = valuesOf(theirFigures(once), serving);
  const intervals = pairedBootstrap(
    untouched.rowCount,
    (weights) => {
      const one = valuesOf(ourFigures(weights), candidate);
      const other = valuesOf(theirFigures(weights), serving);
      return one.map((value, place) => value - other[place]!);
    },
    { ...options, level: LEVEL },
  );
  const noise: number[][] = [];
  for (const model of retrainings(candidate, records, { seed: options.seed, count: options.retrainingCount })) {
    noise.push(valuesOf(figuresOf(trial, scoreTrial(model, trial))(once), model));
  }
  const differences = measures.map(
    ({ measure, over, decides }, place): ModelDifference => ({
      measure,
      over,
      candidate: ourValues[place]!,
      serving: theirValues[place]!,
      difference: ourValues[place]! - theirValues[place]!,
      interval: intervals[place]!,
      margin: Math.max(
        MARGIN_LEAST[measure],
        MARGIN_DEVIATIONS * Math.SQRT2 * deviation(noise.map((values) => values[place]!)),
      ),
      decides,
    }),
  );
  const measured = {
    candidate: described(candidate, ourFigures(once)),
    serving: described(serving, theirFigures(once)),
    records: { count: records.rowCount, tried: untouched.rowCount, usual: usual.length },
    kinds: kindsOf(trial, ours, theirs, ourFigures(once), theirFigures(once)),
    differences,
    agreement: rankCorrelation(scores[0], scores[1]),
  };
  return { ...measured, ...comparisonVerdict(measured), notes: notesOn(candidate, serving, records, shared) };
}

/** What is compared: three measures of each family of planted anomalies, and what is flagged beyond what was promised. */
function measuresOf(trial: Trial, candidate: IsolationForestModel, serving: IsolationForestModel) {
  const isSamePromise = candidate.contamination === serving.contamination;
  const families = Map.groupBy(trial.planted.keys(), (kind) => trial.planted[kind]!.kind.features.join(" and "));
  const mean = (values: readonly number[], kinds: readonly number[]): number =>
    kinds.reduce((sum, kind) => sum + values[kind]!, 0) / kinds.length;
  const planted = [...families].flatMap(([over, kinds]) => [
    { measure: "found" as const, over, decides: isSamePromise, value: (of: TrialFigures) => mean(of.found, kinds) },
    {
      measure: "found-at-5-percent" as const,
      over,
      decides: true,
      value: (of: TrialFigures) => mean(of.foundAtFivePercent, kinds),
    },
    { measure: "roc-auc" as const, over, decides: true, value: (of: TrialFigures) => mean(of.auc, kinds) },
  ]);
  const beyond = (of: TrialFigures, model: IsolationForestModel) => Math.max(0, of.flagged - model.contamination);
  return [...planted, { measure: "flagged-beyond-promise" as const, over: UNTOUCHED, decides: true, value: beyond }];
}

function kindsOf(
  trial: Trial,
  ours: TrialScores,
  theirs: TrialScores,
  ourFigures: TrialFigures,
  theirFigures: TrialFigures,
): KindFigures[] {
  const scoresOf = (scores: TrialScores, figures: TrialFigures, kind: number): KindScores => {
    const planted = scores.planted[kind]!;
    const usual = Array.from(trial.bases, (row) => scores.untouched[row]!);
    const labels = [...usual.map(() => 0), ...Array.from(planted, () => 1)];
    return {
      found: figures.found[kind]!,
      foundAtFivePercent: figures.foundAtFivePercent[kind]!,
      rocAuc: figures.auc[kind]!,
      averagePrecision: averagePrecision(labels, [...usual, ...planted]),
    };
  };
  return trial.planted.map(({ kind: { name }, bases }, kind) => ({
    name,
    plantedCount: bases.length,
    candidate: scoresOf(ours, ourFigures, kind),
    serving: scoresOf(theirs, theirFigures, kind),
  }));
}

function described({ rowCount, contamination, threshold }: IsolationForestModel, { flagged }: TrialFigures) {
  return { trainedOn: rowCount, contamination, threshold, flagged };
}

function newest({ features, values, rowCount }: ComparisonRecords, count: number): ComparisonRecords {
  return { features, values: values.subarray((rowCount - count) * features.length), rowCount: count };
}

function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

function notesOn(
  candidate: IsolationForestModel,
  serving: IsolationForestModel,
  records: ComparisonRecords,
  shared: readonly string[],
): string[] {
  const notes = [
    `The new model was trained on ${candidate.rowCount} records, the serving one on ${serving.rowCount}. Either may have seen records that are tried here, and what was seen looks a little more usual; no planted anomaly was seen by either.`,
  ];
  const others = (model: IsolationForestModel) =>
    model.features.map(({ name }) => name).filter((name) => !shared.includes(name));
  for (const [who, model] of [
    ["the new model", candidate],
    ["the serving model", serving],
  ] as const) {
    const absent = others(model).filter((name) => !records.features.includes(name));
    const alone = others(model).filter((name) => records.features.includes(name));
    if (absent.length > 0) notes.push(`The records lack ${absent.join(", ")}, which ${who} reads: taken as missing.`);
    if (alone.length > 0) notes.push(`Only ${who} reads ${alone.join(", ")}: anomalies there are not compared.`);
  }
  if (candidate.contamination !== serving.contamination) {
    notes.push(
      `The models promise to flag ${candidate.contamination} (new) and ${serving.contamination} (serving) of the records, so what each finds at its own threshold is shown and decides nothing.`,
    );
  }
  return notes;
}
