export * from "./detection/index.ts";
export * from "./pipeline/index.ts";
