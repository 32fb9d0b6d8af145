import { redactor } from "oddrun/internal/adapters/logging/redact";
import { printable, visible } from "oddrun/internal/operations/text/visible-text";

/** What the runner reads from a step's output: one command a line (actions/toolkit, packages/core/src/command.ts). */
export interface WorkflowCommands {
  debug(message: string): void;
  /** A plain line of the log, that no text from outside can turn into a command. */
  line(text: string): void;
  group(title: string): void;
  endGroup(): void;
  /** The runner shows *** in place of the value, in this step and all that follow. */
  mask(value: string): void;
  annotate(level: AnnotationLevel, message: string, at?: AnnotationPlace): void;
}

export type AnnotationLevel = "error" | "warning" | "notice";

export interface AnnotationPlace {
  readonly title?: string;
  /** A path in the repository. */
  readonly file?: string;
}

/** GitHub shows ten of each kind a step and drops the rest without a word. */
const ANNOTATIONS_MAX = 10;
const MESSAGE_CHARS_MAX = 4000;

/** `write` takes one finished line with its newline. */
export function workflowCommands(write: (line: string) => void, isDebug: boolean): WorkflowCommands {
  const secrets = new Set<string>();
  let redact = redactor([]);
  const counts = { error: 0, warning: 0, notice: 0 };
  const issue = (command: string, properties: string, message: string): void =>
    write(`::${command}${properties === "" ? "" : ` ${properties}`}::${escapeData(redact(message))}\n`);
  return {
    debug(message) {
      if (isDebug) issue("debug", "", printable(message, MESSAGE_CHARS_MAX));
    },
    line: (text) => write(`${plainLine(redact(text))}\n`),
    group: (title) => issue("group", "", printable(title, 200)),
    endGroup: () => issue("endgroup", "", ""),
    mask(value) {
      // the runner masks line by line, and would take an empty one for everything
      for (const line of value.split(/\r?\n/)) if (line.trim() !== "") write(`::add-mask::${escapeData(line)}\n`);
      secrets.add(value);
      redact = redactor(secrets);
    },
    annotate(level, message, { title, file } = {}) {
      if (counts[level]++ >= ANNOTATIONS_MAX) return;
      const properties = [
        ...(title === undefined ? [] : [`title=${escapeProperty(redact(printable(title, 200)))}`]),
        ...(file === undefined ? [] : [`file=${escapeProperty(redact(printable(file, 400)))}`]),
      ];
      issue(level, properties.join(","), message.slice(0, MESSAGE_CHARS_MAX));
    },
  };
}

/** A line of the log is read by the runner too: none of ours begins as a command does, new ("::name::") or old ("##[name]"). */
function plainLine(text: string): string {
  return visible(text).replaceAll("::", ":\u200b:").replaceAll("##[", "#\u200b#[");
}

export const escapeData = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

export const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
