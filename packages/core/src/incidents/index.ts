export { amendIncidents, type AmendIncidentsInput, appended, PROGRAM } from "./amend-incidents.ts";
export { type Decision, whyNot } from "./decision.ts";
export { type AcceptedChange, acceptedIn, barsAfter, type RaisedBar } from "./feedback.ts";
export type { RepositoryActivity } from "./fleet.ts";
export * from "./incident.ts";
export { familyOfChange, type IncidentKind, isImprovement, kindOfChange } from "./kind.ts";
export { incidentAt, inHistoryOrder, leadingChanges, standingEvents } from "./life-cycle.ts";
export { byWeight, changeId as changeKeyId, scopeRank } from "./standing.ts";
