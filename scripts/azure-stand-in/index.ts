/** The stand-in for Azure. Start it with `startAzureStandIn`. */
export type { CannedAnswer, ContainerRequest } from "./containers.ts";
export type { Failure } from "./endpoint-state.ts";
export type { Plant, PlantedAnswer } from "./faults.ts";
export { type Names, USUAL_NAMES } from "./names.ts";
export type { LoggedRequest } from "./request-log.ts";
export { type AzureStandIn, type AzureStandInOptions, startAzureStandIn } from "./server.ts";
export type { World } from "./world.ts";
