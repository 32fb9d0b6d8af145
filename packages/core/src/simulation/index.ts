export * from "./sample-metrics.ts";
export type { IncidentKind, PlantedIncident } from "./planted-incident.ts";
export { type SimulatedOrganisation, type SimulationOptions, simulateOrganisation } from "./simulate-organisation.ts";
