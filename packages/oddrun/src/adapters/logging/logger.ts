import { type Level, pino } from "pino";
import type { Logger } from "../../operations/ports.ts";
import { printableJson, visible } from "../../operations/text/visible-text.ts";
import { redactor } from "./redact.ts";

export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ["text", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Values that must never be shown. */
  readonly secrets: Iterable<string>;
  /** Takes one finished line, with its newline. */
  readonly write: (line: string) => void;
  /** Goes with every line, such as the id of this invocation. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A logger over pino. Every line passes the redaction point on its way out, so nothing can be logged around it. */
export function createLogger(options: LoggerOptions): Logger {
  const redact = redactor(options.secrets);
  const shape = options.format === "json" ? jsonLine : textLine;
  const destination = { write: (line: string) => options.write(redact(shape(line))) };
  const log = pino(
    {
      level: options.level,
      base: options.fields ?? {},
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: "message",
      errorKey: "error",
    },
    destination,
  );
  const at = (level: Level) => (message: string, fields?: Readonly<Record<string, unknown>>) =>
    fields === undefined ? log[level](message) : log[level](fields, message);
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function textLine(json: string): string {
  const { level, time, message, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `${visible(`${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${String(message)}${rest.join("")}`)}\n`;
}

function jsonLine(json: string): string {
  return `${printableJson(json.trimEnd())}\n`;
}
