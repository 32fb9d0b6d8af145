import { type Conclusion, branchClass, isFailure } from "../pipeline/index.ts";
import type { NotJudged } from "../detection/index.ts";
import { attemptFeature } from "./attempt.ts";
import { durationFeature } from "./duration.ts";
import { failureExcessFeature } from "./failure-excess.ts";
import type { FeatureHistory, FeatureReading, HistoryRun } from "./feature.ts";
import { jobCountFeature } from "./job-count.ts";
import { joinedMetricFeature } from "./joined-metric.ts";
import type { HistoryOptions } from "./options.ts";
import { queueTimeFeature } from "./queue-time.ts";

/** What a run says against the past of its own context. */
export type RunReading =
  | { readonly kind: "not-judged"; readonly why: NotJudged }
  | { readonly kind: "too-little-history"; readonly runCount: number; readonly runCountMin: number }
  | { readonly kind: "read"; readonly readings: readonly FeatureReading[] };

/** Joined metrics watched in one context; further names are not looked at. */
const METRICS_MAX = 50;

/**
 * Reads runs one by one, in order of completion, against the runs before them of the same workflow, class of branch and
 * event, and learns from each. What it says depends on the runs alone, never on a model or on earlier verdicts: the
 * same history reads the same.
 */
export interface RunReader {
  readNext(run: HistoryRun): RunReading;
}

interface Context {
  readonly duration: ReturnType<typeof durationFeature>;
  readonly others: readonly FeatureHistory[];
  readonly metrics: Map<string, FeatureHistory>;
}

export function runReader(options: HistoryOptions): RunReader {
  const contexts = new Map<string, Context>();
  const failures = new Map<string, FeatureHistory>();

  return {
    readNext(run) {
      const why = reasonNotToJudge(run);
      if (why !== null) return { kind: "not-judged", why };
      const branches = `${run.repositoryId} ${run.workflowId} ${branchClass(run.branch, run.defaultBranch)}`;
      const context = getOrMake(contexts, `${branches} ${run.event ?? ""}`, () => newContext(options));
      const failure = getOrMake(failures, branches, failureExcessFeature);
      for (const name of run.metrics.keys()) {
        if (context.metrics.size < METRICS_MAX)
          getOrMake(context.metrics, name, () => joinedMetricFeature(name, options));
      }
      const runCount = context.duration.examples.runCount;
      const readings: FeatureReading[] = [];
      for (const feature of [context.duration, failure, ...context.others, ...context.metrics.values()]) {
        const reading = feature.read(run);
        feature.learn(run, reading);
        if (reading !== null) readings.push(reading);
      }
      const { runCountMin } = options.duration;
      return runCount < runCountMin
        ? { kind: "too-little-history", runCount, runCountMin }
        : { kind: "read", readings };
    },
  };
}

const newContext = (options: HistoryOptions): Context => ({
  duration: durationFeature(options),
  others: [queueTimeFeature(options), jobCountFeature(options), attemptFeature()],
  metrics: new Map(),
});

function getOrMake<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  const known = values.get(key);
  if (known !== undefined) return known;
  const made = make();
  values.set(key, made);
  return made;
}

/** Cancelled, skipped and zero-job runs say nothing about how long or how well the work goes. */
function reasonNotToJudge(run: HistoryRun): NotJudged | null {
  const conclusion: Conclusion | null = run.conclusion;
  if (conclusion === "cancelled") return "cancelled";
  if (conclusion === "skipped") return "skipped";
  if (conclusion !== "success" && !isFailure(conclusion)) return "no-verdict";
  if (run.jobCount === 0 && conclusion !== "startup_failure") return "never-ran";
  if (run.duration.ms === null && conclusion === "success") return "duration-unknown";
  return null;
}
