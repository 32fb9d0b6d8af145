import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type LargeOrganisationOptions, largeOrganisation } from "@oddrun/core/simulation";
import { openStore } from "../packages/oddrun/src/adapters/store/index.ts";
import { machine } from "./machine.ts";

/**
 * `node benchmarks/detect-changes.ts [WEEKS]`: what looking for changes takes in time and memory, on a simulated organisation of 60
 * repositories, 400 workflows and 4,000 jobs: the first look at its whole history, one after each further day, and one
 * where nothing came. Every look is a process of its own. Keeps the figures in benchmarks/results/detect-changes.*.
 */
const RESULTS = join(import.meta.dirname, "results", "detect-changes");
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 8, 21);
const LATER_DAYS = 3;

interface Look {
  readonly what: string;
  readonly runCount: number;
  readonly seriesCount: number;
  readonly told: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly openSeconds: number;
  readonly peakMb: number;
  readonly baseMb: number;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(weeks: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "oddrun-bench-changes-"));
  const load = loadavg()[0] ?? 0;
  try {
    const path = join(folder, "oddrun.db");
    const options: LargeOrganisationOptions = { seed: 1, startMs: START_MS, weeks, steps: false };
    const { batches, size } = largeOrganisation(options);
    const endMs = START_MS + weeks * 7 * DAY_MS;
    const lastDays = Array.from({ length: LATER_DAYS }, (_, place) => endMs - (LATER_DAYS - 1 - place) * DAY_MS);
    const looks: Look[] = [];
    const look = (what: string, nowMs: number): void => {
      const child = [join(import.meta.dirname, "detect-look.ts"), folder, String(nowMs)];
      looks.push({
        what,
        ...(JSON.parse(execFileSync(process.execPath, child, { encoding: "utf8" })) as Omit<Look, "what">),
      });
      say(JSON.stringify(looks.at(-1)));
    };
    let store = await openStore(path);
    let runs = 0;
    let jobs = 0;
    let nextMs = endMs - LATER_DAYS * DAY_MS;
    for (const batch of batches) {
      const firstMs = batch.runs[0]?.createdAtMs ?? 0;
      if (firstMs >= nextMs) {
        await store.close();
        look(looks.length === 0 ? "first look" : `one day later`, nextMs);
        store = await openStore(path);
        nextMs = lastDays[looks.length - 1] ?? Number.POSITIVE_INFINITY;
      }
      await store.save(batch);
      runs += batch.runs.length;
      jobs += batch.jobs.length;
    }
    await store.close();
    look("one day later", endMs);
    look("nothing came", endMs);
    keep({
      size,
      weeks,
      runs,
      jobs,
      load,
      looks,
      ...stateSizes(path),
      storeMb: Math.round(statSync(path).size / 2 ** 20),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function stateSizes(path: string) {
  const database = new DatabaseSync(path, { readOnly: true });
  const row = database
    .prepare("select count(*) as series, avg(length(state)) as mean, max(length(state)) as most from watched_series")
    .get() as { readonly series: number; readonly mean: number; readonly most: number };
  database.close();
  return { seriesSaved: row.series, stateBytesMean: Math.round(row.mean), stateBytesMax: row.most };
}

type Kept = Omit<Parameters<typeof keepAs>[0], "machine" | "commit" | "date">;

function keep(measured: Kept): void {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  keepAs({ ...measured, machine: machine(), commit, date: new Date().toISOString().slice(0, 16) });
}

function keepAs(measured: {
  readonly size: object;
  readonly weeks: number;
  readonly runs: number;
  readonly jobs: number;
  readonly load: number;
  readonly looks: readonly Look[];
  readonly seriesSaved: number;
  readonly stateBytesMean: number;
  readonly stateBytesMax: number;
  readonly storeMb: number;
  readonly machine: string;
  readonly commit: string;
  readonly date: string;
}): void {
  writeFileSync(`${RESULTS}.json`, `${JSON.stringify(measured, null, 2)}\n`);
  const rows = measured.looks.map(
    ({ what, runCount, seriesCount, seconds, cpuSeconds, peakMb, told }) =>
      `| ${what} | ${runCount} | ${seriesCount} | ${seconds} | ${cpuSeconds} | ${peakMb} | ${told} |`,
  );
  writeFileSync(
    `${RESULTS}.md`,
    `# Looking for changes in a large organisation

Made by \`node benchmarks/detect-changes.ts\` on ${measured.date} at ${measured.commit}: ${measured.machine}, load ${measured.load.toFixed(1)} when it began.
A simulated organisation of 60 repositories, 400 workflows and 4,000 jobs over ${measured.weeks} weeks: ${measured.runs} runs, ${measured.jobs} jobs, a store of ${measured.storeMb} MB.
Every look is a process of its own; its peak of memory counts Node itself (about 60 MB). A day's look reads the window of 26 hours before it again.

| look | runs read | series | seconds | CPU seconds | peak MB | told |
|---|--:|--:|--:|--:|--:|--:|
${rows.join("\n")}

${measured.seriesSaved} series are saved, with ${measured.stateBytesMean} bytes of state each on average and ${measured.stateBytesMax} at most.
`,
  );
}

await main(Number(process.argv[2] ?? 8));
