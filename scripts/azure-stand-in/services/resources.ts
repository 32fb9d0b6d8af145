import { armError } from "../arm.ts";
import type { Call, Reply, Route } from "../http.ts";
import { type Names, providerId } from "../names.ts";

const GROUP = "/subscriptions/{subscription}/resourceGroups/{group}";

/** Resources beside the workspace, as far as a check of a set-up looks at them: one line each. */
const RESOURCES: readonly {
  readonly provider: string;
  readonly versions: readonly string[];
  readonly step: string;
  readonly name: (names: Names) => string;
  readonly properties: (names: Names) => object;
  readonly sku: object;
}[] = [
  {
    provider: "Microsoft.Storage/storageAccounts",
    versions: ["2023-05-01", "2024-01-01"],
    step: "storage account get",
    name: (names) => names.storageAccount,
    properties: (names) => ({
      allowSharedKeyAccess: false,
      minimumTlsVersion: "TLS1_2",
      primaryEndpoints: { blob: `https://${names.storageAccount}.blob.core.windows.net/` },
      provisioningState: "Succeeded",
    }),
    sku: { name: "Standard_LRS", tier: "Standard" },
  },
  {
    provider: "Microsoft.ContainerRegistry/registries",
    versions: ["2023-07-01", "2025-04-01"],
    step: "registry get",
    name: (names) => names.registry,
    properties: (names) => ({
      loginServer: `${names.registry}.azurecr.io`,
      adminUserEnabled: false,
      provisioningState: "Succeeded",
    }),
    sku: { name: "Basic", tier: "Basic" },
  },
  {
    provider: "Microsoft.KeyVault/vaults",
    versions: ["2023-07-01", "2024-11-01"],
    step: "vault get",
    name: (names) => names.vault,
    properties: (names) => ({
      tenantId: names.tenantId,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      vaultUri: `https://${names.vault}.vault.azure.net/`,
      provisioningState: "Succeeded",
    }),
    sku: {},
  },
];

function notFound(call: Call, provider: string): Reply {
  const { group, name } = call.params;
  return armError(
    404,
    "ResourceNotFound",
    `The Resource '${provider}/${name!}' under resource group '${group!}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

const subscription = (names: Names): object => ({
  id: `/subscriptions/${names.subscriptionId}`,
  subscriptionId: names.subscriptionId,
  tenantId: names.tenantId,
  displayName: "A subscription that is none",
  state: "Enabled",
});

export const RESOURCE_ROUTES: readonly Route[] = [
  ...RESOURCES.map(
    (resource): Route => ({
      method: "GET",
      path: `${GROUP}/providers/${resource.provider}/{name}`,
      step: resource.step,
      apiVersions: resource.versions,
      permission: `${resource.provider}/read`,
      handle(call) {
        const { names } = call.world;
        const name = resource.name(names);
        if (call.params["name"]!.toLowerCase() !== name.toLowerCase()) return notFound(call, resource.provider);
        return {
          status: 200,
          body: {
            id: providerId(names, `${resource.provider}/${name}`),
            name,
            type: resource.provider,
            location: names.location,
            tags: {},
            sku: resource.sku,
            properties: resource.properties(names),
          },
        };
      },
    }),
  ),
  {
    method: "GET",
    path: "/subscriptions",
    step: "subscriptions list",
    apiVersions: ["2022-12-01"],
    handle: ({ world }) => ({ status: 200, body: { value: [subscription(world.names)] } }),
  },
  {
    method: "GET",
    path: "/subscriptions/{subscription}",
    step: "subscription get",
    apiVersions: ["2022-12-01"],
    handle: ({ world }) => ({ status: 200, body: subscription(world.names) }),
  },
  {
    method: "GET",
    path: "/subscriptions/{subscription}/resourceGroups/{group}",
    step: "resource group get",
    apiVersions: ["2021-04-01", "2024-03-01"],
    permission: "Microsoft.Resources/subscriptions/resourceGroups/read",
    handle: ({ world: { names } }) => ({
      status: 200,
      body: {
        id: `/subscriptions/${names.subscriptionId}/resourceGroups/${names.resourceGroup}`,
        name: names.resourceGroup,
        type: "Microsoft.Resources/resourceGroups",
        location: names.location,
        properties: { provisioningState: "Succeeded" },
      },
    }),
  },
];
