import { createHash } from "node:crypto";
import { type AzureWorkspaceName, problem, SCORING_CONTRACT } from "oddrun/ports";
import { type ArmClient, workspacePath } from "../arm-client.ts";
import { environmentShape } from "./shapes.ts";

const ENVIRONMENT = "oddrun-scoring";

export interface ScoringEnvironment {
  /** Made from the image and its routes: the same ones are one version. */
  versionOf(image: string): string;
  idOf(version: string): string;
  /** Registers the image unless it is there. */
  ensure(image: string): Promise<void>;
}

/** The environment asset that brings our scoring image to a deployment: a ready image and its three routes, nothing to build. */
export function scoringEnvironment(name: AzureWorkspaceName, arm: ArmClient): ScoringEnvironment {
  const idOf = (version: string) => workspacePath(name, "environments", ENVIRONMENT, "versions", version);
  const versionOf = (image: string) => {
    const digest = image.slice(image.indexOf("@sha256:") + "@sha256:".length);
    const whole = createHash("sha256")
      .update(JSON.stringify(definition(image)))
      .digest("hex");
    return `${digest.slice(0, 16)}-${whole.slice(0, 8)}`;
  };
  return {
    idOf,
    versionOf,
    async ensure(image) {
      const path = idOf(versionOf(image));
      const body = { properties: definition(image) };
      const found = (await arm.find(path, environmentShape)) ?? (await arm.put(path, body, environmentShape));
      if (found.properties.image !== image) {
        throw problem("azure-conflict", `environment ${ENVIRONMENT}`, "a version of this name holds another image");
      }
    },
  };
}

function definition(image: string) {
  const { port, livePath, readyPath, scorePath } = SCORING_CONTRACT;
  return {
    description: "Oddrun's scoring server",
    image,
    osType: "Linux",
    inferenceConfig: {
      livenessRoute: { path: livePath, port },
      readinessRoute: { path: readyPath, port },
      scoringRoute: { path: scorePath, port },
    },
  };
}
