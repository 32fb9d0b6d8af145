export * from "./digest.ts";
export * from "./hindsight.ts";
export * from "./injected-delay.ts";
export * from "./push-budget.ts";
export * from "./push-forecast.ts";
export * from "./push-gate.ts";
export * from "./push-plan.ts";
export * from "./series-bars.ts";
