import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import type { ArmClient } from "../../packages/azure/src/arm-client.ts";
import { scoringEnvironment } from "../../packages/azure/src/endpoints/scoring-environment.ts";
import { ROOT } from "./dockerfile.ts";

interface EnvironmentFile {
  readonly [key: string]: unknown;
  readonly image: string;
  readonly inference_config: Readonly<Record<string, { readonly path: string; readonly port: number }>>;
}

/** What "oddrun deploy azureml" puts for this image, and where. */
async function sentFor(
  image: string,
): Promise<{ readonly path: string; readonly properties: Record<string, unknown> }> {
  const sent: { path: string; properties: Record<string, unknown> }[] = [];
  const arm = {
    find: () => Promise.resolve(null),
    put: (path: string, body: { properties: Record<string, unknown> }) => {
      sent.push({ path, properties: body.properties });
      return Promise.resolve(body);
    },
  } as unknown as ArmClient;
  const workspace = { subscriptionId: "s", resourceGroup: "rg", workspace: "ml" };
  await scoringEnvironment(workspace, arm).ensure(image);
  return sent[0]!;
}

test("environment.yml says what a deployment from here sends", async () => {
  const file = parse(readFileSync(join(ROOT, "environment.yml"), "utf8")) as EnvironmentFile;
  const { path, properties } = await sentFor(file.image);
  const { livenessRoute, readinessRoute, scoringRoute } = properties["inferenceConfig"] as Record<string, unknown>;
  assert.deepEqual(file, {
    $schema: "https://azuremlschemas.azureedge.net/latest/environment.schema.json",
    name: /\/environments\/([^/]+)\/versions\//.exec(path)?.[1],
    description: properties["description"],
    image: properties["image"],
    os_type: String(properties["osType"]).toLowerCase(),
    inference_config: { liveness_route: livenessRoute, readiness_route: readinessRoute, scoring_route: scoringRoute },
  });
});
