export { createLogger, LOG_FORMATS, LOG_LEVELS } from "./logger.ts";
export { looksLikeSecret, secretPlace, secretsIn } from "./redact.ts";
