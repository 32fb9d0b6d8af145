import type { AzurePackage } from "oddrun/ports";
import { NO_ENDPOINTS } from "./endpoints/not-built.ts";

export const connectWorkspace: AzurePackage["connectWorkspace"] = ({ workspace, resourceGroup }) => ({
  place: `workspace ${workspace} in resource group ${resourceGroup}`,
  registry: {
    register: () => Promise.reject(new Error("registering is not built yet")),
    versions: () => Promise.reject(new Error("listing is not built yet")),
    pull: () => Promise.reject(new Error("pulling is not built yet")),
  },
  endpoints: NO_ENDPOINTS,
});

export { azureCredential, azureSignIn, type AzureSignIn } from "./credential.ts";
export const connectEndpoint: AzurePackage["connectEndpoint"] = () => {
  throw new Error("scoring through an endpoint is not built yet");
};
export { readVaultSecret } from "./vault-secret.ts";
