import { readMetricPairs } from "oddrun/internal/adapters/files/metric-pairs";
import type { Store } from "oddrun/internal/adapters/store/index";
import { joinMetrics } from "oddrun/internal/operations/history/join-metric";
import { Problem } from "oddrun/ports";
import { inputText } from "../inputs.ts";
import type { Session } from "../session.ts";

/** The numbers that the step gives, by name. */
export function givenMetrics(env: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, number> {
  const lines = inputText(env, "metrics")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return readMetricPairs(lines);
}

/** Joins the step's numbers to the very run it is part of. Answers whether there were any that could be joined. */
export async function joinGivenMetrics(
  { context, commands }: Session,
  store: Store,
  metrics: ReadonlyMap<string, number>,
): Promise<boolean> {
  const { runId, runAttempt: attempt, repository } = context;
  if (metrics.size === 0) return false;
  try {
    if (runId === null) throw new Problem("run-not-found", "GITHUB_RUN_ID names no run.");
    const { counts } = await joinMetrics({ runId, repository, attempt }, metrics, store);
    commands.line(`joined to run ${runId}: ${[...metrics.keys()].join(", ")}`);
    return counts.added + counts.changed > 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    commands.annotate("warning", `The metrics were not joined: ${error.message}`, { title: "Oddrun" });
    return false;
  }
}
