export * from "./actions-in-log.ts";
export * from "./caches-in-log.ts";
export * from "./evidence.ts";
export * from "./runner-in-log.ts";
export * from "./workflow-path.ts";
export * from "./workflow-uses.ts";
