import assert from "node:assert/strict";
import { test } from "node:test";
import type { CloudRegistry } from "../deploy/cloud-registry.ts";
import type { EndpointPlatform, ServingVersion } from "../deploy/endpoint-platform.ts";
import { findServingModel } from "./find-serving-model.ts";

function workspace(versions: readonly string[], serving: ServingVersion | null) {
  const pulled: string[] = [];
  const registry: Pick<CloudRegistry, "versions" | "pull"> = {
    versions: async (name) =>
      versions.map((version) => ({
        name,
        version,
        createdAtMs: null,
        properties: new Map<string, string>(),
        modelUri: "",
      })),
    async pull(name, version) {
      pulled.push(`${name}:${version}`);
      return [];
    },
  };
  const endpoints: Pick<EndpointPlatform, "servingVersion"> = { servingVersion: async () => serving };
  return { pulled, registry: registry as CloudRegistry, endpoints: endpoints as EndpointPlatform };
}

const SERVING = { modelName: "older-name", modelVersion: "2", deployment: "blue", trafficPercent: 90 };
const find = (place: ReturnType<typeof workspace>, endpoint: string | null) =>
  findServingModel(place, { modelName: "pipeline-anomaly", endpoint });

test("what most requests of the endpoint go to is the serving model", async () => {
  const azure = workspace(["3", "2", "1"], SERVING);
  const found = await find(azure, "scores");
  assert.deepEqual(azure.pulled, ["older-name:2"]);
  assert.equal(found?.place, "version 2 of older-name, which gets 90 % of the requests to the endpoint scores");
});

test("without an endpoint, or with one that serves nothing, it is the newest registered version, if any", async () => {
  for (const [endpoint, serving] of [
    [null, SERVING],
    ["scores", null],
  ] as const) {
    const azure = workspace(["3", "2"], serving);
    assert.equal((await find(azure, endpoint))?.place, "version 3 of pipeline-anomaly, the newest registered");
    assert.deepEqual(azure.pulled, ["pipeline-anomaly:3"]);
    assert.equal(await find(workspace([], serving), endpoint), null);
  }
});
