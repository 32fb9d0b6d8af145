import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Reading, type Series, seriesId, siblings, type SpreadPrior } from "@oddrun/core";
import { readTable } from "./corroborated/series.ts";
import {
  NO_BARS,
  type SeriesWatch,
  watchSeries,
} from "../packages/oddrun/src/operations/changes/detect-changes-series.ts";
import { sharedPath } from "./shared-data.ts";

/**
 * `node benchmarks/young-siblings.ts`: what a young job gains from its siblings' scatter, on bitcoin-core's jobs. Each piece of 90 runs of a
 * job is watched as if the job were new, beside the others' history, with a shift after its 15th run. Keeps the figures in
 * benchmarks/results/young-siblings.md; needs gha-bitcoin-core.
 */
const RESULT = join(import.meta.dirname, "results", "young-siblings.md");
const PIECE_RUNS = 90;
const YOUNG_RUNS = 15;
const WITHIN_RUNS = 40;
/** What siblings say is worth so many runs of one's own; 0 leaves them out. */
const WEIGHTS = [0, 6, 10, 14, 30];
const FACTORS = [1, 1.3, 1.5, 2];

interface Run {
  readonly job: string;
  readonly id: number;
  readonly atMs: number;
  readonly ms: number;
}

const series = (job: string): Series => ({
  repositoryId: 1,
  workflowId: 2,
  branches: "topic",
  event: "pull_request",
  scope: "job",
  measure: "duration",
  job,
  part: "",
});
const reading = (job: string, value: number): Reading => ({
  scope: "job",
  measure: "duration",
  job,
  part: "",
  kind: "level",
  value,
});
const FEEDBACK = { bars: NO_BARS, accepted: [] };
const show = (watch: SeriesWatch, { job, id, atMs, ms }: Run, factor = 1) =>
  watch.observe(reading(job, ms * factor), { mark: { runId: id, runAttempt: 1, atMs }, headSha: null });

/** Alerts on the piece as it is, or whether its shift was told in time. */
function watchPiece(runs: readonly Run[], prior: SpreadPrior, weight: number, factor: number): number {
  const told = { note: () => {}, priorOf: () => (weight === 0 ? null : { spread: prior.spread, weight }) };
  const { job } = runs[0]!;
  const watch = watchSeries({ series: series(job), id: "young", siblings: told, feedback: FEEDBACK }, null);
  let alerts = 0;
  for (const [place, run] of runs.entries()) {
    const said = show(watch, run, place >= YOUNG_RUNS ? factor : 1).filter(({ state }) => state === "told");
    const isInTime = place >= YOUNG_RUNS && place < YOUNG_RUNS + WITHIN_RUNS;
    if (factor === 1) alerts += said.length;
    else if (isInTime && said.some(({ direction }) => direction === "up")) return 1;
  }
  return alerts;
}

const path = sharedPath("data/gha-bitcoin-core/jobs.csv.gz", "young jobs and their siblings");
if (path !== null) {
  const rows = readTable(path);
  const runs = rows
    .filter((row) => row["status"] === "COMPLETED" && Number(row["duration_s"]) > 0)
    .map((row): Run => {
      const atMs = Number(row["final_ts"]) * 1000;
      return { job: row["job"] ?? "", id: Number(row["job_id"]), atMs, ms: Number(row["duration_s"]) * 1000 };
    })
    .sort((one, other) => one.atMs - other.atMs);
  const pieces: (readonly Run[])[] = [];
  for (const ofJob of Map.groupBy(runs, ({ job }) => job).values()) {
    for (let from = 60; from + PIECE_RUNS <= ofJob.length; from += PIECE_RUNS)
      pieces.push(ofJob.slice(from, from + PIECE_RUNS));
  }
  pieces.sort((one, other) => one[0]!.atMs - other[0]!.atMs);

  const known = siblings();
  const watches = new Map<string, SeriesWatch>();
  const counts = new Map<string, number>();
  let pieceCount = 0;
  for (const run of runs) {
    for (; (pieces[0]?.[0]?.atMs ?? Number.POSITIVE_INFINITY) <= run.atMs; pieces.shift()) {
      const piece = pieces[0]!;
      const own = series(piece[0]!.job);
      const prior = known.priorOf(own, seriesId(own));
      if (prior === null) continue;
      pieceCount++;
      for (const weight of WEIGHTS) {
        for (const factor of FACTORS) {
          const key = `${weight} ${factor}`;
          counts.set(key, (counts.get(key) ?? 0) + watchPiece(piece, prior, weight, factor));
        }
      }
    }
    const own = series(run.job);
    const options = { series: own, id: seriesId(own), siblings: known, feedback: FEEDBACK };
    const watch = watches.get(run.job) ?? watchSeries(options, null);
    watches.set(run.job, watch);
    show(watch, run);
  }
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const lines = WEIGHTS.map((weight) => {
    const [none, ...found] = FACTORS.map((factor) => counts.get(`${weight} ${factor}`) ?? 0);
    const falseRate = ((1000 * (none ?? 0)) / (pieceCount * (PIECE_RUNS - YOUNG_RUNS))).toFixed(2);
    const shares = found.map((count) => `${((100 * count) / pieceCount).toFixed(0)} %`);
    return `| ${weight === 0 ? "none" : weight} | ${falseRate} | ${shares.join(" | ")} |`;
  });
  writeFileSync(
    RESULT,
    `# Young jobs and their siblings

Made by \`node benchmarks/young-siblings.ts\` at ${commit}: bitcoin-core's jobs, ${pieceCount} pieces of ${PIECE_RUNS} passing runs, each watched as a new job with the scatter of the
workflow's other jobs in mind (its names hold no matrix), worth so many runs of its own. Alerts per 1000 runs on the pieces as they are, real shifts among them,
and the share of shifts after run ${YOUNG_RUNS} that are told within ${WITHIN_RUNS} runs. One piece more or less is 1 %: the differences between the rows are within chance.

| siblings worth | alerts per 1000 | x1.3 | x1.5 | x2 |
|---|--:|--:|--:|--:|
${lines.join("\n")}
`,
  );
  process.stdout.write(readFileSync(RESULT, "utf8"));
}
