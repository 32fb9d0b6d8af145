import type { Reply } from "../http.ts";
import type { Json, MlflowRun } from "../world.ts";
import { mlflowError, textOf } from "./mlflow-answers.ts";

/** MLflow's documented limits of one log-batch request and of what a key or a value may be. */
export const LIMITS = {
  batchMetrics: 1000,
  batchParams: 100,
  batchTags: 100,
  batchItems: 1000,
  keyChars: 250,
  paramChars: 500,
  tagChars: 5000,
  bodyBytes: 1_000_000,
} as const;

const KEY = /^[\w.\- /]+$/;

export interface Batch {
  readonly metrics: readonly Json[];
  readonly params: readonly Json[];
  readonly tags: readonly Json[];
}

const invalid = (message: string): Reply => mlflowError("INVALID_PARAMETER_VALUE", message);

function refusedKey(what: string, { key }: Json): Reply | null {
  if (typeof key !== "string" || key === "") return invalid(`Missing value for required parameter 'key' of a ${what}.`);
  if (key.length > LIMITS.keyChars || !KEY.test(key)) return invalid(`Invalid ${what} name: '${key}'.`);
  return null;
}

function refusedText(what: string, item: Json, most: number): Reply | null {
  const { key, value } = item;
  if (typeof value !== "string") return invalid(`Invalid value of the ${what} '${textOf(key)}': it should be text.`);
  if (value.length <= most) return null;
  return invalid(
    `${what} value of '${textOf(key)}' had length ${value.length}, which exceeded length limit of ${most}`,
  );
}

function refusedMetric({ key, value, timestamp, step }: Json): Reply | null {
  if (typeof value !== "number")
    return invalid(`Got invalid value for metric '${textOf(key)}': it should be a number.`);
  if (!Number.isSafeInteger(timestamp)) return invalid(`Got invalid timestamp for metric '${textOf(key)}'.`);
  return step === undefined || Number.isSafeInteger(step)
    ? null
    : invalid(`Got invalid step for metric '${textOf(key)}'.`);
}

/** Why a batch is not taken, or null. */
export function refusedBatch(run: MlflowRun, { metrics, params, tags }: Batch): Reply | null {
  const sizes = [
    ["metrics", metrics.length, LIMITS.batchMetrics],
    ["params", params.length, LIMITS.batchParams],
    ["tags", tags.length, LIMITS.batchTags],
    ["items", metrics.length + params.length + tags.length, LIMITS.batchItems],
  ] as const;
  for (const [what, count, most] of sizes) {
    if (count > most) {
      return invalid(
        `A batch logging request can contain at most ${most} ${what}. Got ${count} ${what}. Please split up ${what} across multiple requests and try again.`,
      );
    }
  }
  const faults = [
    ...metrics.map((item) => refusedKey("metric", item) ?? refusedMetric(item)),
    ...params.map((item) => refusedKey("param", item) ?? refusedText("Param", item, LIMITS.paramChars)),
    ...tags.map((item) => refusedKey("tag", item) ?? refusedText("Tag", item, LIMITS.tagChars)),
  ];
  const changed = params.find(({ key, value }) => (run.params.get(textOf(key)) ?? value) !== value);
  return (
    faults.find((found) => found !== null) ??
    (changed === undefined
      ? null
      : invalid(
          `Changing param values is not allowed. Param with key='${textOf(changed["key"])}' was already logged with value='${run.params.get(textOf(changed["key"]))!}' for run ID='${run.id}'. Attempted logging new value '${textOf(changed["value"])}'.`,
        ))
  );
}

export function applyBatch(run: MlflowRun, { metrics, params, tags }: Batch): void {
  for (const { key, value } of params) run.params.set(textOf(key), textOf(value));
  for (const { key, value } of tags) run.tags.set(textOf(key), textOf(value));
  for (const { key, value, timestamp, step } of metrics) {
    run.metrics.push({ key: textOf(key), value: Number(value), timestamp: Number(timestamp), step: Number(step ?? 0) });
  }
}

const pairs = (map: ReadonlyMap<string, string>): readonly object[] => [...map].map(([key, value]) => ({ key, value }));

export function runBody(run: MlflowRun): object {
  const latest = new Map(run.metrics.map((metric) => [metric.key, metric]));
  return {
    info: {
      run_id: run.id,
      run_uuid: run.id,
      run_name: run.name,
      experiment_id: run.experimentId,
      user_id: run.userId,
      status: run.status,
      start_time: run.startTimeMs,
      ...(run.endTimeMs === null ? {} : { end_time: run.endTimeMs }),
      artifact_uri: `azureml://experiments/${run.experimentId}/runs/${run.id}/artifacts`,
      lifecycle_stage: run.lifecycle,
    },
    data: { metrics: [...latest.values()], params: pairs(run.params), tags: pairs(run.tags) },
    inputs: {},
  };
}
