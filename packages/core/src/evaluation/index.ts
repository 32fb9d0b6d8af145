export * from "./ranking.ts";
