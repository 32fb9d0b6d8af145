import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "@oddrun/core";
import { prepareModel } from "./cold-score.ts";
import { type Bench, type Figure, inTurn, median } from "./figure.ts";
import { ODDRUN, PEAK, peer, runNode } from "./run-process.ts";

/** `oddrun score` from a large CSV file to a CSV file, the whole process, beside csv-parse reading that file. */
export const scoreFile: Bench = {
  name: "score-file",
  async run({ folder, isFull, say }) {
    prepareModel(folder);
    const figures: Figure[] = [];
    for (const rowCount of isFull ? [1_000_000, 10_000_000] : [1_000_000]) {
      say(`${rowCount} rows`);
      const file = join(folder, "large.csv");
      writeMetrics(file, rowCount);
      const { ours, theirs } = await inTurn(
        rowCount > 1_000_000 ? 1 : 2,
        () => runNode([...PEAK, ODDRUN, "score", "--input", file, "--output", "scores.csv", "--force"], folder),
        () => runNode([...PEAK, peer("csv-floor.mjs"), file], folder),
      );
      const peakMiB = (costs: typeof ours) => median(costs.map((cost) => cost.peakMiB ?? Number.NaN)).toFixed(0);
      figures.push({
        name: `score a CSV file of ${rowCount} rows`,
        unit: "rows/s",
        peer: "csv-parse alone",
        ours: ours.map(({ wallMs }) => (1000 * rowCount) / wallMs),
        theirs: theirs.map(({ wallMs }) => (1000 * rowCount) / wallMs),
        note: `${oddShare(join(folder, "scores.csv"), rowCount)} % odd, with a reason each; peak memory ${peakMiB(ours)} (${peakMiB(theirs)}) MiB`,
      });
    }
    return figures;
  },
};

function oddShare(scores: string, rowCount: number): string {
  let count = 0;
  for (const line of readFileSync(scores, "latin1").matchAll(/,1,/g)) count += line.length;
  return ((100 * count) / rowCount).toFixed(1);
}

function writeMetrics(path: string, rowCount: number): void {
  const random = seededRandom(3);
  const file = openSync(path, "w");
  writeSync(file, "build_id,duration,failure_rate\n");
  for (let first = 0; first < rowCount; first += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, rowCount - first) }, (_, row) => {
      const isOdd = random.next() < 0.01;
      const duration = isOdd ? 900 : 220 + 40 * (random.next() + random.next() + random.next() + random.next());
      const failureRate = isOdd ? 0.4 : 0.02 + 0.02 * (random.next() + random.next() + random.next());
      return `build_${first + row},${duration.toFixed(1)},${failureRate.toFixed(4)}\n`;
    });
    writeSync(file, lines.join(""));
  }
  closeSync(file);
}
