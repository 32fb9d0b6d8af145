export * from "./branch-class.ts";
export * from "./conclusion.ts";
export * from "./run.ts";
