/**
 * The stand-in for Azure. Start it with `startAzureStandIn`.
 *
 * Taken from what is published: fields, names of states and what PATCH takes (Azure/azure-rest-api-specs, Machine Learning 2025-06-01);
 * the order of calls and addresses of operations (Azure/azureml-examples and reports of users); statuses of scoring and failures of
 * deployments (MicrosoftDocs/azure-ai-docs, troubleshooting of online endpoints); MLflow's and the price list's own documentation;
 * Entra's errors as its users report them; blobs as Microsoft's emulator answers (azurite.test.ts).
 * Assumed, for want of a source: the wording and code of refusals of a changed model version, of wrong traffic and of an unknown field;
 * that a model's files are looked for when it is registered; that MLflow's refusals come through Azure unchanged.
 */
export type { CannedAnswer, ContainerRequest, ModelFiles } from "./containers.ts";
export type { Failure } from "./endpoint-state.ts";
export type { Plant, PlantedAnswer } from "./faults.ts";
export { type Names, USUAL_NAMES } from "./names.ts";
export type { LoggedRequest } from "./request-log.ts";
export { type AzureStandIn, type AzureStandInOptions, startAzureStandIn } from "./server.ts";
export type { World } from "./world.ts";
