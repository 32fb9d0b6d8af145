export * from "./branch-class.ts";
export * from "./clean-times.ts";
export * from "./conclusion.ts";
export * from "./job-name.ts";
export * from "./reported.ts";
export * from "./run.ts";
export * from "./run-times.ts";
export * from "./span.ts";
