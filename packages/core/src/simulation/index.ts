export * from "./sample-metrics.ts";
export type { IncidentKind, PlantedIncident } from "./incidents.ts";
export { type SimulatedOrganisation, type SimulationOptions, simulateOrganisation } from "./simulate-organisation.ts";
