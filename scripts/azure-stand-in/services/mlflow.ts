import { randomUUID } from "node:crypto";
import { ML_ACTIONS } from "../arm.ts";
import type { Call, Reply, Route, Service } from "../http.ts";
import { type Json, type MlflowExperiment, type MlflowRun, stableId } from "../world.ts";
import { admitMlflow, BASE, mlflowError, mlflowNoRoute, readFields, refuseMlflow, textOf } from "./mlflow-answers.ts";
import { applyBatch, type Batch, LIMITS, refusedBatch, runBody } from "./mlflow-entities.ts";

const STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];

const missing = (name: string): Reply =>
  mlflowError("INVALID_PARAMETER_VALUE", `Missing value for required parameter '${name}'.`);
const noExperiment = (what: string): Reply =>
  mlflowError("RESOURCE_DOES_NOT_EXIST", `Could not find experiment with ${what}`);
const noRun = (id: unknown): Reply => mlflowError("RESOURCE_DOES_NOT_EXIST", `Run with id=${textOf(id)} not found`);

const experimentBody = (experiment: MlflowExperiment): object => ({
  experiment_id: experiment.id,
  name: experiment.name,
  artifact_location: "",
  lifecycle_stage: "active",
  creation_time: experiment.createdAtMs,
  last_update_time: experiment.createdAtMs,
  tags: [...experiment.tags].map(([key, value]) => ({ key, value })),
});

function getByName(call: Call): Reply {
  const name = call.query.get("experiment_name");
  if (name === null) return missing("experiment_name");
  const found = [...call.world.experiments.values()].find((experiment) => experiment.name === name);
  if (found === undefined) return noExperiment(`name '${name}'`);
  return { status: 200, body: { experiment: experimentBody(found) } };
}

function getExperiment(call: Call): Reply {
  const found = call.world.experiments.get(call.query.get("experiment_id") ?? "");
  if (found === undefined) return noExperiment(`ID ${call.query.get("experiment_id") ?? ""}`);
  return { status: 200, body: { experiment: experimentBody(found) } };
}

function createExperiment(call: Call): Reply {
  const read = readFields(call, ["name", "artifact_location", "tags"]);
  if ("refused" in read) return read.refused;
  const { name } = read.fields;
  if (typeof name !== "string" || name === "") return missing("name");
  if ([...call.world.experiments.values()].some((experiment) => experiment.name === name)) {
    return mlflowError("RESOURCE_ALREADY_EXISTS", `Experiment(name=${name}) already exists.`);
  }
  const id = stableId(`experiment ${name}`);
  call.world.experiments.set(id, { id, name, createdAtMs: call.world.now(), tags: tagsOf(read.fields["tags"]) });
  return { status: 200, body: { experiment_id: id } };
}

const itemsOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
const tagsOf = (value: unknown): Map<string, string> =>
  new Map(itemsOf(value).map((tag) => [textOf(tag["key"]), textOf(tag["value"])]));

function createRun(call: Call): Reply {
  const read = readFields(call, ["experiment_id", "user_id", "run_name", "start_time", "tags"]);
  if ("refused" in read) return read.refused;
  const { experiment_id: experimentId, run_name: runName, start_time: startTime, tags } = read.fields;
  if (typeof experimentId !== "string") return missing("experiment_id");
  if (!call.world.experiments.has(experimentId)) return noExperiment(`ID ${experimentId}`);
  const run: MlflowRun = {
    id: randomUUID(),
    experimentId,
    userId: call.principal!.objectId,
    name: typeof runName === "string" ? runName : (tagsOf(tags).get("mlflow.runName") ?? "unnamed"),
    status: "RUNNING",
    startTimeMs: typeof startTime === "number" ? startTime : call.world.now(),
    endTimeMs: null,
    lifecycle: "active",
    params: new Map(),
    metrics: [],
    tags: new Map(),
  };
  const batch: Batch = { metrics: [], params: [], tags: itemsOf(tags) };
  const refused = refusedBatch(run, batch);
  if (refused !== null) return refused;
  applyBatch(run, batch);
  run.tags.set("mlflow.runName", run.name);
  call.world.runs.set(run.id, run);
  return { status: 200, body: { run: runBody(run) } };
}

function getRun(call: Call): Reply {
  const run = call.world.runs.get(call.query.get("run_id") ?? "");
  return run === undefined ? noRun(call.query.get("run_id")) : { status: 200, body: { run: runBody(run) } };
}

function updateRun(call: Call): Reply {
  const read = readFields(call, ["run_id", "run_uuid", "status", "end_time", "run_name"]);
  if ("refused" in read) return read.refused;
  const { run_id: id, status, end_time: endTime, run_name: runName } = read.fields;
  const run = call.world.runs.get(textOf(id));
  if (run === undefined) return noRun(id);
  if (status !== undefined) {
    if (!STATUSES.includes(textOf(status))) {
      return mlflowError("INVALID_PARAMETER_VALUE", `Invalid value "${textOf(status)}" for parameter 'status'.`);
    }
    run.status = textOf(status);
  }
  if (typeof endTime === "number") run.endTimeMs = endTime;
  if (typeof runName === "string") run.name = runName;
  return { status: 200, body: { run_info: (runBody(run) as { info: object }).info } };
}

/** Takes one batch to the run it names. */
function log(call: Call, known: readonly string[], batchOf: (fields: Json) => Batch): Reply {
  if (call.body.length > LIMITS.bodyBytes) {
    return mlflowError(
      "INVALID_PARAMETER_VALUE",
      `Batched logging API requests must be at most ${LIMITS.bodyBytes} bytes.`,
    );
  }
  const read = readFields(call, ["run_id", "run_uuid", ...known]);
  if ("refused" in read) return read.refused;
  const id = read.fields["run_id"] ?? read.fields["run_uuid"];
  if (id === undefined) return missing("run_id");
  const run = call.world.runs.get(textOf(id));
  if (run === undefined || run.lifecycle === "deleted") return noRun(id);
  const batch = batchOf(read.fields);
  const refused = refusedBatch(run, batch);
  if (refused !== null) return refused;
  applyBatch(run, batch);
  return { status: 200, body: {} };
}

const EMPTY: Batch = { metrics: [], params: [], tags: [] };
const ITEM = ["key", "value"];

function logBatch(call: Call): Reply {
  return log(call, ["metrics", "params", "tags"], ({ metrics, params, tags }) => ({
    metrics: itemsOf(metrics),
    params: itemsOf(params),
    tags: itemsOf(tags),
  }));
}

const CLAUSE = /^\s*(?:tags|tag)\.(?:`([^`]+)`|"([^"]+)"|([\w.]+))\s*=\s*(?:'([^']*)'|"([^"]*)")\s*$/;

/** Filters on tags joined by "and": what our client asks. Anything else is refused, never ignored. */
function searchRuns(call: Call): Reply {
  const read = readFields(call, ["experiment_ids", "filter", "run_view_type", "max_results", "order_by", "page_token"]);
  if ("refused" in read) return read.refused;
  const { experiment_ids: ids, filter, max_results: most } = read.fields;
  if (!Array.isArray(ids) || ids.length === 0) return missing("experiment_ids");
  const clauses = typeof filter === "string" && filter.trim() !== "" ? filter.split(/\s+and\s+/i) : [];
  const parsed = clauses.map((clause) => CLAUSE.exec(clause));
  if (parsed.includes(null)) return mlflowError("INVALID_PARAMETER_VALUE", `Invalid filter string: ${textOf(filter)}`);
  const wanted = parsed.map((match) => [match![1] ?? match![2] ?? match![3]!, match![4] ?? match![5]!] as const);
  const found = [...call.world.runs.values()]
    .filter(({ experimentId, lifecycle }) => ids.includes(experimentId) && lifecycle === "active")
    .filter(({ tags }) => wanted.every(([key, value]) => tags.get(key) === value))
    .sort((a, b) => b.startTimeMs - a.startTimeMs)
    .slice(0, typeof most === "number" ? most : 1000);
  return { status: 200, body: { runs: found.map((run) => runBody(run)) } };
}

function deleteRun(call: Call): Reply {
  const read = readFields(call, ["run_id"]);
  if ("refused" in read) return read.refused;
  const run = call.world.runs.get(textOf(read.fields["run_id"]));
  if (run === undefined) return noRun(read.fields["run_id"]);
  run.lifecycle = "deleted";
  return { status: 200, body: {} };
}

const route = (method: string, name: string, action: string, handle: (call: Call) => Reply): Route => ({
  method,
  path: `${BASE}/${name}`,
  step: `mlflow ${name}`,
  permission: `${ML_ACTIONS}/experiments/${action}`,
  handle,
});

/** MLflow tracking as a workspace offers it. */
export const MLFLOW: Service = {
  name: "mlflow",
  hosts: /^[a-z0-9]+\.api\.azureml\.ms$/,
  admit: admitMlflow,
  noRoute: mlflowNoRoute,
  refuse: refuseMlflow,
  routes: [
    route("GET", "experiments/get-by-name", "read", getByName),
    route("GET", "experiments/get", "read", getExperiment),
    route("POST", "experiments/create", "write", createExperiment),
    route("POST", "runs/create", "runs/write", createRun),
    route("GET", "runs/get", "runs/read", getRun),
    route("POST", "runs/update", "runs/write", updateRun),
    route("POST", "runs/delete", "runs/write", deleteRun),
    route("POST", "runs/search", "runs/read", searchRuns),
    route("POST", "runs/log-batch", "runs/write", logBatch),
    route("POST", "runs/log-parameter", "runs/write", (call) =>
      log(call, ITEM, (fields) => ({ ...EMPTY, params: [fields] })),
    ),
    route("POST", "runs/set-tag", "runs/write", (call) => log(call, ITEM, (fields) => ({ ...EMPTY, tags: [fields] }))),
    route("POST", "runs/log-metric", "runs/write", (call) =>
      log(call, [...ITEM, "timestamp", "step"], (fields) => ({ ...EMPTY, metrics: [fields] })),
    ),
  ],
};
