import type { AzurePackage } from "oddrun/ports";
import { armClient } from "./arm-client.ts";
import { azureCredential } from "./credential.ts";
import { azureEndpoints } from "./endpoints/azure-endpoints.ts";
import { checkedAddress, checkedKey, endpointScorer } from "./endpoints/endpoint-scorer.ts";
import { azureRegistry } from "./registry/index.ts";

export const connectWorkspace: AzurePackage["connectWorkspace"] = (name, context) => {
  const credential = azureCredential(context);
  const arm = armClient({ credential, context });
  return {
    place: `workspace ${name.workspace} in resource group ${name.resourceGroup}`,
    registry: azureRegistry({ arm, credential, workspace: name, context }),
    endpoints: azureEndpoints({ name, arm, credential, context }),
  };
};

export const connectEndpoint: AzurePackage["connectEndpoint"] = ({ url, key }, context) => {
  const address = checkedAddress(url);
  return endpointScorer({ place: new URL(address).host, url: address, access: { key: checkedKey(key) }, context });
};

export { azureCredential, azureSignIn, type AzureSignIn } from "./credential.ts";
export { readVaultSecret } from "./vault-secret.ts";
export { doctorChecks } from "./doctor/checks.ts";
