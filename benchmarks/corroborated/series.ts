import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** One run as the run contract has it, and as a picture needs it. */
export interface SeriesRun {
  readonly runId: number;
  readonly runAttempt: number;
  readonly startedAtMs: number;
  readonly durationS: number;
  readonly hasFailed: boolean;
}

export interface WholeSeries {
  /** Its name in the file handed to `oddrun replay`. */
  readonly id: string;
  readonly dataset: string;
  /** As people know it: a job, a workflow, a benchmark. */
  readonly name: string;
  /** In order of start, nothing left out but cancelled runs. */
  readonly runs: readonly SeriesRun[];
}

const HEADER =
  "series,repository,workflow,run_id,run_attempt,branch,event,created_at,run_started_at,completed_at,duration_s,conclusion";

/** Cells of a line of CSV; a name with commas in it is quoted. */
function cellsOf(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(",");
  return line
    .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell));
}

export function readTable(path: string): readonly Readonly<Record<string, string>>[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const [head, ...lines] = text.trimEnd().split("\n");
  const names = cellsOf(head!);
  return lines.map((line) => {
    const cells = cellsOf(line);
    return Object.fromEntries(names.map((name, column) => [name, cells[column] ?? ""]));
  });
}

/** The Actions histories as the replay protocol's `make-raw.mjs` writes them. */
export function actionsSeries(runsFile: string): readonly WholeSeries[] {
  const rows = readTable(runsFile).filter((row) => row["dataset"]!.startsWith("gha-"));
  return [...Map.groupBy(rows, (row) => row["series"]!)].map(([id, own]) => ({
    id,
    dataset: own[0]!["dataset"]!,
    name: own[0]!["job"] || (own[0]!["dataset"] === "gha-bitcoin-core" ? "whole run" : own[0]!["workflow"]!),
    runs: own.map((row) => ({
      runId: Number(row["run_id"]),
      runAttempt: Number(row["run_attempt"]),
      startedAtMs: Date.parse(row["run_started_at"]!),
      durationS: Number(row["duration_s"]),
      hasFailed: row["conclusion"] !== "success",
    })),
  }));
}

/** Times only: sizes in bytes and MB are joined metrics, which the replay file has no column for. */
export function benchmarkSeries(rustAnalyzer: string, rspack: string): readonly WholeSeries[] {
  const perCommit = readTable(rustAnalyzer)
    .filter((row) => row["unit"] === "ms")
    .map((row) => ({
      dataset: "bench-rust-analyzer",
      name: row["metric"]!,
      startedAtMs: Number(row["timestamp"]) * 1000,
      durationS: Number(row["value"]) / 1000,
    }));
  const daily = readTable(rspack)
    .filter((row) => row["metric"] === "exec")
    .map((row) => ({
      dataset: "bench-rspack",
      name: row["case"]!,
      startedAtMs: Date.parse(row["date"]!),
      durationS: Number(row["median"]) / 1000,
    }));
  let runId = 2_000_000_000;
  return [...Map.groupBy([...perCommit, ...daily], ({ dataset, name }) => `${dataset} ${name}`).values()].map(
    (rows, place) => ({
      id: `b${place + 1}`,
      dataset: rows[0]!.dataset,
      name: rows[0]!.name,
      runs: rows
        .filter(({ durationS }) => durationS > 0)
        .sort((one, other) => one.startedAtMs - other.startedAtMs)
        .map(({ startedAtMs, durationS }) => ({
          runId: runId++,
          runAttempt: 1,
          startedAtMs,
          durationS,
          hasFailed: false,
        })),
    }),
  );
}

/** The file for `oddrun replay`: every run of every series. */
export function replayFile(series: readonly WholeSeries[]): string {
  const lines = series.flatMap(({ id, dataset, runs }) =>
    runs.map(({ runId, runAttempt, startedAtMs, durationS, hasFailed }) => {
      const start = new Date(startedAtMs).toISOString();
      const end = new Date(startedAtMs + Math.round(durationS * 1000)).toISOString();
      return `${id},${dataset},ci,${runId},${runAttempt},main,push,${start},${start},${end},${durationS},${hasFailed ? "failure" : "success"}`;
    }),
  );
  return `${[HEADER, ...lines].join("\n")}\n`;
}
