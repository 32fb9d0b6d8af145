/**
 * Ranks the labelled sets of ADBench with our Isolation Forest, ten seeds each, beside scikit-learn's: `node
 * benchmarks/adbench.ts`. Needs the shared data folder (see shared-data.ts) and a build. Writes results/adbench.json
 * and results/adbench.md; exit code 1 when outside the pass line.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  averagePrecision,
  DEFAULT_FOREST_OPTIONS,
  fitForest,
  flatScorer,
  rocAuc,
  type SampleMatrix,
} from "@oddrun/core";
import { machine } from "./machine.ts";
import { sharedPath } from "./shared-data.ts";

const SEED_COUNT = 10;
const SET_TOLERANCE = 0.01;
const MEAN_TOLERANCE = 0.003;

interface Reference {
  readonly aucMean: number;
  readonly aucStd: number;
  readonly apMean: number;
  readonly apStd: number;
}

interface SetResult extends Reference {
  readonly name: string;
  readonly rows: number;
  readonly features: number;
  readonly anomalies: number;
  /** By seed. */
  readonly auc: readonly number[];
  readonly ap: readonly number[];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};
const tolerance = (std: number): number => Math.max(SET_TOLERANCE, 2 * std);
const signed = (value: number): string => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(4)}`;
const round = (value: number): number => Number(value.toFixed(6));

function readReferences(path: string): Map<string, Reference> {
  const [header, ...lines] = readFileSync(path, "utf8").trim().split("\n");
  const names = header!.split(",");
  return new Map(
    lines.map((line) => {
      const cells = line.split(",");
      const number = (name: string): number => Number(cells[names.indexOf(name)]);
      return [
        cells[0]!,
        {
          aucMean: number("auc_roc_mean"),
          aucStd: number("auc_roc_std"),
          apMean: number("ap_mean"),
          apStd: number("ap_std"),
        },
      ] as const;
    }),
  );
}

/** All columns but the last are features; the last, `label`, is 1 for an anomaly. */
function readSet(path: string): { samples: SampleMatrix; labels: Uint8Array } {
  const [header, ...lines] = gunzipSync(readFileSync(path)).toString("latin1").trimEnd().split("\n");
  const featureCount = header!.split(",").length - 1;
  const values = new Float64Array(lines.length * featureCount);
  const labels = new Uint8Array(lines.length);
  for (const [row, line] of lines.entries()) {
    const cells = line.split(",");
    if (cells.length !== featureCount + 1) throw new Error(`${path}, row ${row + 2}: ${cells.length} cells`);
    for (let feature = 0; feature < featureCount; feature++)
      values[row * featureCount + feature] = Number(cells[feature]);
    labels[row] = Number(cells[featureCount]);
  }
  return { samples: { values, rowCount: lines.length, featureCount }, labels };
}

function evaluate(name: string, path: string, reference: Reference): SetResult {
  const { samples, labels } = readSet(path);
  const auc: number[] = [];
  const ap: number[] = [];
  for (let seed = 0; seed < SEED_COUNT; seed++) {
    const scores = flatScorer(fitForest(samples, { ...DEFAULT_FOREST_OPTIONS, seed })).scores(samples);
    auc.push(round(rocAuc(labels, scores)));
    ap.push(round(averagePrecision(labels, scores)));
  }
  const anomalies = labels.reduce((sum, label) => sum + label, 0);
  return { name, rows: samples.rowCount, features: samples.featureCount, anomalies, auc, ap, ...reference };
}

function report(results: readonly SetResult[], seconds: number): { text: string; passed: boolean } {
  let passed = true;
  const lines = results.map((set) => {
    const difference = mean(set.auc) - set.aucMean;
    const within = Math.abs(difference) <= tolerance(set.aucStd);
    passed &&= within;
    const cells = [
      set.name,
      `${set.rows} x ${set.features}`,
      mean(set.auc).toFixed(4),
      deviation(set.auc).toFixed(4),
      set.aucMean.toFixed(4),
      set.aucStd.toFixed(4),
      signed(difference),
      tolerance(set.aucStd).toFixed(4),
      within ? "yes" : "NO",
      mean(set.ap).toFixed(4),
      set.apMean.toFixed(4),
      signed(mean(set.ap) - set.apMean),
      Math.abs(mean(set.ap) - set.apMean) <= tolerance(set.apStd) ? "yes" : "no",
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const overall = (pick: (set: SetResult) => number): number => mean(results.map(pick));
  const [auc, aucReference] = [overall((set) => mean(set.auc)), overall((set) => set.aucMean)];
  const [ap, apReference] = [overall((set) => mean(set.ap)), overall((set) => set.apMean)];
  const meanWithin = Math.abs(auc - aucReference) <= MEAN_TOLERANCE;
  passed &&= meanWithin;
  const text = [
    "# ADBench: our Isolation Forest beside scikit-learn's",
    "",
    `${new Date().toISOString().slice(0, 10)}; ${machine()}; ${seconds.toFixed(0)} s in all.`,
    `${results.length} labelled sets, seeds 0 to ${SEED_COUNT - 1}, 100 trees of 256 samples, fitted and scored on the whole unlabelled set, features unscaled;`,
    "reference: scikit-learn 1.2.1 `IsolationForest(n_estimators=100, max_samples=256)`, same seeds. Raw figures by seed: adbench.json.",
    "",
    "| set | rows x features | AUC | std | sklearn | std | difference | allowed | within | AP | sklearn | difference | within |",
    "|---|---|--:|--:|--:|--:|--:|--:|---|--:|--:|--:|---|",
    ...lines,
    `| **mean** | | ${auc.toFixed(4)} | | ${aucReference.toFixed(4)} | | ${signed(auc - aucReference)} | ${MEAN_TOLERANCE.toFixed(4)} | ${meanWithin ? "yes" : "NO"} | ${ap.toFixed(4)} | ${apReference.toFixed(4)} | ${signed(ap - apReference)} | |`,
    "",
    `Pass line (AUC): within max(${SET_TOLERANCE}, 2 std of the reference) on every set and within ${MEAN_TOLERANCE} on the mean: ${passed ? "PASSED" : "FAILED"}.`,
    "The last column holds the average precision to the same line; it is shown, not required.",
    "",
  ].join("\n");
  return { text, passed };
}

const folder = sharedPath("data/adbench", "the ADBench evaluation");
if (folder !== null) {
  const started = performance.now();
  const references = readReferences(join(folder, "reference_sklearn.csv"));
  const files = readdirSync(join(folder, "sets")).filter((file) => file.endsWith(".csv.gz"));
  const sets = files
    .map((file) => ({ name: file.replace(/\.csv\.gz$/, ""), file }))
    .sort((one, other) => Number.parseInt(one.name, 10) - Number.parseInt(other.name, 10));
  const missing = [...references.keys()].filter((name) => !sets.some((set) => set.name === name));
  if (missing.length > 0 || sets.length !== references.size) {
    throw new Error(`${sets.length} sets for ${references.size} references; missing: ${missing.join(", ") || "none"}`);
  }
  const results: SetResult[] = [];
  for (const { name, file } of sets) {
    results.push(evaluate(name, join(folder, "sets", file), references.get(name)!));
    process.stderr.write(`${name}: AUC ${mean(results.at(-1)!.auc).toFixed(4)}\n`);
  }
  const { text, passed } = report(results, (performance.now() - started) / 1000);
  const output = join(import.meta.dirname, "results");
  writeFileSync(join(output, "adbench.json"), `${JSON.stringify({ machine: machine(), passed, results }, null, 1)}\n`);
  writeFileSync(join(output, "adbench.md"), text);
  process.stdout.write(text);
  if (!passed) process.exitCode = 1;
}
