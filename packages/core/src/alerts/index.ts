export * from "./alert-thread.ts";
export * from "./alert-word.ts";
export { digestDueMs } from "./digest-time.ts";
export { openSinceMs } from "./incident-growth.ts";
export * from "./incident-identity.ts";
export * from "./plan-alerts.ts";
export { DIGEST_AGE_MS } from "./plan-digest.ts";
export * from "./plan-input.ts";
