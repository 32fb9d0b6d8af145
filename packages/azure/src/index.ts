import type { AzurePackage } from "oddrun/ports";
import { armClient } from "./arm-client.ts";
import { azureCredential } from "./credential.ts";
import { azureEndpoints } from "./endpoints/azure-endpoints.ts";
import { checkedAddress, checkedKey, endpointScorer } from "./endpoints/endpoint-scorer.ts";

export const connectWorkspace: AzurePackage["connectWorkspace"] = (name, context) => {
  const credential = azureCredential(context);
  return {
    place: `workspace ${name.workspace} in resource group ${name.resourceGroup}`,
    registry: {
      register: () => Promise.reject(new Error("registering is not built yet")),
      versions: () => Promise.reject(new Error("listing is not built yet")),
      pull: () => Promise.reject(new Error("pulling is not built yet")),
    },
    endpoints: azureEndpoints({ name, arm: armClient({ credential, context }), credential, context }),
  };
};

export const connectEndpoint: AzurePackage["connectEndpoint"] = ({ url, key }, context) => {
  const address = checkedAddress(url);
  return endpointScorer({ place: new URL(address).host, url: address, access: { key: checkedKey(key) }, context });
};

export { azureCredential, azureSignIn, type AzureSignIn } from "./credential.ts";
export { readVaultSecret } from "./vault-secret.ts";
