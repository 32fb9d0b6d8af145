export { azureRegistry } from "./azure-registry.ts";
