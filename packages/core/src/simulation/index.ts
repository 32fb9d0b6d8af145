export * from "./sample-metrics.ts";
export type { IncidentKind, PlantedCause, PlantedIncident } from "./planted-incident.ts";
export { type SimulatedOrganisation, type SimulationOptions, simulateOrganisation } from "./simulate-organisation.ts";
export type { LargeIncident } from "./large-incidents.ts";
export { type LargeOrganisation, largeOrganisation, type LargeOrganisationOptions } from "./large-organisation.ts";
export { LARGE_SIZE, type LargeSize } from "./large-plan.ts";
