import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type PastReading, type Series, seriesId } from "@oddrun/core";

/** The readings of one whole history, in order of completion, as jobs and runs of one or many repositories. */
export interface RawSet {
  readonly name: string;
  readonly readings: readonly PastReading[];
  /** Names by the ids that were made up for them. */
  readonly repositories: ReadonlyMap<number, string>;
  /** What the protocol calls the series of runs and jobs that a series is about. */
  readonly protocolSeries: ReadonlyMap<string, string>;
}

/** Writes the protocol's whole histories into `folder` and reads them, by data set. */
export function rawSets(protocolFolder: string, dataFolder: string, folder: string): readonly RawSet[] {
  const script = join(protocolFolder, "make-raw.mjs");
  execFileSync(process.execPath, [script, "--data", dataFolder, "--out", folder], { stdio: "ignore" });
  const [head, ...rows] = csvRows(readFileSync(join(folder, "runs.csv"), "utf8"));
  const at = Object.fromEntries(head!.map((name, place) => [name, place]));
  const cell = (row: readonly string[], name: string): string => row[at[name]!]!;
  return [...Map.groupBy(rows, (row) => cell(row, "dataset"))].map(([name, own]): RawSet => {
    const ids = new Map<string, number>();
    const protocolSeries = new Map<string, string>();
    const readings = own.flatMap((row): PastReading[] => {
      const repository = cell(row, "repository");
      if (!ids.has(repository)) ids.set(repository, ids.size + 1);
      const job = cell(row, "job");
      const place: Omit<Series, "measure"> = {
        repositoryId: ids.get(repository)!,
        workflowId: workflowIdOf(cell(row, "workflow")),
        branches: "unknown",
        event: "",
        scope: job === "" ? "run" : "job",
        job,
        part: "",
      };
      const hasFailed = cell(row, "conclusion") !== "success";
      const reading = {
        mark: { runId: Number(cell(row, "run_id")), runAttempt: 1, atMs: Date.parse(cell(row, "completed_at")) },
        startedAtMs: Date.parse(cell(row, "run_started_at")),
        value: Math.max(1, 1000 * Number(cell(row, "duration_s"))),
      };
      const failure = seriesId({ ...place, measure: "failure" });
      const duration = seriesId({ ...place, measure: "duration" });
      protocolSeries.set(failure, cell(row, "series")).set(duration, cell(row, "series"));
      const verdict = { ...reading, seriesId: failure, hasFailed };
      return hasFailed ? [verdict] : [verdict, { ...reading, seriesId: duration, hasFailed: false }];
    });
    // the protocol hides what is below a row: rows of one series stay in their order
    readings.sort((one, other) => one.startedAtMs - other.startedAtMs || one.mark.runId - other.mark.runId);
    return {
      name,
      readings,
      repositories: new Map([...ids].map(([repository, id]) => [id, repository])),
      protocolSeries,
    };
  });
}

const workflowIds = new Map<string, number>();
function workflowIdOf(name: string): number {
  if (!workflowIds.has(name)) workflowIds.set(name, workflowIds.size + 1);
  return workflowIds.get(name)!;
}

/** Rows of a comma-separated text; quotes as in RFC 4180. */
function csvRows(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) =>
      line.includes('"')
        ? [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
            quoted === undefined ? plain! : quoted.replaceAll('""', '"'),
          )
        : line.split(","),
    );
}
