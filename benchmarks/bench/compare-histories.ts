import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { sampleMetrics } from "@oddrun/core/simulation";
import { sharedPath } from "../shared-data.ts";

/** Duration (s) and failure rate of each build, oldest first. */
export type Rows = readonly (readonly [durationS: number, failureRate: number])[];

export interface History {
  readonly name: string;
  readonly rows: Rows;
}

const ROWS_MAX = 1000;
const ROWS_MIN = 300;
const FAILURE_WINDOW = 20;

export const sampleHistory: History = {
  name: "sample",
  rows: sampleMetrics({ records: 1000, anomalies: 0.05, seed: 42 }).map(({ duration, failureRate }) => [
    duration,
    failureRate,
  ]),
};

/** The newest 1,000 builds of every real history of at least 300, as records of pipeline metrics; none where the shared data is not there. */
export function realHistories(): readonly History[] {
  const projects = sharedPath("data/travis/projects", "model comparison on Travis histories");
  const pulumi = sharedPath("data/gha-pulumi/runs.csv.gz", "model comparison on GitHub Actions histories");
  const found: History[] = [];
  if (projects !== null) {
    for (const file of readdirSync(projects).sort()) {
      const builds = table(join(projects, file)).filter(({ status }) => status !== "canceled");
      const rows = metrics(builds.map(({ duration_s, status }) => [duration_s, status === "passed"]));
      found.push({ name: `travis ${file.replace(".csv.gz", "").replace("__", "/")}`, rows });
    }
  }
  if (pulumi !== null) {
    const runs = table(pulumi).filter(({ conclusion }) => conclusion === "success" || conclusion === "failure");
    for (const [workflow, own] of Map.groupBy(runs, (run) => run["workflow"])) {
      const rows = metrics(own.map(({ duration_s, conclusion }) => [duration_s, conclusion === "success"]));
      found.push({ name: `pulumi ${workflow}`, rows });
    }
  }
  return found.filter(({ rows }) => rows.length >= ROWS_MIN);
}

function table(path: string): Readonly<Record<string, string>>[] {
  const [head, ...lines] = gunzipSync(readFileSync(path)).toString().trim().split("\n");
  const names = head!.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(names.map((name, column) => [name, cells[column] ?? ""]));
  });
}

/** The failure rate is that of the last twenty builds, as in pipeline_metrics.csv. */
function metrics(builds: readonly (readonly [duration: string | undefined, isSuccess: boolean])[]): Rows {
  const window: number[] = [];
  const rows: [number, number][] = [];
  for (const [duration, isSuccess] of builds) {
    if (!(Number(duration) > 0)) continue;
    window.push(isSuccess ? 0 : 1);
    if (window.length > FAILURE_WINDOW) window.shift();
    rows.push([Number(duration), window.reduce((sum, failed) => sum + failed, 0) / window.length]);
  }
  return rows.slice(-ROWS_MAX);
}
