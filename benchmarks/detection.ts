/**
 * Change detection by the replay protocol: makes its cases outside the repository, runs the real `oddrun replay` over them, has the
 * protocol's own programs score what it says and check that only the past was used, and keeps the figures beside those of other methods.
 *
 *   node benchmarks/detection.ts                  everything; keeps the results
 *   node benchmarks/detection.ts --limit 40       so many histories per variant, no whole histories, no speed; only prints
 *   node benchmarks/detection.ts --command "..."  another detector, with {in}, {observed} and {out}; only prints
 *   node benchmarks/detection.ts --keep FOLDER    leaves cases and findings there
 */
import { execSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { quantile } from "@oddrun/core";
import {
  controlPer1000,
  type Cuts,
  cutsFor,
  type FindingLine,
  type Protocol,
  type RawScored,
  fillIn,
  readLines,
  runDetector,
  runNode,
  type Scored,
  toldAnyway,
  type TruthRow,
} from "./detection/protocol.ts";
import {
  figuresBlock,
  type Measured,
  methodsBlock,
  type Speed,
  toMarkdown,
  wholeHistoriesBlock,
} from "./detection/report.ts";
import { caseTargets, rawTargets, speedTarget } from "./detection/targets.ts";
import { writeBlock } from "./docs-block.ts";
import { machine } from "./machine.ts";
import { sharedPath } from "./shared-data.ts";

const RESULTS = join(import.meta.dirname, "results");
const PROGRAM = join(import.meta.dirname, "../packages/oddrun/bin/oddrun.js");
const OURS = `"${process.execPath}" "${PROGRAM}" replay --input "{in}" --observed "{observed}" --findings "{out}"`;
const BUDGET = 0.5;
const ROUNDS = 5;

interface Places {
  readonly runs: string;
  readonly observed: string;
  readonly findings: string;
}

const placesIn = (folder: string): Places => ({
  runs: join(folder, "runs.csv"),
  observed: join(folder, "observed.csv"),
  findings: join(folder, "findings.jsonl"),
});

const progress = (text: string): void => void process.stderr.write(`${text}\n`);

function measureCases(protocol: Protocol, command: string, folder: string, limit: string | null) {
  const background = join(protocol.dataFolder, "ci-survey");
  const some = limit === null ? [] : ["--limit", limit];
  runNode(protocol, "make-cases.mjs", ["--background", background, "--out", folder, "--seed", "1", ...some]);
  const { runs, observed, findings } = placesIn(folder);
  progress("cases made; detecting");
  runDetector(command, runs, observed, findings);
  progress("scoring");
  const truthFile = join(folder, "truth.jsonl");
  const draws = limit === null ? "1000" : "0";
  const scored = runNode(protocol, "score.mjs", [
    "--truth",
    truthFile,
    "--findings",
    findings,
    "--json",
    "--draws",
    draws,
  ]);
  const truth = readLines<TruthRow>(truthFile);
  const told = readLines<FindingLine>(findings);
  const cuts = cutsFor(truth, told, BUDGET);
  const control = (family: string) => controlPer1000(family, truth, told, cuts);
  const controls = { bimodal: control("bimodal"), seasonal: control("seasonal") };
  const anyway = { spike: toldAnyway("spike", truth, told, cuts), variance: toldAnyway("variance", truth, told, cuts) };
  return { scored: JSON.parse(scored) as Scored, truth, cuts, controls, anyway };
}

function measureRaw(protocol: Protocol, command: string, folder: string, cuts: Cuts) {
  runNode(protocol, "make-raw.mjs", ["--data", protocol.dataFolder, "--out", folder]);
  const { runs, observed, findings } = placesIn(folder);
  runDetector(command, runs, observed, findings);
  const firstAttempts = join(folder, "first-attempts.csv");
  writeFileSync(firstAttempts, withoutReruns(readFileSync(runs, "utf8")));
  const scoreOver = (over: string, ...more: string[]): RawScored =>
    JSON.parse(
      runNode(protocol, "score-raw.mjs", ["--runs", over, "--findings", findings, "--json", ...more]),
    ) as RawScored;
  const score = (...more: string[]): RawScored => scoreOver(runs, ...more);
  const cut = Object.entries(cuts).filter(([, at]) => Number.isFinite(at));
  const atCut = cut.length === 0 ? [] : ["--cut", cut.map(([stream, at]) => `${stream}=${at}`).join(",")];
  return {
    cuts,
    cut: score(...atCut),
    /** The same alerts, looked at again beside first attempts only: re-runs of failed jobs are short, and many. */
    byFirstAttempts: scoreOver(firstAttempts, ...atCut, "--draws", "0"),
    delivered: score(),
  };
}

/** The fifth cell is the attempt; no cell before it can hold a comma. */
function withoutReruns(csv: string): string {
  const [header, ...lines] = csv.split("\n");
  return [header, ...lines.filter((line) => line === "" || line.split(",", 5)[4] === "1")].join("\n");
}

interface Spent {
  readonly wallS: number;
  readonly cpuS: number;
}

/** Wall time, and the processor time of the command and all its threads, as the shell counts it. */
function spent(command: string): Spent {
  const started = performance.now();
  const told = execSync(`${command} >/dev/null\ntimes`, { encoding: "utf8" });
  const wallS = (performance.now() - started) / 1000;
  // The second line of `times` is about what the shell ran: "0m1.25s 0m0.12s".
  const parts = [
    ...told
      .trim()
      .split("\n")
      .at(-1)!
      .matchAll(/(\d+)m([\d.]+)s/g),
  ];
  return { wallS, cpuS: parts.reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0) };
}

/** Rounds of the command and of the floor in turn, so that a busy machine slows both. */
function measureSpeed(command: string, { runs, observed, findings }: Places, runCount: number): Speed {
  const whole: Spent[] = [];
  const floor: Spent[] = [];
  const reader = `"${process.execPath}" "${join(import.meta.dirname, "read-alone.ts")}" "${runs}"`;
  for (let round = 0; round < ROUNDS; round++) {
    floor.push(spent(reader));
    whole.push(spent(fillIn(command, runs, observed, `${findings}.${round}`)));
  }
  const median = (values: readonly Spent[], of: keyof Spent): number =>
    quantile(Float64Array.from(values, (one) => one[of]).sort(), 0.5);
  const [cpuS, readingCpuS] = [median(whole, "cpuS"), median(floor, "cpuS")];
  return {
    rounds: ROUNDS,
    wallS: median(whole, "wallS"),
    readingWallS: median(floor, "wallS"),
    cpuS,
    readingCpuS,
    runsPerCpuSecond: runCount / cpuS,
    runsPerCpuSecondWithoutReading: runCount / (cpuS - readingCpuS),
  };
}

/** What the check says; a difference is a result to show, not a reason to lose the others. */
function checkOnline(protocol: Protocol, command: string, runs: string, ...more: string[]): string {
  try {
    return runNode(protocol, "check-online.mjs", ["--runs", runs, "--command", command, ...more]).trim();
  } catch {
    process.exitCode = 1;
    return "**FAIL**: findings differ when later runs are hidden.";
  }
}

function main(): void {
  const { values: options } = parseArgs({
    options: { limit: { type: "string" }, command: { type: "string" }, keep: { type: "string" } },
  });
  const scorer = sharedPath("eval/score.mjs", "the replay of changes");
  const dataFolder = sharedPath("data", "the replay of changes");
  if (scorer === null || dataFolder === null) return;
  const protocol = { folder: join(scorer, ".."), dataFolder };
  const command = options.command ?? OURS;
  const limit = options.limit ?? null;
  const folder = options.keep ?? mkdtempSync(join(tmpdir(), "oddrun-detection-"));
  const rawFolder = join(folder, "raw");
  try {
    mkdirSync(rawFolder, { recursive: true });
    const { scored, truth, cuts, controls, anyway } = measureCases(protocol, command, folder, limit);
    const places = placesIn(folder);
    const runCount = truth.reduce((sum, { runs }) => sum + runs, 0);
    progress("checking that only the past is used");
    const online = checkOnline(protocol, command, places.runs);
    const isWhole = limit === null;
    progress(isWhole ? "whole histories" : "done");
    const raw = isWhole ? measureRaw(protocol, command, rawFolder, cuts) : null;
    const rawOnline = isWhole ? checkOnline(protocol, command, placesIn(rawFolder).runs, "--by-time") : null;
    const speed = isWhole ? measureSpeed(command, places, runCount) : null;
    const measured: Measured = {
      about: "the replay protocol, seed 1; every stream cut to its budget unless said otherwise",
      subset: limit === null ? "all histories" : `${limit} histories per variant, all clean ones`,
      machine: machine(),
      histories: truth.length,
      runs: runCount,
      targets: [
        ...caseTargets(scored, controls, anyway),
        ...(raw === null ? [] : rawTargets(raw.cut, raw.byFirstAttempts)),
        ...(speed === null
          ? []
          : [
              speedTarget(
                speed.runsPerCpuSecond,
                `${Math.round(speed.runsPerCpuSecondWithoutReading / 1000)},000 without reading the file`,
              ),
            ]),
      ],
      online: { cases: online, raw: rawOnline },
      speed,
      scored,
      raw,
    };
    const markdown = toMarkdown(measured);
    process.stdout.write(markdown);
    if (!isWhole || options.command !== undefined) return;
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(join(RESULTS, "detection.md"), markdown);
    writeBlock("figures", figuresBlock(measured));
    writeBlock("methods", methodsBlock(measured));
    writeBlock("whole-histories", wholeHistoriesBlock(measured)!);
    writeFileSync(join(RESULTS, "detection.json"), `${JSON.stringify(measured, rounded, 1)}\n`);
  } finally {
    if (options.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Six digits are more than the cases can tell. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

main();
