import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { coldScore } from "./bench/cold-score.ts";
import { demo } from "./bench/demo.ts";
import { type Bench, type Figure, median, ratioOf } from "./bench/figure.ts";
import { forest } from "./bench/forest.ts";
import { http } from "./bench/http.ts";
import { importHistory } from "./bench/import-history.ts";
import { scoreFile } from "./bench/score-file.ts";
import { machine } from "./machine.ts";

/**
 * `npm run bench [-- NAME ...] [--full]`: measures speed beside peers and floors, prints the figures, and keeps them in
 * benchmarks/results. Named benches replace their own figures there only.
 */
const BENCHES: readonly Bench[] = [coldScore, forest, scoreFile, http, importHistory, demo];
const RESULTS = join(import.meta.dirname, "results");

interface BenchResult {
  readonly name: string;
  readonly machine: string;
  readonly v8: string;
  readonly commit: string;
  readonly date: string;
  /** Other work on the machine when the bench began: its load average over a minute. */
  readonly load: number;
  readonly figures: readonly Figure[];
}

async function main(argv: readonly string[]): Promise<number> {
  const names = argv.filter((word) => !word.startsWith("--"));
  const unknown = names.filter((name) => BENCHES.every((bench) => bench.name !== name));
  if (unknown.length > 0) {
    process.stderr.write(
      `There is no bench ${unknown.join(", ")}; there are ${BENCHES.map((b) => b.name).join(", ")}.\n`,
    );
    return 2;
  }
  const results = new Map(kept().map((result) => [result.name, result]));
  let failedCount = 0;
  for (const bench of BENCHES) {
    if (names.length > 0 && !names.includes(bench.name)) continue;
    try {
      const result = await measure(bench, argv.includes("--full"));
      if (result.figures.length > 0) results.set(bench.name, result);
      for (const figure of result.figures) process.stdout.write(`${line(figure)}\n`);
      keep(BENCHES.flatMap(({ name }) => results.get(name) ?? []));
    } catch (error) {
      failedCount += 1;
      process.stderr.write(`FAILED ${bench.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return failedCount === 0 ? 0 : 1;
}

async function measure(bench: Bench, isFull: boolean): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), "oddrun-bench-"));
  const say = (text: string) => process.stderr.write(`${bench.name}: ${text}\n`);
  const load = loadavg()[0] ?? 0;
  say("begins");
  try {
    const figures = await bench.run({ folder, isFull, say });
    const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
    const date = new Date().toISOString().slice(0, 16);
    return { name: bench.name, machine: machine(), v8: process.versions.v8, commit, date, load, figures };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function kept(): readonly BenchResult[] {
  try {
    return JSON.parse(readFileSync(join(RESULTS, "bench.json"), "utf8")) as readonly BenchResult[];
  } catch {
    return [];
  }
}

function keep(results: readonly BenchResult[]): void {
  writeFileSync(join(RESULTS, "bench.json"), `${JSON.stringify(results, null, 1)}\n`);
  const sections = results.map(
    (result) => `## ${result.name}

${result.machine}, V8 ${result.v8}, commit ${result.commit}, ${result.date} UTC, load ${result.load.toFixed(1)} at the start.

| figure | ours | peer or floor | | ratio | target | note |
|---|--:|---|--:|--:|---|---|
${result.figures.map(row).join("\n")}
`,
  );
  writeFileSync(
    join(RESULTS, "bench.md"),
    `# Speed

Written by \`npm run bench\`. Each figure is the median of runs in turn with its peer or floor; the ratio is the median over the
pairs of ours / theirs. bench.json has every run. Rates depend on the machine and on what else it does; ratios less so.

${sections.join("\n")}`,
  );
}

function row(figure: Figure): string {
  const { name, unit, ours, peer, theirs, note } = figure;
  return `| ${name} | ${amount(ours)} ${unit} | ${peer} | ${amount(theirs)} ${unit} | ${ratioOf(figure).toFixed(2)} | ${verdict(figure)} | ${note ?? ""} |`;
}

function line(figure: Figure): string {
  const { name, unit, ours, peer, theirs, note } = figure;
  return `${name}: ${amount(ours)} ${unit}; ${peer}: ${amount(theirs)}; ratio ${ratioOf(figure).toFixed(2)} ${verdict(figure)} ${note ?? ""}`;
}

function verdict(figure: Figure): string {
  const { most, least } = figure.target ?? {};
  if (most === undefined && least === undefined) return "";
  const isMet = ratioOf(figure) <= (most ?? Infinity) && ratioOf(figure) >= (least ?? 0);
  return `${most === undefined ? `>= ${least}` : `<= ${most}`}: ${isMet ? "met" : "MISSED"}`;
}

function amount(values: readonly number[]): string {
  const value = median(values);
  return value.toLocaleString("en", { maximumFractionDigits: value < 1000 ? 1 : 0 });
}

process.exitCode = await main(process.argv.slice(2));
