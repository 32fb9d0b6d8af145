export { createLogger, LOG_FORMATS, LOG_LEVELS } from "./logger.ts";
export { looksLikeSecret, secretsIn } from "./redact.ts";
