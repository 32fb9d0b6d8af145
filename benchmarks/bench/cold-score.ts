import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bench, inTurn } from "./figure.ts";
import { ODDRUN, peer, runNode } from "./run-process.ts";

const PAIRS = 41;

/** `oddrun score` of one record, the whole process, beside a script that reads the same files, hashes them and prints. */
export const coldScore: Bench = {
  name: "cold-score",
  async run({ folder }) {
    prepareModel(folder);
    const files = ["model/model.json", "model/isolation_forest.bin", "one.csv"];
    const { ours, theirs } = await inTurn(
      PAIRS,
      () => runNode([ODDRUN, "score", "--input", "one.csv"], folder),
      () => runNode([peer("cold-floor.mjs"), ...files], folder),
    );
    const both = { peer: "script that reads, hashes, prints", target: { most: 1.3 } };
    return [
      {
        name: "cold score of one record, CPU",
        unit: "ms",
        ours: ours.map(({ cpuMs }) => cpuMs),
        theirs: theirs.map(({ cpuMs }) => cpuMs),
        ...both,
      },
      {
        name: "cold score of one record, wall",
        unit: "ms",
        ours: ours.map(({ wallMs }) => wallMs),
        theirs: theirs.map(({ wallMs }) => wallMs),
        ...both,
      },
    ];
  },
};

/** A sample of 1000 records, a model trained on it in `model`, and its first record in one.csv. */
export function prepareModel(folder: string): void {
  runNode([ODDRUN, "sample"], folder);
  runNode([ODDRUN, "train"], folder);
  const lines = readFileSync(join(folder, "pipeline_metrics.csv"), "utf8").split("\n");
  writeFileSync(join(folder, "one.csv"), `${lines.slice(0, 2).join("\n")}\n`);
}
