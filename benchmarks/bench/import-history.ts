import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "@oddrun/core";
import { type Bench, inTurn } from "./figure.ts";
import { ODDRUN, peer, runNode } from "./run-process.ts";

const ROWS = 200_000;

/** `oddrun import` of a run history into an empty store, beside csv-parse with plain inserts of the same columns. */
export const importHistory: Bench = {
  name: "import",
  async run({ folder, say }) {
    say(`${ROWS} runs`);
    const file = join(folder, "runs.csv");
    writeFileSync(file, history());
    const { ours, theirs } = await inTurn(
      2,
      () => {
        rmSync(join(folder, "data"), { recursive: true, force: true });
        return runNode([ODDRUN, "import", file, "--data-dir", "data"], folder);
      },
      () => {
        for (const end of ["", "-wal", "-shm"]) rmSync(join(folder, `floor.db${end}`), { force: true });
        return runNode([peer("import-floor.mjs"), file, "floor.db"], folder);
      },
    );
    return [
      {
        name: `import ${ROWS} runs`,
        unit: "rows/s",
        peer: "csv-parse and plain SQLite inserts",
        ours: ours.map(({ wallMs }) => (1000 * ROWS) / wallMs),
        theirs: theirs.map(({ wallMs }) => (1000 * ROWS) / wallMs),
        note: "ours cleans the times, keeps repositories and workflows apart, and may be repeated",
      },
    ];
  },
};

function history(): string {
  const random = seededRandom(5);
  const time = (ms: number) => new Date(ms).toISOString();
  const lines = [
    "repository,workflow,run_id,run_attempt,branch,event,created_at,run_started_at,completed_at,duration_s,conclusion",
  ];
  for (let run = 0; run < ROWS; run += 1) {
    const createdMs = Date.UTC(2026, 0, 1) + run * 60_000;
    const startedMs = createdMs + Math.floor(5_000 * random.next());
    const durationS = 200 + Math.floor(200 * random.next());
    const conclusion = random.next() < 0.05 ? "failure" : "success";
    lines.push(
      `octo/widgets-${run % 20},ci-${run % 7},${1_000_000 + run},1,main,push,${time(createdMs)},${time(startedMs)},${time(startedMs + durationS * 1000)},${durationS},${conclusion}`,
    );
  }
  return `${lines.join("\n")}\n`;
}
