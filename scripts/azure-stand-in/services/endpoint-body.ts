import { systemData } from "../arm.ts";
import type { Endpoint } from "../endpoint-state.ts";
import { workspaceId } from "../names.ts";
import type { Shape } from "../shape.ts";
import type { World } from "../world.ts";

const IDENTITY: Shape = {
  isOptional: true,
  fields: { type: "text", userAssignedIdentities: "any?", principalId: "text?", tenantId: "text?" },
};
export const SKU: Shape = {
  isOptional: true,
  fields: { name: "text", tier: "text?", size: "text?", family: "text?", capacity: "number?" },
};
/** The body of PUT: every field the specification has, and no other. */
export const ENDPOINT_SHAPE: Shape = {
  fields: {
    location: "text",
    tags: "texts?",
    kind: "text?",
    identity: IDENTITY,
    sku: SKU,
    properties: {
      fields: {
        authMode: "text",
        description: "text?",
        properties: "texts?",
        keys: { isOptional: true, fields: { primaryKey: "text?", secondaryKey: "text?" } },
        compute: "text?",
        mirrorTraffic: "numbers?",
        publicNetworkAccess: ["Enabled", "Disabled"],
        traffic: "numbers?",
      },
    },
  },
};
/** PATCH changes no more than this: traffic goes by PUT. */
export const ENDPOINT_PATCH_SHAPE: Shape = { fields: { tags: "texts?", identity: IDENTITY } };
export const endpointPath = (world: World, name: string): string =>
  `${workspaceId(world.names)}/onlineEndpoints/${name}`;

export function endpointBody(world: World, endpoint: Endpoint, operationUrl?: string): object {
  const { names } = world;
  const host = `https://${endpoint.name}.${names.location}.inference.ml.azure.com`;
  const { keys: _, ...properties } = endpoint.properties;
  return {
    id: endpointPath(world, endpoint.name),
    name: endpoint.name,
    type: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
    location: names.location,
    tags: endpoint.tags,
    kind: "Managed",
    identity: endpoint.identity,
    properties: {
      description: null,
      compute: null,
      mirrorTraffic: {},
      publicNetworkAccess: "Enabled",
      traffic: {},
      ...properties,
      properties: {
        ...(properties["properties"] as object | undefined),
        "azureml.onlineendpointid": endpointPath(world, endpoint.name).toLowerCase(),
        ...(operationUrl === undefined ? {} : { AzureAsyncOperationUri: operationUrl }),
      },
      scoringUri: `${host}/score`,
      swaggerUri: `${host}/swagger.json`,
      provisioningState: endpoint.provisioningState,
    },
    systemData: systemData(endpoint.createdAtMs, endpoint.createdAtMs, names.objectId),
  };
}
