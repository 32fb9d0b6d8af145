export * from "./atomic-file.ts";
export * from "./csv-cell.ts";
export * from "./metrics-table.ts";
export * from "./open-source.ts";
export * from "./output.ts";
export * from "../../operations/visible-text.ts";
export * from "./read-metrics.ts";
export * from "./write-scores.ts";
