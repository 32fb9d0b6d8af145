export * from "./branch-class.ts";
export * from "./clean-times.ts";
export * from "./conclusion.ts";
export * from "./run.ts";
export * from "./span.ts";
