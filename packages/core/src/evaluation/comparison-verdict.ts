import type { ComparedMeasure, ComparisonVerdict, ModelComparison, ModelDifference } from "./model-comparison.ts";

/** Fewer records than this leave an interval that says nothing. */
const USUAL_MIN = 30;
/** Far enough from half that an incident in the newest runs isn't taken for the new usual. */
const MOST = 2 / 3;
/** A threshold that rests on fewer flagged records than this moves with each of them. */
const CUT_RECORDS_MIN = 5;

type Measured = Pick<ModelComparison, "candidate" | "serving" | "records" | "differences">;

/** The verdict by COMPARISON_RULE, with its reasons. */
export function comparisonVerdict(measured: Measured): {
  readonly verdict: ComparisonVerdict;
  readonly reasons: readonly string[];
} {
  const { candidate, serving } = measured;
  const [ours, theirs] = [candidate.flagged > MOST, serving.flagged > MOST];
  const shares = `${percent(candidate.flagged)} of the newest records, the serving model ${percent(serving.flagged)}`;
  if (ours && !theirs) return { verdict: "worse", reasons: [`It flags ${shares}.`] };
  if (theirs && !ours) {
    const moved = "what is usual has moved since the serving model was trained";
    return { verdict: "better", reasons: [`It flags ${shares}: ${moved}.`] };
  }

  const [cut, servingCut] = [cutRecords(candidate), cutRecords(serving)];
  const worse: string[] = [];
  const better: string[] = [];
  if (cut < CUT_RECORDS_MIN && servingCut >= 2 * Math.max(1, cut)) worse.push(fewRecords(measured));
  if (servingCut < CUT_RECORDS_MIN && cut >= 2 * Math.max(1, servingCut)) better.push(moreRecords(measured));

  const isMeasured = measured.records.usual >= USUAL_MIN;
  for (const difference of measured.differences) {
    const isOfUsual = difference.measure !== "flagged-beyond-promise";
    if (!difference.decides || (isOfUsual && !isMeasured) || measured.records.tried < USUAL_MIN) continue;
    const sign = difference.measure === "flagged-beyond-promise" ? -1 : 1;
    const gain = [sign * difference.interval.low, sign * difference.interval.high].sort((one, other) => one - other);
    if (gain[1]! < -difference.margin) worse.push(sentence(difference));
    else if (gain[0]! > difference.margin) better.push(sentence(difference));
  }
  if (worse.length > 0) {
    const isShifted = serving.flagged > serving.contamination + 0.1 && serving.flagged > candidate.flagged + 0.1;
    return { verdict: "worse", reasons: isShifted ? [...worse, shifted(shares)] : worse };
  }
  const unmeasured = isMeasured ? [] : [tooFew(measured)];
  if (better.length > 0) return { verdict: "better", reasons: [...better, ...unmeasured] };
  return {
    verdict: "as-good",
    reasons: isMeasured ? ["No measure differs by more than re-training alone makes it."] : unmeasured,
  };
}

/** How many records above the cut the threshold rests on. */
function cutRecords({ contamination, trainedOn }: Measured["candidate"]): number {
  return Math.floor(contamination * trainedOn + 1e-9);
}

function fewRecords({ candidate, serving }: Measured): string {
  return `It was trained on ${candidate.trainedOn} records, the serving model on ${serving.trainedOn}: its threshold rests on ${cutRecords(candidate)} of them, that of the serving model on ${cutRecords(serving)}.`;
}

function moreRecords({ candidate, serving }: Measured): string {
  return `It was trained on ${candidate.trainedOn} records, the serving model on ${serving.trainedOn} only.`;
}

function tooFew({ records }: Measured): string {
  return `Only ${records.usual} of the ${records.tried} newest records are usual to both models; with fewer than ${USUAL_MIN} what they find is not compared.`;
}

function shifted(shares: string): string {
  return `It flags ${shares}. If what is usual has changed for good, register the new model all the same; if something is wrong with the pipeline, keep the serving one.`;
}

const MEASURES: Readonly<Record<ComparedMeasure, (over: string) => string>> = {
  found: (over) => `Planted anomalies of ${over}: found`,
  "found-at-5-percent": (over) => `Planted anomalies of ${over}: found at 5 % false alarms`,
  "roc-auc": (over) => `Planted anomalies of ${over}: ROC AUC`,
  "flagged-beyond-promise": (over) => `Share of ${over} flagged beyond the promised contamination:`,
};

function sentence({ measure, over, candidate, serving, difference, interval, margin }: ModelDifference): string {
  const number = (value: number): string => (measure === "roc-auc" ? value.toFixed(3) : percent(value));
  return `${MEASURES[measure](over)} ${number(candidate)}, serving ${number(serving)} (difference ${number(difference)}, 99 % interval ${number(interval.low)} to ${number(interval.high)}; re-training alone makes up to ${number(margin)}).`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
