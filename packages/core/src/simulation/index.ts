export * from "./sample-metrics.ts";
