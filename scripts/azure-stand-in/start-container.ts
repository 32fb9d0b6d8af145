import { type CannedAnswer, cannedContainer, type Container, type ModelFiles } from "./containers.ts";
import type { Deployment } from "./endpoint-state.ts";
import { processContainer } from "./process-container.ts";
import { blobPrefix } from "./services/models.ts";
import { assetById } from "./services/deployment-body.ts";
import type { AssetVersion, Json, World } from "./world.ts";

/** What stands behind a deployment: the scoring server itself, or answers worked out here. */
export type ContainerKind = "processes" | "canned" | CannedAnswer;

/** The model's files by their names beneath its folder. */
function modelFiles(world: World, model: AssetVersion | undefined): ModelFiles {
  if (model === undefined) return new Map();
  const prefix = (blobPrefix({ world }, String(model.properties["modelUri"])) ?? "").replace(/\/$/, "");
  return new Map(
    [...world.blobs]
      .filter(([key]) => key.startsWith(`${prefix}/`))
      .map(([key, { bytes }]) => [key.slice(prefix.length + 1), bytes]),
  );
}

export function startContainer(
  kind: ContainerKind,
  world: World,
  { properties }: Deployment,
  environment: AssetVersion,
): Container {
  const model = assetById(world, "models", properties["model"]);
  const files = modelFiles(world, model);
  if (kind !== "processes") return cannedContainer(kind === "canned" ? undefined : kind, files);
  const folder =
    ((model?.properties["modelUri"] ?? "") as string).split("/").findLast((part) => part !== "") ?? "model";
  return processContainer({
    files,
    mount: `${model?.name ?? "none"}/${model?.version ?? "0"}/${folder}`,
    environmentVariables: (properties["environmentVariables"] ?? {}) as Record<string, string>,
    inferenceConfig: environment.properties["inferenceConfig"] as Json,
  });
}
