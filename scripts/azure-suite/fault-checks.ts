import { createHash } from "node:crypto";
import type { AzureStandIn, World } from "../azure-stand-in/index.ts";
import type { Ended } from "./fault-stage.ts";
import { ENDPOINT, REGISTERED, type Scenario } from "./fault-scenarios.ts";

/** What holds at every moment, before each request and at the end: what is wrong, in words, or nothing. */
export function brokenNow(world: World, wasServing: boolean): readonly string[] {
  return [...brokenVersions(world), ...brokenTraffic(world, wasServing)];
}

/** A version that is listed has all its files, each as it was meant. */
function brokenVersions(world: World): string[] {
  const versions = [...(world.models.get(REGISTERED)?.versions.values() ?? [])];
  return versions.flatMap(({ version, properties }) => {
    const own = (properties["properties"] ?? {}) as Readonly<Record<string, string>>;
    const folder = String(properties["modelUri"]).split("/paths/")[1] ?? "";
    const hashes = Object.entries(JSON.parse(own["oddrun_files"] ?? "{}") as Readonly<Record<string, string>>);
    if (hashes.length < 2) return [`version ${version} names ${hashes.length} files`];
    return hashes.flatMap(([name, wanted]) => {
      const blob = world.blobs.get(`${world.names.container}/${folder.replace(/\/$/, "")}/${name}`);
      if (blob === undefined) return [`version ${version} is listed without its file ${name}`];
      const found = createHash("sha256").update(blob.bytes).digest("hex");
      return found === wanted ? [] : [`file ${name} of version ${version} is another one`];
    });
  });
}

/** Traffic goes to one deployment that is there and answers; what served goes on serving. */
function brokenTraffic(world: World, wasServing: boolean): string[] {
  const endpoint = world.endpoints.get(ENDPOINT);
  if (endpoint === undefined) return wasServing ? ["the endpoint that served is gone"] : [];
  const shares = Object.entries((endpoint.properties["traffic"] ?? {}) as Readonly<Record<string, number>>);
  const busy = shares.filter(([, percent]) => percent > 0);
  if (busy.length === 0) return wasServing ? ["nothing has traffic, and something served before"] : [];
  return busy.flatMap(([name, percent]) => {
    const deployment = endpoint.deployments.get(name);
    if (deployment === undefined) return [`traffic goes to ${name}, which is not there`];
    const isHealthy = deployment.container !== null && deployment.provisioningState === "Succeeded";
    return isHealthy && percent === 100
      ? []
      : [`${percent} % of the traffic go to ${name}, which is ${deployment.provisioningState}`];
  });
}

/** After the command went through: what of the promised end is not there. */
export function unfinished(world: World, { ends }: Scenario, parameters: number): readonly string[] {
  const wrong: string[] = [];
  const versions = [...(world.models.get(REGISTERED)?.versions.values() ?? [])];
  if (versions.length !== ends.versions) wrong.push(`${versions.length} versions in place of ${ends.versions}`);
  for (const { version, properties } of versions) {
    const identity = (properties["properties"] as Readonly<Record<string, string>>)["oddrun_model_sha256"];
    const runs = [...world.runs.values()].filter(
      ({ tags, lifecycle }) => lifecycle === "active" && tags.get("oddrun_model_sha256") === identity,
    );
    if (runs.length !== 1) wrong.push(`version ${version} has ${runs.length} runs`);
    for (const run of runs) {
      if (run.status !== "FINISHED") wrong.push(`the run of version ${version} is ${run.status}`);
      if (run.tags.get("oddrun_model_version") !== version)
        wrong.push(`the run of version ${version} does not name it`);
      const kept = run.params.size + new Set(run.metrics.map(({ key }) => key)).size;
      if (kept !== parameters) wrong.push(`the run of version ${version} has ${kept} of ${parameters} figures`);
    }
  }
  const endpoint = world.endpoints.get(ENDPOINT);
  if (ends.serves === null) {
    if (endpoint !== undefined) wrong.push("an endpoint is there");
    return wrong;
  }
  if (endpoint === undefined) return [...wrong, "there is no endpoint"];
  const serving = Object.entries((endpoint.properties["traffic"] ?? {}) as Readonly<Record<string, number>>)
    .filter(([, percent]) => percent > 0)
    .map(
      ([name, percent]) =>
        `${percent} ${String(endpoint.deployments.get(name)?.properties["model"]).split("/").at(-1)}`,
    );
  if (serving.join() !== `100 ${ends.serves}`) wrong.push(`traffic: ${serving.join() || "none"}`);
  if (endpoint.deployments.size !== 1) wrong.push(`${endpoint.deployments.size} deployments are there`);
  if (isMarked(world)) wrong.push("the endpoint is still marked");
  return wrong;
}

/** Whether the endpoint says that somebody is deploying. */
export const isMarked = (world: World): boolean =>
  Object.keys(world.endpoints.get(ENDPOINT)?.tags ?? {}).includes("oddrun_deploying");

const STACK = /\n\s+at \S+ ?\(?.*:\d+:\d+\)?/;
const TOKEN = /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/;

/** What a run that failed may not do: another exit code, a stack, several messages, a secret. */
export function badFailure({ exitCode, out, err }: Ended, { names, state }: AzureStandIn): readonly string[] {
  const wrong: string[] = [];
  const all = `${out}\n${err}`;
  const keys = [...state.endpoints.values()].flatMap(({ keys: { primaryKey, secondaryKey } }) => [
    primaryKey,
    secondaryKey,
  ]);
  // a file that is gone is bad data, whoever says so
  const isGone = exitCode === 3 && /its file \S+ is gone/.test(err);
  if (![0, 2, 4].includes(exitCode) && !isGone) wrong.push(`exit code ${exitCode}`);
  if (STACK.test(all)) wrong.push("a stack is shown");
  if ([names.clientSecret, ...keys].some((secret) => all.includes(secret)) || TOKEN.test(all))
    wrong.push("a secret is shown");
  const messages = messagesOf(err);
  if (exitCode !== 0 && messages.length !== 1) wrong.push(`${messages.length} messages`);
  if (messages.some((message) => /undefined|\[object|NaN/.test(message))) wrong.push("a hole in the message");
  return wrong;
}

export const messagesOf = (err: string): readonly string[] =>
  err.split("\n").filter((line) => line.startsWith("oddrun: "));
