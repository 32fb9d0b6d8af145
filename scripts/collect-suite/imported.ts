import type { Truth } from "../github-stand-in/index.ts";

const HEADER =
  "repository,workflow,run_id,run_attempt,branch,event,created_at,run_started_at,completed_at,duration_s,conclusion";

/** What the truth has of completed attempts as a run-history CSV, the way a team might have kept it before. */
export function historyCsv(truth: Truth): string {
  const lines = [HEADER];
  for (const repository of truth.repositories) {
    for (const { runId, createdAtMs, attempts } of repository.runs()) {
      for (const { runAttempt, conclusion, status } of attempts) {
        if (status !== "completed" || conclusion === null) continue;
        const startMs = createdAtMs + (runAttempt - 1) * 3_600_000;
        const [created, started, ended] = [createdAtMs, startMs, startMs + 290_000].map((ms) =>
          new Date(ms).toISOString(),
        );
        lines.push(
          [repository.fullName, "CI", runId, runAttempt, "main", "push", created, started, ended, 290, conclusion].join(
            ",",
          ),
        );
      }
    }
  }
  return `${lines.join("\n")}\n`;
}
