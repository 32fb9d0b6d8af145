/**
 * What each part of the duration detector is worth: the replay protocol's cases with one part left out at a time, and the bar of
 * every variant searched for the same load of false alarms on clean histories.
 *
 *   node benchmarks/ablations.ts              all histories; keeps the results
 *   node benchmarks/ablations.ts --limit 30   so many per variant; only prints
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DEFAULT_LEVEL_OPTIONS, levelDetector, type LevelOptions } from "@oddrun/core";
import { type Protocol, readLines, runNode, type Scored } from "./detection/protocol.ts";
import { DURATION_GRID } from "./detection/targets.ts";
import { writeBlock } from "./docs-block.ts";
import { machine } from "./machine.ts";
import { sharedPath } from "./shared-data.ts";

const RESULTS = join(import.meta.dirname, "results");
const FAMILIES = "none,bimodal,seasonal,variance,step,recover,ramp,drift,two-steps,drop,spike,young,young-none";
const BUDGETS = [0.2, 0.5, 1] as const;
const WARM_UP = 60;
const BAR_MIN = 0.02;
const BAR_MAX = 8;
const HALVINGS = 14;

interface Variant {
  readonly name: string;
  /** Options of the detector by name. A variant with one that is gone is left out, loudly. */
  readonly options: Readonly<Record<string, number | readonly number[]>>;
}

const NO_PERSISTENCE = { persistentShare: 0 };
const NO_COUNT = { runCountMin: 1, runCountFull: 1 };

const VARIANTS: readonly Variant[] = [
  { name: "all parts", options: {} },
  { name: "without persistence: no share of the runs asked to be in the shift", options: NO_PERSISTENCE },
  { name: "told as soon as sure: no count of runs asked", options: NO_COUNT },
  { name: "neither of the two", options: { ...NO_PERSISTENCE, ...NO_COUNT } },
  { name: "one size instead of a bank: x1.3", options: { ratios: [1.3] } },
  { name: "without the dead zone", options: { deadZoneShare: 0 } },
  {
    name: "without the floor under the scatter and what is expected of it",
    options: { scaleMin: 0.001, scalePriorRuns: 0.1 },
  },
  { name: "the level taken as known exactly", options: { levelVarianceFactor: 0 } },
  { name: "sums needed not raised by those that faded before", options: { pastPeakShare: 0.001 } },
  { name: "small shifts within half a day told, too", options: { halfDayHours: 0 } },
  { name: "a reference of 50 runs", options: { referenceRunsMax: 50 } },
  { name: "suspected runs kept out for 13 runs only", options: { waitingRunsMax: 13 } },
];

function known({ name, options }: Variant): boolean {
  const gone = Object.keys(options).filter((option) => !(option in DEFAULT_LEVEL_OPTIONS));
  if (gone.length > 0) process.stderr.write(`LEFT OUT "${name}": the detector has no ${gone.join(", ")}.\n`);
  return gone.length === 0;
}

interface SeriesRuns {
  readonly series: string;
  readonly runIds: readonly number[];
  readonly durationsMs: readonly number[];
  readonly endsMs: readonly number[];
}

/** Passing runs of each series, in order: what the detector is shown. */
function passingRuns(file: string): readonly SeriesRuns[] {
  const all = new Map<string, { series: string; runIds: number[]; durationsMs: number[]; endsMs: number[] }>();
  for (const line of readFileSync(file, "utf8").trimEnd().split("\n").slice(1)) {
    const cells = line.split(",");
    if (cells[11] !== "success") continue;
    const series = cells[0]!;
    const known = all.get(series) ?? { series, runIds: [], durationsMs: [], endsMs: [] };
    all.set(series, known);
    known.runIds.push(Number(cells[3]));
    known.durationsMs.push(Math.max(1, Number(cells[10]) * 1000));
    known.endsMs.push(Date.parse(cells[9]!));
  }
  return [...all.values()];
}

function findingsOf(all: readonly SeriesRuns[], options: LevelOptions): string {
  const lines: string[] = [];
  for (const { series, runIds, durationsMs, endsMs } of all) {
    const detector = levelDetector({ options });
    for (const [place, runId] of runIds.entries()) {
      const mark = { runId, runAttempt: 1, atMs: endsMs[place]! };
      for (const event of detector.observe({ value: durationsMs[place]!, mark })) {
        if (event.state === "settled") continue;
        const isAlert = event.state === "told" || event.state === "grown";
        const finding = {
          series,
          kind: event.direction === "up" ? "duration-regression" : "duration-improvement",
          detected_at_run: event.at.runId,
          onset_run: event.onset.runId,
          magnitude: event.level / event.usual,
          score: event.score,
          incident: `d${event.changeNumber}`,
          ...(isAlert ? {} : { state: event.state }),
        };
        lines.push(JSON.stringify(finding));
      }
    }
  }
  return `${lines.join("\n")}\n`;
}

interface Row {
  readonly name: string;
  /** The bar at which the clean histories hold no more than 0.2, 0.5, 1 false alarms per 1000 runs. */
  readonly bars: readonly number[];
  readonly atBudgets: readonly (number | null)[];
  readonly recalls: readonly number[];
  readonly delayX13: number | null;
  readonly spikesToldPercent: number;
  readonly variancePercent: number;
  readonly young: number | null;
}

interface Cases {
  readonly protocol: Protocol;
  readonly folder: string;
  readonly all: readonly SeriesRuns[];
  readonly clean: readonly SeriesRuns[];
  /** Runs of the clean histories after their first 60. */
  readonly cleanRunCount: number;
}

/** The lowest bar that keeps the clean histories within the budget, to a thousandth. */
function barFor(options: Variant["options"], { clean, cleanRunCount }: Cases, per1000: number): number {
  let [low, high] = [Math.log(BAR_MIN), Math.log(BAR_MAX)];
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    const alarms = alarmCount(clean, { ...DEFAULT_LEVEL_OPTIONS, ...options, bar: Math.exp(middle) });
    if ((1000 * alarms) / cleanRunCount <= per1000) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

function alarmCount(all: readonly SeriesRuns[], options: LevelOptions): number {
  let told = 0;
  for (const { durationsMs, endsMs } of all) {
    const detector = levelDetector({ options });
    for (const [runId, value] of durationsMs.entries()) {
      for (const { state } of detector.observe({ value, mark: { runId, runAttempt: 1, atMs: endsMs[runId]! } })) {
        if (state === "told") told++;
      }
    }
  }
  return told;
}

function measure({ name, options }: Variant, cases: Cases): Row {
  const bars = BUDGETS.map((budget) => barFor(options, cases, budget));
  const scores = bars.map((bar) => score(findingsOf(cases.all, { ...DEFAULT_LEVEL_OPTIONS, ...options, bar }), cases));
  const scored = scores[BUDGETS.indexOf(0.5)]!;
  const at = scored.variantsAtHeadline;
  const spike = at["spike x3"];
  const told = Object.values(spike?.confusion ?? {}).reduce((sum, count) => sum + count, 0);
  const variance = at["variance x2"];
  return {
    name,
    bars,
    atBudgets: BUDGETS.map((budget, place) => scores[place]!.atBudget.find((one) => one.budget === budget)!.duration),
    recalls: DURATION_GRID.map((variant) => at[variant]?.recall ?? 0),
    delayX13: at["step x1.3"]?.delayMedian ?? null,
    spikesToldPercent: (100 * told) / (spike?.cases ?? 1),
    variancePercent: (100 * (variance?.falselyNamed ?? 0)) / (variance?.cases ?? 1),
    young: scored.young?.recall ?? null,
  };
}

function score(findings: string, { protocol, folder }: Cases): Scored {
  const file = join(folder, "findings.jsonl");
  writeFileSync(file, findings);
  const args = ["--truth", join(folder, "truth.jsonl"), "--findings", file, "--json", "--draws", "0"];
  return JSON.parse(runNode(protocol, "score.mjs", args)) as Scored;
}

const short = (value: number | null): string => (value === null ? "-" : value.toFixed(3).replace(/^0\./, "."));

function toMarkdown(rows: readonly Row[], subset: string): string {
  const line = (row: Row) =>
    `| ${[row.name, ...row.atBudgets.map(short), row.bars[1]!.toFixed(2), ...row.recalls.map((recall) => Math.round(100 * recall)), row.delayX13, `${row.spikesToldPercent.toFixed(1)} %`, `${row.variancePercent.toFixed(1)} %`, short(row.young)].join(" | ")} |`;
  return [
    "# The duration detector with one part left out at a time",
    "",
    `Made by \`node benchmarks/ablations.ts\` on ${machine()}: the replay protocol's cases, seed 1 (${subset}), the same detector and options as \`oddrun replay\` but for what the row says.`,
    "The bar of each row is searched on the clean histories for 0.2, 0.5 and 1 false alarms per 1000 runs. Mean recall of the duration grid at these; then, at 0.5, the bar, recall of each",
    "incident in per cent, the median delay at x1.3 in runs, x3 spikes told as a change, spreads that doubled told as one, and young histories.",
    "",
    `| | at 0.2 | 0.5 | 1 | bar | ${DURATION_GRID.join(" | ")} | delay x1.3 | spikes | variance | young |`,
    `|---|${"--:|".repeat(4 + DURATION_GRID.length + 4)}`,
    ...rows.map(line),
    "",
  ].join("\n");
}

/** For docs/detection.md: the columns in which the parts differ most. */
function block(rows: readonly Row[]): string {
  const shown = ["step x1.2", "step x1.3", "recover x1.3/15", "ramp x1.5/50", "drift x1.2/200", "drop x0.1/12"];
  return [
    "One part left out at a time, the bar searched anew on the clean histories for 0.2, 0.5 and 1 false alarms per 1000 runs; at 0.5 the recall in per cent.",
    "",
    `| | at 0.2 | 0.5 | 1 | ${shown.join(" | ")} | delay x1.3, runs | variance told | young |`,
    `|---|${"--:|".repeat(3 + shown.length + 3)}`,
    ...rows.map((row) => {
      const recalls = shown.map((name) => Math.round(100 * row.recalls[DURATION_GRID.indexOf(name)]!));
      return `| ${[row.name, ...row.atBudgets.map(short), ...recalls, row.delayX13, `${row.variancePercent.toFixed(1)} %`, short(row.young)].join(" | ")} |`;
    }),
  ].join("\n");
}

function main(): void {
  const { values } = parseArgs({ options: { limit: { type: "string" } } });
  const scorer = sharedPath("eval/score.mjs", "the ablations");
  const data = sharedPath("data", "the ablations");
  if (scorer === null || data === null) return;
  const protocol = { folder: join(scorer, ".."), dataFolder: data };
  const folder = mkdtempSync(join(tmpdir(), "oddrun-ablations-"));
  try {
    const some = values.limit === undefined ? [] : ["--limit", values.limit];
    const make = [
      "--background",
      join(data, "ci-survey"),
      "--out",
      folder,
      "--seed",
      "1",
      "--families",
      FAMILIES,
      ...some,
    ];
    runNode(protocol, "make-cases.mjs", make);
    const all = passingRuns(join(folder, "runs.csv"));
    const truth = readLines<{ series: string; family: string; runs: number }>(join(folder, "truth.jsonl"));
    const quiet = new Map(truth.filter(({ family }) => family === "none").map(({ series, runs }) => [series, runs]));
    const clean = all.filter(({ series }) => quiet.has(series));
    const cleanRunCount = [...quiet.values()].reduce((sum, runs) => sum + Math.max(0, runs - WARM_UP), 0);
    const rows = VARIANTS.filter(known).map((variant) => {
      process.stderr.write(`${variant.name}\n`);
      return measure(variant, { protocol, folder, all, clean, cleanRunCount });
    });
    const subset =
      values.limit === undefined ? "all histories" : `${values.limit} histories per variant, all clean ones`;
    const markdown = toMarkdown(rows, subset);
    process.stdout.write(markdown);
    if (values.limit !== undefined) return;
    writeBlock("ablations", block(rows));
    writeFileSync(join(RESULTS, "ablations.md"), markdown);
    writeFileSync(
      join(RESULTS, "ablations.json"),
      `${JSON.stringify({ machine: machine(), options: DEFAULT_LEVEL_OPTIONS, rows }, null, 1)}\n`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
