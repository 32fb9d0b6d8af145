export * from "./job-cost.ts";
export * from "./prices.ts";
export * from "./usage.ts";
