export { createLogger, LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from "./logger.ts";
export { looksLikeSecret, redactor, secretsIn } from "./redact.ts";
