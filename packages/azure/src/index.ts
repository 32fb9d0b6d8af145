import type { AzurePackage } from "oddrun/ports";

export const connectWorkspace: AzurePackage["connectWorkspace"] = ({ workspace, resourceGroup }) => ({
  place: `workspace ${workspace} in resource group ${resourceGroup}`,
  registry: {
    register: () => Promise.reject(new Error("registering is not built yet")),
    versions: () => Promise.reject(new Error("listing is not built yet")),
    pull: () => Promise.reject(new Error("pulling is not built yet")),
  },
});

export { azureCredential, azureSignIn, type AzureSignIn } from "./credential.ts";
