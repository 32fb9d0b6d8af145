/** What the subscription behind the stand-in is made of. */
export interface Names {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly objectId: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly workspace: string;
  readonly workspaceId: string;
  readonly location: string;
  readonly storageAccount: string;
  /** The default datastore and the container behind it. */
  readonly datastore: string;
  readonly container: string;
  readonly vault: string;
  readonly registry: string;
}

/** Ids of one digit: nobody takes them for real ones. */
export const USUAL_NAMES: Names = {
  tenantId: "11111111-1111-4111-8111-111111111111",
  clientId: "22222222-2222-4222-8222-222222222222",
  clientSecret: "stand-in~secret~of~nobody",
  objectId: "33333333-3333-4333-8333-333333333333",
  subscriptionId: "44444444-4444-4444-8444-444444444444",
  resourceGroup: "rg-oddrun",
  workspace: "mlw-oddrun",
  workspaceId: "55555555-5555-4555-8555-555555555555",
  location: "westeurope",
  storageAccount: "stoddrunml",
  datastore: "workspaceblobstore",
  container: "azureml-blobstore-55555555-5555-4555-8555-555555555555",
  vault: "kv-oddrun",
  registry: "croddrun",
};

export const providerId = (names: Names, provider: string): string =>
  `/subscriptions/${names.subscriptionId}/resourceGroups/${names.resourceGroup}/providers/${provider}`;

export const workspaceId = (names: Names): string =>
  providerId(names, `Microsoft.MachineLearningServices/workspaces/${names.workspace}`);

export const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";
export const FEDERATION_AUDIENCE = "api://AzureADTokenExchange";
