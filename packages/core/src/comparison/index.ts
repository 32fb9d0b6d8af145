export * from "./compare-runs.ts";
export { DEFAULT_TAIL_LAW_OPTIONS, studentBelow, type TailLaw, tailLaw, type TailLawOptions } from "./tail-law.ts";
