import { armError, armPage, ML_ACTIONS, systemData, WORKSPACE_PATH } from "../arm.ts";
import type { Call, Reply, Route } from "../http.ts";
import { providerId, workspaceId } from "../names.ts";

export const mlflowBase = (call: Call): string => {
  const { location } = call.world.names;
  return `${location}.api.azureml.ms/mlflow/v1.0${workspaceId(call.world.names)}`;
};

function getWorkspace(call: Call): Reply {
  const { names } = call.world;
  return {
    status: 200,
    body: {
      id: workspaceId(names),
      name: names.workspace,
      type: "Microsoft.MachineLearningServices/workspaces",
      location: names.location,
      tags: {},
      identity: { type: "SystemAssigned", principalId: names.workspaceId, tenantId: names.tenantId },
      kind: "Default",
      sku: { name: "Basic", tier: "Basic" },
      properties: {
        friendlyName: names.workspace,
        workspaceId: names.workspaceId,
        storageAccount: providerId(names, `Microsoft.Storage/storageAccounts/${names.storageAccount}`),
        keyVault: providerId(names, `Microsoft.KeyVault/vaults/${names.vault}`),
        applicationInsights: providerId(names, "Microsoft.Insights/components/appi-oddrun"),
        containerRegistry: providerId(names, `Microsoft.ContainerRegistry/registries/${names.registry}`),
        discoveryUrl: `https://${names.location}.api.azureml.ms/discovery`,
        mlFlowTrackingUri: `azureml://${mlflowBase(call)}`,
        provisioningState: "Succeeded",
        publicNetworkAccess: "Enabled",
        v1LegacyMode: false,
        hbiWorkspace: false,
        systemDatastoresAuthMode: "identity",
        tenantId: names.tenantId,
      },
      systemData: systemData(0, 0, names.objectId),
    },
  };
}

function datastore(call: Call, name: string, isDefault: boolean, container: string): object {
  const { names } = call.world;
  return {
    id: `${workspaceId(names)}/datastores/${name}`,
    name,
    type: "Microsoft.MachineLearningServices/workspaces/datastores",
    properties: {
      description: null,
      tags: null,
      properties: null,
      isDefault,
      credentials: { credentialsType: "None" },
      datastoreType: "AzureBlob",
      accountName: names.storageAccount,
      containerName: container,
      endpoint: "core.windows.net",
      protocol: "https",
      serviceDataAccessAuthIdentity: "None",
      subscriptionId: names.subscriptionId,
      resourceGroup: names.resourceGroup,
    },
    systemData: systemData(0, 0, names.objectId),
  };
}

const datastores = (call: Call): readonly (readonly [string, object])[] => {
  const { names } = call.world;
  return [
    [names.datastore, datastore(call, names.datastore, true, names.container)],
    ["workspaceartifactstore", datastore(call, "workspaceartifactstore", false, "azureml")],
  ];
};

function listDatastores(call: Call): Reply {
  const isDefault = call.query.get("isDefault");
  const found = datastores(call).filter(([name]) => isDefault !== "true" || name === call.world.names.datastore);
  return armPage(
    call,
    found.map(([, body]) => body),
  );
}

function getDatastore(call: Call): Reply {
  const found = datastores(call).find(([name]) => name === call.params["name"]);
  if (found !== undefined) return { status: 200, body: found[1] };
  return armError(404, "UserError", `Could not find datastore: ${call.params["name"]!}.`);
}

export const WORKSPACE_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: WORKSPACE_PATH,
    step: "workspace get",
    permission: `${ML_ACTIONS}/read`,
    handle: getWorkspace,
  },
  {
    method: "GET",
    path: `${WORKSPACE_PATH}/datastores`,
    step: "datastores list",
    permission: `${ML_ACTIONS}/datastores/read`,
    handle: listDatastores,
  },
  {
    method: "GET",
    path: `${WORKSPACE_PATH}/datastores/{name}`,
    step: "datastore get",
    permission: `${ML_ACTIONS}/datastores/read`,
    handle: getDatastore,
  },
];
