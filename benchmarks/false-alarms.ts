/**
 * Looks at every false alarm about durations on the replay protocol's clean histories: how far the runs after its onset really lie from
 * those before, and where that leaves the alarm. Keeps a table, and a picture of the plainest one in docs/images.
 *
 *   node benchmarks/false-alarms.ts
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quantile } from "@oddrun/core";
import { alertsBySeries, type FindingLine, type Told } from "./corroborated/judge.ts";
import { picture } from "./corroborated/plot.ts";
import type { WholeSeries } from "./corroborated/series.ts";
import { readLines, runNode } from "./detection/protocol.ts";
import { writeBlock } from "./docs-block.ts";
import { machine } from "./machine.ts";
import { sharedPath } from "./shared-data.ts";

const RESULTS = join(import.meta.dirname, "results");
const IMAGES = join(import.meta.dirname, "../docs/images");
const PROGRAM = join(import.meta.dirname, "../packages/oddrun/bin/oddrun.js");
const SIDE_RUNS = 40;
/** Fewer passing runs than this on a side say nothing about it. */
const SIDE_RUNS_MIN = 8;
const REAL_MIN = Math.log(1.08);
const SHOWN_RUNS = 120;

interface FalseAlarm {
  readonly dataset: string;
  readonly segment: string;
  readonly told: Told;
  /** Median of up to 40 passing runs from the told onset on, over that of up to 40 before; null near an end. */
  readonly inHindsight: number | null;
  /** The same, but of the runs from the onset to the alert: what was there to be seen. */
  readonly whenTold: number;
  readonly verdict: "a real shift" | "a burst that passed" | "too small" | "not judged";
}

interface Truth {
  readonly series: string;
  readonly dataset: string;
  readonly segment: string;
  readonly runs: number;
}

function seriesOf(file: string, truth: ReadonlyMap<string, Truth>): readonly WholeSeries[] {
  const rows = readFileSync(file, "utf8").trimEnd().split("\n").slice(1);
  return [...Map.groupBy(rows, (line) => line.slice(0, line.indexOf(",")))].map(([id, lines]) => ({
    id,
    dataset: truth.get(id)!.dataset,
    name: truth.get(id)!.segment,
    runs: lines.map((line) => {
      const cells = line.split(",");
      return {
        runId: Number(cells[3]),
        runAttempt: 1,
        startedAtMs: Date.parse(cells[8]!),
        durationS: Number(cells[10]),
        hasFailed: cells[11] !== "success",
      };
    }),
  }));
}

const median = (values: readonly number[]): number => quantile(Float64Array.from(values).sort(), 0.5);

function judged(series: WholeSeries, told: Told): FalseAlarm {
  const passing = (from: number, to: number): readonly number[] =>
    series.runs
      .slice(from, to)
      .filter(({ hasFailed }) => !hasFailed)
      .map(({ durationS }) => durationS);
  const before = passing(0, told.onset).slice(-SIDE_RUNS);
  const after = passing(told.onset, series.runs.length).slice(0, SIDE_RUNS);
  const whenTold = median(passing(told.onset, told.at + 1)) / median(before);
  const common = { dataset: series.dataset, segment: series.name, told, whenTold };
  if (before.length < SIDE_RUNS_MIN || after.length < SIDE_RUNS_MIN)
    return { ...common, inHindsight: null, verdict: "not judged" };
  const inHindsight = median(after) / median(before);
  const direction = told.kind === "duration-regression" ? 1 : -1;
  const isReal = direction * Math.log(inHindsight) >= REAL_MIN;
  const wasThere = direction * Math.log(whenTold) >= REAL_MIN;
  return { ...common, inHindsight, verdict: isReal ? "a real shift" : wasThere ? "a burst that passed" : "too small" };
}

const ratio = (value: number | null): string => (value === null ? "-" : `x${value.toFixed(2)}`);

function toMarkdown(alarms: readonly FalseAlarm[], runCount: number): string {
  const counts = [...Map.groupBy(alarms, ({ verdict }) => verdict)].map(([verdict, own]) => `${own.length} ${verdict}`);
  return [
    "# False alarms about durations, one by one",
    "",
    `Made by \`node benchmarks/false-alarms.ts\` on ${machine()}: all alerts of the real \`oddrun replay\` on the ${runCount} runs of the replay protocol's clean histories (its \`none\`), where by rule nothing happened. Each`,
    `is looked at again with the runs that came later: *a real shift* if the medians of up to ${SIDE_RUNS} passing runs either side of the told onset differ by 8 % or more in the told direction, *a burst that passed* if`,
    "that was true of the runs up to the alert only.",
    "",
    `${alarms.length} alerts: ${counts.join(", ")}.`,
    "",
    "| data set | history | told as | runs from onset to alert | of these, ratio to before | in hindsight | score | |",
    "|---|---|---|--:|--:|--:|--:|---|",
    ...alarms.map(
      ({ dataset, segment, told, whenTold, inHindsight, verdict }) =>
        `| ${dataset} | ${segment} | ${told.kind === "duration-regression" ? "slower" : "faster"} ${ratio(told.magnitude)} | ${told.at - told.onset} | ${ratio(whenTold)} | ${ratio(inHindsight)} | ${told.score.toFixed(2)} | ${verdict} |`,
    ),
    "",
  ].join("\n");
}

/** For docs/detection.md. */
function block(alarms: readonly FalseAlarm[], runCount: number): string {
  const count = (verdict: FalseAlarm["verdict"]): number => alarms.filter((one) => one.verdict === verdict).length;
  return `On the ${runCount.toLocaleString("en")} runs of the clean histories ${alarms.length} alerts about durations are told. Looked at again with the runs that came later, **${count("a real shift")} of them sit on a real shift** of 8 % or more that the rule which picked the quiet histories had passed over, ${count("a burst that passed")} on a burst that passed, ${count("too small")} on less, and ${count("not judged")} lie too near an end to tell.`;
}

function main(): void {
  const scorer = sharedPath("eval/make-cases.mjs", "the false alarms");
  const data = sharedPath("data", "the false alarms");
  if (scorer === null || data === null) return;
  const folder = mkdtempSync(join(tmpdir(), "oddrun-false-alarms-"));
  try {
    const make = ["--background", join(data, "ci-survey"), "--out", folder, "--seed", "1", "--families", "none"];
    runNode({ folder: join(scorer, ".."), dataFolder: data }, "make-cases.mjs", make);
    const truth = new Map(readLines<Truth>(join(folder, "truth.jsonl")).map((one) => [one.series, one]));
    const series = seriesOf(join(folder, "runs.csv"), truth);
    const findings = join(folder, "findings.jsonl");
    const args = ["replay", "--input", join(folder, "runs.csv"), "--findings", findings];
    execFileSync(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", "ignore", "inherit"] });
    const isDuration = ({ kind }: FindingLine) => kind === "duration-regression" || kind === "duration-improvement";
    const told = alertsBySeries(series, readLines<FindingLine>(findings, isDuration));
    const alarms = series
      .flatMap((one) => told.get(one.id)!.map((alert) => judged(one, alert)))
      .sort((one, other) => other.told.score - one.told.score);
    const runCount = series.reduce((sum, { runs }) => sum + runs.length, 0);
    const markdown = toMarkdown(alarms, runCount);
    process.stdout.write(markdown);
    writeBlock("false-alarms", block(alarms, runCount));
    writeFileSync(join(RESULTS, "false-alarms.md"), markdown);
    writeFileSync(
      join(RESULTS, "false-alarms.json"),
      `${JSON.stringify({ machine: machine(), runCount, alarms }, null, 1)}\n`,
    );
    // The one that looks most like nothing afterwards, of GitHub Actions where there is one.
    const passed = alarms.filter(({ verdict }) => verdict === "a burst that passed");
    const actions = passed.filter(({ dataset }) => dataset.startsWith("gha-"));
    const off = ({ inHindsight }: FalseAlarm): number => Math.abs(Math.log(inHindsight ?? 1));
    const plainest = (actions.length > 0 ? actions : passed).toSorted((one, other) => off(one) - off(other))[0];
    if (plainest === undefined) return;
    const own = series.find(({ name }) => name === plainest.segment)!;
    const from = Math.max(0, plainest.told.onset - SHOWN_RUNS);
    const to = Math.min(own.runs.length - 1, plainest.told.at + SHOWN_RUNS);
    const title = `A false alarm: ${plainest.dataset}, told as ${ratio(plainest.told.magnitude)}`;
    writeFileSync(
      join(IMAGES, "false-alarm.svg"),
      picture({ title, runs: own.runs, from, to, told: plainest.told, known: null }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
