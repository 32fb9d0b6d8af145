import { Problem } from "oddrun/ports";
import { z } from "zod";
import type { Mlflow } from "./mlflow.ts";

/** What is recorded of one training. */
export interface RunToRecord {
  readonly experiment: string;
  readonly name: string;
  /** The model's identity: one run a model, found again by it. */
  readonly modelSha256: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly metrics: ReadonlyMap<string, number>;
  readonly tags: ReadonlyMap<string, string>;
  /** The run that a version of this model names already. */
  readonly knownId: string | null;
}

export interface OpenRun {
  readonly id: string;
  readonly isFinished: boolean;
  /** Made by this very registration. */
  readonly isMade: boolean;
}

const IDENTITY_TAG = "oddrun_model_sha256";
/** Limits of one request, and of a name and a value: MLflow's, and Azure's where they are less. */
const BATCH_MAX = 100;
const NAME_CHARS_MAX = 100;
const PARAMETER_CHARS_MAX = 500;
const TAG_CHARS_MAX = 1_000;
const METRICS_MAX = 50;
const CREATE_TRIES_MAX = 3;

const pairsShape = z.array(z.object({ key: z.string() })).nullish();
const runShape = z.object({
  info: z.object({
    run_id: z.string(),
    status: z.string(),
    start_time: z.union([z.number(), z.string()]).nullish(),
    lifecycle_stage: z.string().nullish(),
  }),
  data: z.object({ metrics: pairsShape, params: pairsShape }).nullish(),
});
type Run = z.infer<typeof runShape>;
const oneRun = z.object({ run: runShape });
const someRuns = z.object({ runs: z.array(runShape).nullish() });
const experimentShape = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const anything = z.unknown();

/** The model's run with its parameters and metrics: the one that is there, completed, or a new one. */
export async function openRun(mlflow: Mlflow, run: RunToRecord, nowMs: number): Promise<OpenRun> {
  const experimentId = await experimentOf(mlflow, run.experiment);
  const earlier = (await knownRun(mlflow, run.knownId)) ?? (await findRun(mlflow, experimentId, run));
  const found = earlier ?? (await createRun(mlflow, experimentId, run, nowMs));
  const has = (pairs: z.infer<typeof pairsShape>, key: string) => pairs?.some((pair) => pair.key === key) === true;
  const parameters = [...run.parameters].filter(([key]) => !has(found.data?.params, key));
  const metrics = [...run.metrics]
    .filter(([key, value]) => Number.isFinite(value) && !has(found.data?.metrics, key))
    .slice(0, METRICS_MAX);
  for (let at = 0; at < Math.max(parameters.length, metrics.length); at += BATCH_MAX) {
    await mlflow.post(
      "runs/log-batch",
      {
        run_id: found.info.run_id,
        params: pairs(new Map(parameters.slice(at, at + BATCH_MAX)), PARAMETER_CHARS_MAX),
        metrics: metrics
          .slice(at, at + BATCH_MAX)
          .map(([key, value]) => ({ key: cutName(key), value, timestamp: nowMs, step: 0 })),
      },
      anything,
    );
  }
  return { id: found.info.run_id, isFinished: found.info.status === "FINISHED", isMade: earlier === null };
}

/**
 * The run that the version names, when it is not ours: another trainer of the very same model registered it first, and neither found the
 * other's run. The one made here goes, theirs is completed; ours stays when theirs was deleted.
 */
export async function agreedRun(mlflow: Mlflow, own: OpenRun, run: RunToRecord, nowMs: number): Promise<OpenRun> {
  if (run.knownId === null || run.knownId === own.id || (await knownRun(mlflow, run.knownId)) === null) return own;
  const agreed = await openRun(mlflow, run, nowMs);
  if (own.isMade) await mlflow.post("runs/delete", { run_id: own.id }, anything);
  return agreed;
}

/** Says which version the run led to, and that it has ended. */
export async function finishRun(mlflow: Mlflow, { id }: OpenRun, version: string, nowMs: number): Promise<void> {
  const tags = pairs(new Map([["oddrun_model_version", version]]), TAG_CHARS_MAX);
  await mlflow.post("runs/log-batch", { run_id: id, tags }, anything);
  await mlflow.post("runs/update", { run_id: id, status: "FINISHED", end_time: nowMs }, anything);
}

/** Null when there is no such run, or somebody deleted it: such a run takes nothing more. */
async function knownRun(mlflow: Mlflow, id: string | null): Promise<Run | null> {
  const found = id === null ? null : await mlflow.find("runs/get", { run_id: id }, oneRun);
  return found === null || found.run.info.lifecycle_stage?.toLowerCase() === "deleted" ? null : found.run;
}

async function experimentOf(mlflow: Mlflow, name: string): Promise<string> {
  const find = () => mlflow.find("experiments/get-by-name", { experiment_name: name }, experimentShape);
  const found = await find();
  if (found !== null) return found.experiment.experiment_id;
  try {
    return (await mlflow.post("experiments/create", { name }, z.object({ experiment_id: z.string() }))).experiment_id;
  } catch (error) {
    // another trainer was quicker, or the answer to a first try was lost
    const made = error instanceof Problem && error.code === "azure-refused" ? await find() : null;
    if (made === null) throw error;
    return made.experiment.experiment_id;
  }
}

/** The first of the runs that carry the model's identity. */
async function findRun(mlflow: Mlflow, experimentId: string, { modelSha256 }: RunToRecord): Promise<Run | null> {
  const filter = `tags.${IDENTITY_TAG} = '${modelSha256}'`;
  const { runs } = await mlflow.post(
    "runs/search",
    { experiment_ids: [experimentId], filter, max_results: 10 },
    someRuns,
  );
  const oldestFirst = [...(runs ?? [])].sort(
    (a, b) =>
      Number(a.info.start_time ?? 0) - Number(b.info.start_time ?? 0) || (a.info.run_id < b.info.run_id ? -1 : 1),
  );
  return oldestFirst[0] ?? null;
}

/** A run gets its id from the service, so a lost answer is looked for before another one is made. */
async function createRun(mlflow: Mlflow, experimentId: string, run: RunToRecord, nowMs: number): Promise<Run> {
  const body = {
    experiment_id: experimentId,
    run_name: run.name,
    start_time: nowMs,
    tags: pairs(new Map([...run.tags, [IDENTITY_TAG, run.modelSha256]]), TAG_CHARS_MAX),
  };
  for (let tryCount = 1; ; tryCount += 1) {
    try {
      const { run: made } = await mlflow.post("runs/create", body, oneRun, { isRepeatable: false });
      return await onlyOne(mlflow, experimentId, run, made);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "azure-unreachable") throw error;
      const made = await findRun(mlflow, experimentId, run);
      if (made !== null) return made;
      if (tryCount === CREATE_TRIES_MAX) throw error;
    }
  }
}

/** Another trainer of the very same model may have made its run at the same moment: the older one stays, ours goes. */
async function onlyOne(mlflow: Mlflow, experimentId: string, run: RunToRecord, made: Run): Promise<Run> {
  const first = await findRun(mlflow, experimentId, run);
  if (first === null || first.info.run_id === made.info.run_id) return made;
  await mlflow.post("runs/delete", { run_id: made.info.run_id }, anything);
  return first;
}

function pairs(map: ReadonlyMap<string, string>, charsMax: number): { readonly key: string; readonly value: string }[] {
  return [...map].map(([key, value]) => ({ key: cutName(key), value: value.slice(0, charsMax).toWellFormed() }));
}

function cutName(name: string): string {
  return name.slice(0, NAME_CHARS_MAX);
}
