import type { AzureStandIn } from "./index.ts";
import { workspaceId } from "./names.ts";

const ROUTE = (path: string) => ({ path, port: 8080 });
/** Bodies as deploying sends them. */
export const ENVIRONMENT = {
  properties: {
    image: `croddrun.azurecr.io/oddrun@sha256:${"0".repeat(64)}`,
    osType: "Linux",
    inferenceConfig: {
      livenessRoute: ROUTE("/health/live"),
      readinessRoute: ROUTE("/health/ready"),
      scoringRoute: ROUTE("/score"),
    },
  },
};

export const endpointBody = (more: object = {}) => ({
  location: "westeurope",
  identity: { type: "SystemAssigned" },
  properties: { authMode: "AADToken", ...more },
});
export const deploymentBody = (standIn: AzureStandIn, more: object = {}) => ({
  location: "westeurope",
  sku: { name: "Default", capacity: 1 },
  properties: {
    endpointComputeType: "Managed",
    instanceType: "Standard_DS2_v2",
    environmentId: `${workspaceId(standIn.names)}/environments/oddrun-scoring/versions/1`,
    requestSettings: { requestTimeout: "PT5S", maxConcurrentRequestsPerInstance: 50 },
    ...more,
  },
});
