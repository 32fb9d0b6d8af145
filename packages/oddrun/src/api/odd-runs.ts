import * as z from "zod";
import type { CompletionPlace, JudgedRun } from "../operations/ports.ts";
import { runUrl } from "../operations/text/run-url.ts";
import { LIMITS } from "./limits.ts";

const instant = z.string().nullable().describe("UTC, ISO 8601");

export const oddRunShape = z.object({
  repository: z.string(),
  workflow: z.string(),
  run_id: z.number().int(),
  run_attempt: z.number().int(),
  run_number: z.number().int().nullable(),
  branch: z.string().nullable(),
  event: z.string().nullable(),
  title: z.string().nullable(),
  head_sha: z.string().nullable(),
  conclusion: z.string().nullable(),
  completed_at: instant,
  url: z.string().nullable().describe("The attempt on GitHub; null for a run that did not come from there."),
  score: z.number(),
  threshold: z.number(),
  reason: z.string(),
  comparisons: z
    .array(
      z.object({
        feature: z.string(),
        value: z.number(),
        usual: z.number(),
        usual_low: z.number(),
        usual_high: z.number(),
      }),
    )
    .describe("The run's numbers against what is usual for runs like it."),
  contributions: z.array(z.object({ feature: z.string(), contribution: z.number() })),
  evidence: z
    .array(z.record(z.string(), z.unknown()))
    .describe("What else changed at the same time, as `oddrun evidence` found it; empty where it was not asked."),
  model_version: z.string(),
  judged_at: instant,
});

/** The answer of `GET /api/odd-runs`: newest completion first. */
export const oddRunsShape = z.object({
  runs: z.array(oddRunShape),
  next: z.string().nullable().describe("Give it as `before` for the page after this one; null on the last page."),
});

export type OddRun = z.infer<typeof oddRunShape>;

/** The wire form of an odd run; null for any other verdict. `evidence` is spelt as it goes out. */
export function oddRun(
  { run, judged }: JudgedRun,
  evidence: readonly Readonly<Record<string, unknown>>[],
): OddRun | null {
  const { verdict } = judged;
  if (verdict.kind !== "anomalous") return null;
  return {
    repository: run.repositoryName,
    workflow: run.workflowName,
    run_id: run.runId,
    run_attempt: run.runAttempt,
    run_number: run.runNumber,
    branch: run.branch,
    event: run.event,
    title: run.title,
    head_sha: run.headSha,
    conclusion: run.conclusion,
    completed_at: isoInstant(run.completedAtMs),
    url: runUrl(run),
    score: verdict.score,
    threshold: verdict.threshold,
    reason: verdict.reason,
    comparisons: verdict.comparisons.map((each) => ({
      feature: each.feature,
      value: each.value,
      usual: each.usual,
      usual_low: each.usualLow,
      usual_high: each.usualHigh,
    })),
    contributions: verdict.contributions.map(({ feature, contribution }) => ({ feature, contribution })),
    evidence: [...evidence],
    model_version: judged.modelVersion,
    judged_at: isoInstant(judged.judgedAtMs),
  };
}

export function isoInstant(ms: number | null): string | null {
  return ms === null || !(Math.abs(ms) <= 8.64e15) ? null : new Date(ms).toISOString();
}

export interface RunsQuery {
  readonly limit: number;
  /** The last run of the page before: times alone will not do, for a thousand runs can end in one second. */
  readonly before: CompletionPlace | null;
}

export type RunsQueryReading = RunsQuery | { readonly mistake: string };

/** Reads `?limit=&before=`; anything else in the query is passed over. */
export function readRunsQuery(query: Readonly<Record<string, unknown>>): RunsQueryReading {
  const limitText = query["limit"];
  const beforeText = query["before"];
  let limit: number = LIMITS.pageRunsDefault;
  if (limitText !== undefined) {
    limit = typeof limitText === "string" && /^\d{1,3}$/.test(limitText) ? Number(limitText) : 0;
    if (limit < 1 || limit > LIMITS.pageRunsMax)
      return { mistake: `"limit" must be a whole number from 1 to ${LIMITS.pageRunsMax}.` };
  }
  if (beforeText === undefined) return { limit, before: null };
  const parts = typeof beforeText === "string" && CURSOR.test(beforeText) ? beforeText.split(".").map(Number) : [];
  const [finishedAtMs, repositoryId, runId, runAttempt] = parts;
  if (runAttempt === undefined || !parts.every(Number.isSafeInteger))
    return { mistake: '"before" must be the "next" of an earlier answer.' };
  return {
    limit,
    before: { finishedAtMs: finishedAtMs!, repositoryId: repositoryId!, runId: runId!, runAttempt },
  };
}

const CURSOR = /^-?\d{1,16}\.-?\d{1,16}\.-?\d{1,16}\.\d{1,6}$/;

export function writeCursor({ finishedAtMs, repositoryId, runId, runAttempt }: CompletionPlace): string {
  return [finishedAtMs, repositoryId, runId, runAttempt].join(".");
}
