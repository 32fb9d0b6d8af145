export * from "./baselines/index.ts";
export * from "./detection/index.ts";
export * from "./evaluation/index.ts";
export * from "./explanation/index.ts";
export * from "./features/index.ts";
export * from "./isolation-forest/index.ts";
export * from "./pipeline/index.ts";
export * from "./random/index.ts";
