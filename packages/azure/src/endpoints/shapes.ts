import { z } from "zod";

/** What of Azure's answers is read; fields by the public specification of the pinned api-version. Others pass by unread. */
const tags = z.record(z.string(), z.string().nullish()).nullish();
const state = z.string().nullish();

/** Names end up in paths, messages and commands: nothing that is none gets further than here. */
const name = z.string().regex(/^[A-Za-z0-9][\w.-]{0,254}$/);
const shares = z.record(name, z.number()).nullish();

export const anyResourceShape = z.object({ properties: z.object({ provisioningState: state }) });
export const endpointNameShape = z.object({ name });
export const workspaceShape = z.object({ location: z.string() });

/** Loose: an endpoint is written back with what others have set on it. */
export const endpointShape = z.object({
  location: z.string(),
  tags,
  kind: z.string().nullish(),
  sku: z.unknown().optional(),
  identity: z
    .object({
      type: z.string(),
      userAssignedIdentities: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
  properties: z.object({
    authMode: z.string(),
    provisioningState: state,
    scoringUri: z.string().nullish(),
    traffic: shares,
    mirrorTraffic: shares,
    publicNetworkAccess: z.string().nullish(),
    description: z.string().nullish(),
    compute: z.string().nullish(),
    properties: z.record(z.string(), z.string().nullish()).nullish(),
  }),
});

export type EndpointResource = z.infer<typeof endpointShape>;

export const deploymentShape = z.object({
  name,
  tags,
  sku: z.object({ capacity: z.number().nullish() }).nullish(),
  properties: z.object({
    provisioningState: state,
    model: z.string().nullish(),
    environmentId: z.string().nullish(),
    instanceType: z.string().nullish(),
  }),
});

export type DeploymentResource = z.infer<typeof deploymentShape>;

export const environmentShape = z.object({
  properties: z.object({
    image: z.string().nullish(),
    inferenceConfig: z
      .object({
        scoringRoute: z.object({ path: z.string(), port: z.number() }).nullish(),
      })
      .nullish(),
  }),
});

export const keysShape = z.object({ primaryKey: z.string().regex(/^[\x21-\x7e]{1,4096}$/) });
export const logsShape = z.object({ content: z.string().nullish() });

export const pricesShape = z.object({
  Items: z.array(
    z.object({
      currencyCode: z.string(),
      retailPrice: z.number(),
      tierMinimumUnits: z.number().nullish(),
      armRegionName: z.string().nullish(),
      armSkuName: z.string().nullish(),
      productName: z.string(),
      skuName: z.string(),
      meterName: z.string(),
      unitOfMeasure: z.string(),
      type: z.string(),
      isPrimaryMeterRegion: z.boolean().nullish(),
    }),
  ),
  NextPageLink: z.string().nullish(),
});
