export * from "./history-model.ts";
export * from "./history-replay.ts";
export { type HistoryJudge, historyJudge } from "./judge-reading.ts";
export * from "./verdict.ts";
