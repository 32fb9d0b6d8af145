import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { levelDetector, rateDetector, seededRandom } from "@oddrun/core";

/** How many false alarms have at least this score, on quiet histories, as they were and in shuffled order. */
export interface ScoreTail {
  readonly histories: number;
  readonly runs: number;
  readonly rows: readonly {
    readonly score: number;
    readonly level: number;
    readonly failure: number;
    readonly levelShuffled: number;
    readonly failureShuffled: number;
  }[];
}

const SCORES = [1, 1.1, 1.25, 1.5, 2, 3, 5];
/** What comes before so many runs is not counted. */
const WARM_RUNS = 60;

interface QuietRun {
  readonly runId: number;
  readonly endMs: number;
  readonly durationMs: number;
  readonly hasFailed: boolean;
}

export function scoreTail(protocolFolder: string, background: string, folder: string): ScoreTail {
  const script = join(protocolFolder, "make-cases.mjs");
  const given = ["--background", background, "--out", folder, "--seed", "1", "--families", "none"];
  execFileSync(process.execPath, [script, ...given], { stdio: "ignore" });
  const histories = new Map<string, QuietRun[]>();
  for (const line of readFileSync(join(folder, "runs.csv"), "utf8").split("\n").slice(1)) {
    const cells = line.split(",");
    if (cells.length < 12) continue;
    const own = histories.get(cells[0]!) ?? [];
    histories.set(cells[0]!, own);
    const durationMs = Math.max(1, 1000 * Number(cells[10]));
    own.push({ runId: Number(cells[3]), endMs: Date.parse(cells[9]!), durationMs, hasFailed: cells[11] !== "success" });
  }
  const all = [...histories.values()];
  const random = seededRandom(7);
  const shuffled = all.map((runs) => {
    const order = [...runs];
    for (let at = order.length - 1; at > 0; at--) {
      const other = random.integer(at + 1);
      [order[at], order[other]] = [order[other]!, order[at]!];
    }
    return order;
  });
  const [level, failure] = [highestScores(all, "level"), highestScores(all, "failure")];
  const [levelShuffled, failureShuffled] = [highestScores(shuffled, "level"), highestScores(shuffled, "failure")];
  const atLeast = (scores: readonly number[], score: number): number => scores.filter((one) => one >= score).length;
  return {
    histories: all.length,
    runs: all.reduce((sum, runs) => sum + Math.max(0, runs.length - WARM_RUNS), 0),
    rows: SCORES.map((score) => ({
      score,
      level: atLeast(level, score),
      failure: atLeast(failure, score),
      levelShuffled: atLeast(levelShuffled, score),
      failureShuffled: atLeast(failureShuffled, score),
    })),
  };
}

/** The highest score that each false change reached. */
function highestScores(histories: readonly (readonly QuietRun[])[], measure: "level" | "failure"): readonly number[] {
  return histories.flatMap((runs) => {
    const level = levelDetector();
    const rate = rateDetector();
    const reached = new Map<number, number>();
    for (const { runId, endMs, durationMs, hasFailed } of runs) {
      const mark = { runId, runAttempt: 1, atMs: endMs };
      if (measure === "level" && hasFailed) continue;
      const events =
        measure === "level" ? level.observe({ value: durationMs, mark }) : rate.observe({ hasFailed, mark });
      for (const { state, changeNumber, score } of events) {
        if (state === "told" || (state === "grown" && reached.has(changeNumber)))
          reached.set(changeNumber, Math.max(score, reached.get(changeNumber) ?? 0));
      }
    }
    return [...reached.values()];
  });
}
