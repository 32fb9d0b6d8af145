/**
 * Whether the Isolation Forest earns its place on stored history: usual runs of real histories are made into odd combinations,
 * the product's own reader reads every run against its past, and the forest is compared with simpler scores on the same rows.
 *
 *   node benchmarks/forest-evidence.ts              20 seeds; keeps the results
 *   node benchmarks/forest-evidence.ts --seeds 3    quick look; only prints
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  averagePrecision,
  DEFAULT_FOREST_OPTIONS,
  DEFAULT_HISTORY_MODEL_OPTIONS,
  DEFAULT_HISTORY_OPTIONS,
  type FeatureReading,
  historyFeatures,
  type HistoryRun,
  modelInput,
  modelScorer,
  rocAuc,
  runReader,
  type SampleMatrix,
  seededRandom,
  trainingRows,
  trainModel,
} from "@oddrun/core";
import { COMBINATIONS, isPlain, neighbourhood } from "./forest-evidence/combinations.ts";
import { type StoredHistory, storedHistories } from "./forest-evidence/histories.ts";
import { RIVALS, type Spread, spreadOf } from "./forest-evidence/rivals.ts";
import { writeBlock } from "./docs-block.ts";
import { machine } from "./machine.ts";

const RESULTS = join(import.meta.dirname, "results");
const SEEDS = 20;
/** Of each combination, in the runs that can be made into it. */
const PLANTED_SHARE = 0.01;
const TRAINING_SHARE = 0.6;
/** In a history of fewer runs than this, twice that share. */
const SHORT_RUNS = 1000;
/** The last two ways hold numbers that are odd by themselves: every score finds those. */
const CONTROLS = new Set(COMBINATIONS.slice(-2).map(({ name }) => name));
const SIGNED_MAX = 8;

/** One read run: what the product's model sees of it, the same with its sign, and what was planted (an index, or -1). */
interface Row {
  readonly readings: readonly FeatureReading[];
  readonly atMs: number | null;
  readonly planted: number;
  /** Whether it passed: only such runs are made odd, and compared with each other. */
  readonly isPlain: boolean;
}

/** How rows become numbers, and which detectors look at them. */
interface View {
  readonly name: string;
  number(reading: FeatureReading): number;
}

const VIEWS: readonly View[] = [
  { name: "as detect sees it", number: modelInput },
  { name: "signed, inside the usual range too", number: signed },
];

/** Distance from the middle of what is usual in half-widths of that range, with its sign: inside the range it isn't 0. */
function signed({ comparison }: FeatureReading): number {
  const { value, usual, usualLow, usualHigh } = comparison;
  const isPositive = usualLow >= 0 && value >= 0;
  const scale = (number: number): number => (isPositive ? Math.log(number + 1) : number);
  const half = Math.max((scale(usualHigh) - scale(usualLow)) / 2, 0.02);
  return Math.max(-SIGNED_MAX, Math.min(SIGNED_MAX, (scale(value) - scale(usual)) / half));
}

function readRows(runs: readonly HistoryRun[], seed: number): readonly Row[] {
  const random = seededRandom(seed);
  const share = COMBINATIONS.length * PLANTED_SHARE * (runs.length < SHORT_RUNS ? 2 : 1);
  const neighboursOf = neighbourhood(runs);
  const reader = runReader(DEFAULT_HISTORY_OPTIONS);
  return runs.flatMap((run, place): Row[] => {
    const wanted = random.next() < share ? random.integer(COMBINATIONS.length) : -1;
    const near = wanted < 0 || !isPlain(run) ? null : neighboursOf(place);
    const made = near === null ? null : COMBINATIONS[wanted]!.make(run, near, random);
    const reading = reader.readNext(made ?? run);
    if (reading.kind !== "read") return [];
    const planted = made === null ? -1 : wanted;
    return [{ readings: reading.readings, atMs: run.completedAtMs, planted, isPlain: isPlain(run) }];
  });
}

function matrix(rows: readonly Row[], names: readonly string[], view: View): SampleMatrix {
  const places = new Map(names.map((name, place) => [name, place]));
  const values = new Float64Array(rows.length * names.length);
  for (const [row, { readings }] of rows.entries()) {
    for (const reading of readings) {
      const place = places.get(reading.feature);
      if (place !== undefined) values[row * names.length + place] = view.number(reading);
    }
  }
  return { values, rowCount: rows.length, featureCount: names.length };
}

/** Scores of the judged rows by each detector: the forest as `detect` fits it first, then the same without its reference sample. */
function scoresOf(training: readonly Row[], judged: readonly Row[], view: View, seed: number) {
  const forest = { ...DEFAULT_FOREST_OPTIONS, seed };
  const known = trainingRows(training.length);
  for (const { readings, atMs } of training) known.add(readings, atMs);
  const product = known.fit({ ...DEFAULT_HISTORY_MODEL_OPTIONS, forest });
  const names = product.features.map(({ name }) => name);
  const [rows, toJudge] = [matrix(training, names, view), matrix(judged, names, view)];
  const plain = trainModel({
    kind: "history",
    features: historyFeatures(names).map((feature) => ({ ...feature, neutral: 0 })),
    samples: rows,
    contamination: DEFAULT_HISTORY_MODEL_OPTIONS.contamination,
    options: forest,
    dataWindow: null,
  }).model;
  const scored: [string, Float64Array][] = [];
  if (view.number === modelInput) scored.push(["forest", modelScorer(product).scores(toJudge)]);
  scored.push(["forest on real rows alone", modelScorer(plain).scores(toJudge)]);
  for (const [name, rival] of RIVALS) scored.push([name, rival(rows)(toJudge)]);
  return { features: names.length, scored };
}

interface Cell {
  readonly auc: number[];
  readonly ap: number[];
}

interface Lead extends Spread {
  readonly over: string;
}

interface Comparison {
  readonly history: string;
  readonly view: string;
  readonly combination: string;
  readonly plantedPerSeed: number;
  readonly seeds: number;
  readonly detectors: readonly { readonly detector: string; readonly auc: Spread; readonly ap: Spread }[];
  /** The forest's figure minus that of the rival with the best mean, seed by seed: a choice made in hindsight, for the rivals. */
  readonly lead: { readonly auc: Lead; readonly ap: Lead };
  /** The same against each one. */
  readonly leads: readonly { readonly rival: string; readonly auc: Spread; readonly ap: Spread }[];
}

function compare({ name, runs }: StoredHistory, seedCount: number): readonly Comparison[] {
  const cells = new Map<string, Map<string, Cell>>();
  const planted = new Map<string, number[]>();
  for (let seed = 1; seed <= seedCount; seed++) {
    const rows = readRows(runs, seed);
    const split = Math.floor(rows.length * TRAINING_SHARE);
    const [training, judged] = [rows.slice(0, split), rows.slice(split)];
    for (const view of VIEWS) {
      const { scored } = scoresOf(training, judged, view, seed);
      for (const [index, combination] of COMBINATIONS.entries()) {
        const kept = judged
          .map(({ planted, isPlain }, row) => ({ planted, isPlain, row }))
          .filter(({ planted, isPlain }) => planted === index || (isPlain && planted === -1));
        const labels = kept.map(({ planted }) => (planted === index ? 1 : 0));
        const count = labels.filter((label) => label === 1).length;
        if (count === 0) continue;
        const key = JSON.stringify([view.name, combination.name]);
        planted.set(key, [...(planted.get(key) ?? []), count]);
        const byDetector = cells.get(key) ?? new Map<string, Cell>();
        cells.set(key, byDetector);
        for (const [detector, scores] of scored) {
          const cell = byDetector.get(detector) ?? { auc: [], ap: [] };
          byDetector.set(detector, cell);
          const own = kept.map(({ row }) => scores[row]!);
          cell.auc.push(rocAuc(labels, own));
          cell.ap.push(averagePrecision(labels, own));
        }
      }
    }
  }
  return [...cells].map(([key, byDetector]) => {
    const [view, combination] = JSON.parse(key) as [string, string];
    const detectors = [...byDetector].map(([detector, { auc, ap }]) => ({
      detector,
      auc: spreadOf(auc),
      ap: spreadOf(ap),
    }));
    const rivals = [...byDetector].filter(([detector]) => !detector.startsWith("forest"));
    const forest = byDetector.get(detectors[0]!.detector)!;
    const ahead = (rival: Cell, figure: "auc" | "ap") =>
      spreadOf(forest[figure].map((value, seed) => value - rival[figure][seed]!));
    const leads = rivals.map(([rival, cell]) => ({ rival, auc: ahead(cell, "auc"), ap: ahead(cell, "ap") }));
    const least = (figure: "auc" | "ap"): Lead => {
      const best = leads.reduce((one, other) => (other[figure].mean < one[figure].mean ? other : one));
      return { ...best[figure], over: best.rival };
    };
    const counts = planted.get(key)!;
    return {
      history: name,
      view,
      combination,
      plantedPerSeed: spreadOf(counts).mean,
      seeds: counts.length,
      detectors,
      lead: { auc: least("auc"), ap: least("ap") },
      leads,
    };
  });
}

const short = (value: number): string => value.toFixed(3).replace(/^(-?)0\./, "$1.");
const ranged = ({ mean, low, high }: Spread): string => `${short(mean)} (${short(low)} to ${short(high)})`;

/** Means over all histories and all ways but the controls, of each detector. */
function means(results: readonly Comparison[], view: string): readonly string[] {
  const own = results.filter((one) => one.view === view && !CONTROLS.has(one.combination));
  const names = own[0]?.detectors.map(({ detector }) => detector) ?? [];
  const mean = (detector: string, figure: "auc" | "ap"): string =>
    short(spreadOf(own.map(({ detectors }) => detectors.find((one) => one.detector === detector)![figure].mean)).mean);
  return names.map((name) => `| ${view} | ${name} | ${mean(name, "auc")} | ${mean(name, "ap")} |`);
}

/** How often the forest is ahead in nine seeds of ten, behind, or neither: against the best rival in hindsight, and against each. */
function verdicts(results: readonly Comparison[], view: string): readonly string[] {
  const own = results.filter((one) => one.view === view);
  const rivals = own[0]?.leads.map(({ rival }) => rival) ?? [];
  const line = (rival: string, of: (one: Comparison, figure: "auc" | "ap") => Spread): string => {
    const counts = (["auc", "ap"] as const).map((figure) => {
      const leads = own.map((one) => of(one, figure));
      const won = leads.filter(({ low }) => low > 0).length;
      const lost = leads.filter(({ high }) => high < 0).length;
      const mean = leads.reduce((sum, lead) => sum + lead.mean, 0) / leads.length;
      return `${won} / ${lost} / ${leads.length - won - lost} | ${short(mean)}`;
    });
    return `| ${view} | ${rival} | ${counts.join(" | ")} |`;
  };
  return [
    line("the best of them, in hindsight", ({ lead }, figure) => lead[figure]),
    ...rivals.map((rival) => line(rival, ({ leads }, figure) => leads.find((one) => one.rival === rival)![figure])),
  ];
}

/** The forest beside each rival, and the means of all: the part that docs/detection.md shows, too. */
function summary(results: readonly Comparison[]): readonly string[] {
  return [
    "The forest against simpler scores: comparisons in which it is ahead in nine seeds of ten / behind in nine / neither, and the mean difference.",
    "",
    "| rows | against | AUC | mean | average precision | mean |",
    "|---|---|--:|--:|--:|--:|",
    ...VIEWS.flatMap(({ name }) => verdicts(results, name)),
    "",
    `Means over the histories and the ways, without the two that hold an odd number by itself:`,
    "",
    "| rows | score | AUC | average precision |",
    "|---|---|--:|--:|",
    ...VIEWS.flatMap(({ name }) => means(results, name)),
    "",
  ];
}

function toMarkdown(histories: readonly StoredHistory[], results: readonly Comparison[], seeds: number): string {
  const sections = histories.flatMap(({ name, runs }) =>
    VIEWS.flatMap((view) => {
      const own = results.filter((one) => one.history === name && one.view === view.name);
      if (own.length === 0) return [];
      const detectors = own[0]!.detectors.map(({ detector }) => detector);
      const table = (figure: "auc" | "ap") => [
        `| ${figure === "auc" ? "AUC" : "average precision"} | planted | ${detectors.join(" | ")} |`,
        `|---|--:|${detectors.map(() => "--:").join("|")}|`,
        ...own.map(
          (one) =>
            `| ${one.combination} | ${Math.round(one.plantedPerSeed)} | ${one.detectors.map((each) => ranged(each[figure])).join(" | ")} |`,
        ),
        "",
      ];
      return [
        `## ${name} (${runs.length} runs): ${view.name}`,
        "",
        ...table("auc"),
        ...table("ap"),
        "AUC of the forest above the best rival's, seed by seed:",
        "",
        ...own.map(({ combination, lead }) => `- ${combination}: ${ranged(lead.auc)} over ${lead.auc.over}`),
        "",
      ];
    }),
  );
  return [
    "# Does the forest earn its place on stored history?",
    "",
    `Made by \`node benchmarks/forest-evidence.ts\` on ${machine()}. ${seeds} seeds of places and forests; means, and in brackets the middle 90 % of the seeds.`,
    "Real runs are made odd, about one in a hundred for each way, where they stand in the history; the product's own reader reads all",
    "runs against their past; every detector learns from the first 60 % of the read rows, planted ones included and unmarked, and scores the passing runs",
    "of the rest. Real odd runs among those count as usual, for all detectors alike. pulumi's runs come with one number, the duration: only a control fits them. *As detect sees it*: distances outside the usual range of a feature, without",
    "sign, up to 1.5; `forest` is the model that `detect` fits, reference sample included. *Signed*: the same readings as distances from the",
    "middle of the usual range, so that what lies inside it is seen as well.",
    "",
    ...summary(results),
    ...sections,
  ].join("\n");
}

function main(): void {
  const at = process.argv.indexOf("--seeds");
  const seeds = at < 0 ? SEEDS : Number(process.argv[at + 1]);
  const histories = storedHistories();
  if (histories.length === 0) return;
  const results = histories.flatMap((history) => {
    const started = performance.now();
    const compared = compare(history, seeds);
    process.stderr.write(`${history.name}: ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
    return compared;
  });
  const markdown = toMarkdown(histories, results, seeds);
  process.stdout.write(markdown);
  if (at >= 0) return;
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, "forest-evidence.md"), markdown);
  writeBlock("forest", summary(results).join("\n"));
  const settings = { seeds, plantedShare: PLANTED_SHARE, trainingShare: TRAINING_SHARE, machine: machine() };
  writeFileSync(join(RESULTS, "forest-evidence.json"), `${JSON.stringify({ settings, results }, null, 1)}\n`);
}

main();
