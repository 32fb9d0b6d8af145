export * from "./account/index.ts";
export * from "./feature-unit.ts";
export * from "./format-value.ts";
export * from "./reason.ts";
export * from "./suspects/index.ts";
