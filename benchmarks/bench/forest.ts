import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "@oddrun/core";
import {
  DEFAULT_FOREST_OPTIONS,
  fitForest,
  flatScorer,
  referenceScores,
  type SampleMatrix,
} from "@oddrun/core/isolation-forest";
import { type Bench, type Figure, inTurn } from "./figure.ts";
import { peer } from "./run-process.ts";

/** Growing a forest and scoring many rows in memory, one thread, beside the plain recursive form and scikit-learn. */
export const forest: Bench = {
  name: "forest",
  async run({ folder, say }) {
    const figures: Figure[] = [];
    const python = process.env["ODDRUN_BENCH_PYTHON"];
    if (python === undefined) say("SKIPPED scikit-learn: ODDRUN_BENCH_PYTHON names no Python that has it");
    for (const [rowCount, featureCount] of [
      [100_000, 3],
      [1_000_000, 3],
      [100_000, 12],
    ] as const) {
      say(`${rowCount} x ${featureCount}`);
      const samples = randomSamples(rowCount, featureCount);
      const grown = fitForest(samples, DEFAULT_FOREST_OPTIONS);
      const few = { ...samples, rowCount: 10_000, values: samples.values.subarray(0, 10_000 * featureCount) };
      const size = `${rowCount} x ${featureCount}`;
      const floor = await inTurn(
        3,
        () => rowsPerSecond(rowCount, () => flatScorer(grown).scores(samples)),
        () => rowsPerSecond(few.rowCount, () => referenceScores(grown, few)),
      );
      figures.push({ name: `score ${size}`, unit: "rows/s", peer: "recursive form", ...floor, target: { least: 1 } });
      if (python === undefined) continue;
      const file = join(folder, `${rowCount}x${featureCount}.f64`);
      writeFileSync(file, new Uint8Array(samples.values.buffer));
      const { ours, theirs } = await inTurn(
        3,
        () => ({
          fitMs: milliseconds(() => fitForest(samples, DEFAULT_FOREST_OPTIONS)),
          rowsPerSecond: rowsPerSecond(rowCount, () => flatScorer(grown).scores(samples)),
        }),
        () => scikitLearn(python, file, featureCount),
      );
      const name = `scikit-learn ${theirs[0]!.version}`;
      figures.push(
        {
          name: `fit 100 x 256 on ${size}`,
          unit: "ms",
          peer: name,
          ours: ours.map(({ fitMs }) => fitMs),
          theirs: theirs.map(({ fitMs }) => fitMs),
          target: { most: 0.1 },
        },
        {
          name: `score ${size}`,
          unit: "rows/s",
          peer: name,
          ours: ours.map((run) => run.rowsPerSecond),
          theirs: theirs.map((run) => run.rowsPerSecond),
        },
      );
    }
    return figures;
  },
};

/** Durations and shares as pipelines have them: many alike, a few far out. */
function randomSamples(rowCount: number, featureCount: number): SampleMatrix {
  const random = seededRandom(1);
  const values = new Float64Array(rowCount * featureCount);
  for (let place = 0; place < values.length; place += 1) {
    const usual = random.next() + random.next() + random.next();
    values[place] = random.next() < 0.02 ? 3 * usual : usual;
  }
  return { values, rowCount, featureCount };
}

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function rowsPerSecond(rowCount: number, work: () => void): number {
  return (1000 * rowCount) / milliseconds(work);
}

function scikitLearn(python: string, file: string, featureCount: number) {
  const result = spawnSync(python, [peer("sklearn_forest.py"), file, String(featureCount)], { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${python}: ${result.stderr}`);
  return JSON.parse(result.stdout) as { fitMs: number; rowsPerSecond: number; version: string };
}
