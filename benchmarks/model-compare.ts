/**
 * How often `oddrun models compare` is right: equal re-trainings that it must not call worse, and bad trainings that it must, on the
 * sample and on real histories. Writes benchmarks/results/model-compare.{json,md}.
 *
 *   node benchmarks/model-compare.ts                  everything; keeps the results
 *   node benchmarks/model-compare.ts --limit 5        so many real histories and 20 re-trainings; only prints
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  COMPARISON_RULE,
  compareModels,
  type ComparisonVerdict,
  type IsolationForestModel,
  seededRandom,
  trainModel,
} from "@oddrun/core";
import { type History, realHistories, type Rows, sampleHistory } from "./bench/compare-histories.ts";
import { machine } from "./machine.ts";

const RESULTS = join(import.meta.dirname, "results");
const FEATURES = ["duration", "failure_rate"];
const SAMPLE_SEEDS = 200;
const REAL_SEEDS = 1;

interface Case {
  readonly scenario: string;
  readonly history: string;
  readonly seed: number;
  readonly verdict: ComparisonVerdict;
  readonly reason: string;
}

/** What a model was trained on and is compared on; the serving one was trained on the history as it is, or its older part. */
interface Scenario {
  readonly name: string;
  /** What the verdict ought to be, in words. */
  readonly wanted: string;
  readonly isRight: ((verdict: ComparisonVerdict) => boolean) | null;
  readonly make: (rows: Rows) => { readonly candidate: Rows; readonly serving: Rows; readonly records: Rows };
}

const older = (rows: Rows, share: number): Rows => rows.slice(0, Math.floor(rows.length * share));
const isWorse = (verdict: ComparisonVerdict): boolean => verdict === "worse";

const EQUAL: Scenario = {
  name: "the same records, another seed",
  wanted: "not worse",
  isRight: (verdict) => !isWorse(verdict),
  make: (rows) => ({ candidate: rows, serving: rows, records: rows }),
};

const SCENARIOS: readonly Scenario[] = [
  {
    name: "40 % of the runs three times as slow, compared on the clean records",
    wanted: "worse",
    isRight: isWorse,
    make: (rows) => ({ candidate: slowed(rows, 0.4, 3), serving: rows, records: rows }),
  },
  {
    name: "40 % of the runs three times as slow, compared on those records",
    wanted: "worse",
    isRight: isWorse,
    make: (rows) => ({ candidate: slowed(rows, 0.4, 3), serving: rows, records: slowed(rows, 0.4, 3) }),
  },
  {
    name: "trained on the newest 30 records",
    wanted: "worse",
    isRight: isWorse,
    make: (rows) => ({ candidate: rows.slice(-30), serving: rows, records: rows }),
  },
  {
    name: "all durations doubled (drifted data), compared on the clean records",
    wanted: "worse",
    isRight: isWorse,
    make: (rows) => ({ candidate: slowed(rows, 1, 2), serving: rows, records: rows }),
  },
  {
    name: "a week later: 7 % new records, as they came",
    wanted: "no claim: real pipelines move",
    isRight: null,
    make: (rows) => ({ candidate: rows, serving: older(rows, 0.93), records: rows }),
  },
  {
    name: "40 % of the newest third three times as slow, compared on those records",
    wanted: "no claim: an incident, or the new usual",
    isRight: null,
    make(rows) {
      const first = Math.floor((rows.length * 2) / 3);
      const records = [...rows.slice(0, first), ...slowed(rows.slice(first), 0.4, 3)];
      return { candidate: records, serving: rows, records };
    },
  },
];

function slowed(rows: Rows, share: number, factor: number): Rows {
  const random = seededRandom(5);
  return rows.map(([duration, rate]) => [random.next() < share ? duration * factor : duration, rate]);
}

function trained(rows: Rows, seed: number): IsolationForestModel {
  return trainModel({
    kind: "metrics",
    features: FEATURES.map((name) => ({ name, unit: "none" })),
    samples: samplesOf(rows),
    contamination: 0.05,
    options: { treeCount: 100, subsampleSize: 256, featuresPerTree: null, seed },
    dataWindow: null,
  }).model;
}

function samplesOf(rows: Rows) {
  return { values: Float64Array.from(rows.flat()), rowCount: rows.length, featureCount: FEATURES.length };
}

function judge(scenario: Scenario, { name, rows }: History, seed: number): Case {
  const { candidate, serving, records } = scenario.make(rows);
  const { verdict, reasons } = compareModels(trained(candidate, 1000 + seed), trained(serving, seed), {
    features: FEATURES,
    ...samplesOf(records),
  });
  return { scenario: scenario.name, history: name, seed, verdict, reason: reasons[0]! };
}

/** Wilson's interval of 95 %. */
function wilson(count: number, total: number): string {
  const z = 1.96;
  const share = count / total;
  const middle = (share + (z * z) / (2 * total)) / (1 + (z * z) / total);
  const half = (z / (1 + (z * z) / total)) * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total));
  return `${percent(Math.max(0, middle - half))} to ${percent(Math.min(1, middle + half))}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function row(cases: readonly Case[], scenario: Scenario, where: string): string {
  const count = (verdict: ComparisonVerdict) => cases.filter((each) => each.verdict === verdict).length;
  const right = cases.filter(({ verdict }) => scenario.isRight?.(verdict)).length;
  const told = scenario.isRight === null ? "" : `${percent(right / cases.length)} (${wilson(right, cases.length)})`;
  return `| ${scenario.name} | ${where} | ${cases.length} | ${count("better")} | ${count("as-good")} | ${count("worse")} | ${scenario.wanted} | ${told} |`;
}

function report(cases: readonly Case[], histories: readonly History[], startedMs: number): string {
  const rows = [EQUAL, ...SCENARIOS].flatMap((scenario) => {
    const own = cases.filter(({ scenario: name }) => name === scenario.name);
    const parts = [
      ["sample", own.filter(({ history }) => history === "sample")],
      ["real", own.filter(({ history }) => history !== "sample")],
    ] as const;
    return parts.filter(([, each]) => each.length > 0).map(([where, each]) => row(each, scenario, where));
  });
  const date = new Date().toISOString().slice(0, 10);
  const equal = cases.filter(({ scenario }) => scenario === EQUAL.name);
  const refused = equal.filter(({ verdict }) => verdict === "worse").length;
  return `# Is the new model worse?

Made by \`node benchmarks/model-compare.ts\`: \`compareModels\` (what \`oddrun models compare\` runs) at its usual options, on the sample of 1,000 records
and on ${histories.length - 1} real histories (the newest 1,000 builds of each, at least 300), contamination 0.05, 100 trees. model-compare.json has every verdict with its
first reason. ${machine()}, ${date}, ${Math.round((Date.now() - startedMs) / 1000)} s.

False refusals, equal re-trainings called worse: **${refused} of ${equal.length}**. Target: 2 % at most.

| trained on | on | cases | better | as good | worse | wanted | right (95 % interval) |
|---|---|--:|--:|--:|--:|---|---|
${rows.join("\n")}

The rule:

${COMPARISON_RULE.map((rule) => `- ${rule}`).join("\n")}
`;
}

const startedMs = Date.now();
const limitAt = process.argv.indexOf("--limit");
const limit = limitAt < 0 ? null : Number(process.argv[limitAt + 1]);
const real = realHistories();
const histories = [sampleHistory, ...real.slice(0, limit ?? real.length)];
const cases: Case[] = [];
for (const history of histories) {
  const seeds = history === sampleHistory ? (limit === null ? SAMPLE_SEEDS : 20) : REAL_SEEDS;
  for (let seed = 1; seed <= seeds; seed++) cases.push(judge(EQUAL, history, seed));
  for (const scenario of SCENARIOS) cases.push(judge(scenario, history, 1));
  process.stderr.write(`${history.name}: ${cases.length} verdicts\n`);
}
const text = report(cases, histories, startedMs);
process.stdout.write(text);
if (limit === null && real.length > 0) {
  writeFileSync(join(RESULTS, "model-compare.json"), `${JSON.stringify(cases, null, 1)}\n`);
  writeFileSync(join(RESULTS, "model-compare.md"), text);
}
