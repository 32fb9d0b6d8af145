export * from "./own-history.ts";
export * from "./rolling-window.ts";
export * from "./usual-level.ts";
