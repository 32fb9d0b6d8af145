import type { AzureWorkspaceName } from "oddrun/ports";

/** Pages of Azure Machine Learning Studio, by the addresses that Studio itself shows. */
export function modelPageUrl(workspace: AzureWorkspaceName, name: string, version: string): string {
  return `https://ml.azure.com/model/${encodeURIComponent(name)}:${encodeURIComponent(version)}/details?wsid=${workspaceId(workspace)}`;
}

export function runPageUrl(workspace: AzureWorkspaceName, runId: string): string {
  return `https://ml.azure.com/runs/${encodeURIComponent(runId)}?wsid=${workspaceId(workspace)}`;
}

function workspaceId({ subscriptionId, resourceGroup, workspace }: AzureWorkspaceName): string {
  const group = `/subscriptions/${encodeURIComponent(subscriptionId)}/resourceGroups/${encodeURIComponent(resourceGroup)}`;
  return `${group}/providers/Microsoft.MachineLearningServices/workspaces/${encodeURIComponent(workspace)}`;
}
