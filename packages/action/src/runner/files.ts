import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import type { OutputName } from "../outputs.ts";

/** The files through which a step tells the runner something; where one is not named, as outside of a runner, nothing is written. */
export interface RunnerFiles {
  readonly setOutput: (name: OutputName, value: string) => void;
  /** Adds to the job's summary. False where it would be above the limit, and was left out. */
  readonly addSummary: (markdown: string) => boolean;
}

/** The runner drops the whole summary of a step above 1,024 KiB (docs.github.com, "Adding a job summary"). */
export const SUMMARY_BYTES_MAX = 900 * 1024;

export function runnerFiles(env: Readonly<Record<string, string | undefined>>): RunnerFiles {
  const append = (variable: string, text: string): void => {
    const path = env[variable];
    if (path !== undefined && path !== "") appendFileSync(path, text, "utf8");
  };
  let summaryBytes = 0;
  return {
    setOutput: (name, value) => append("GITHUB_OUTPUT", keyAndValue(name, value)),
    addSummary(markdown) {
      const text = `${markdown.trimEnd()}\n`;
      const bytes = Buffer.byteLength(text);
      if (summaryBytes + bytes > SUMMARY_BYTES_MAX) return false;
      summaryBytes += bytes;
      append("GITHUB_STEP_SUMMARY", text);
      return true;
    },
  };
}

/** A value of several lines between two delimiters that nobody can guess (actions/toolkit, packages/core/src/file-command.ts). */
export function keyAndValue(name: string, value: string, delimiter = `oddrun_${randomUUID()}`): string {
  if (value.includes(delimiter)) throw new Error("a value holds its own delimiter");
  return `${name}<<${delimiter}\n${value.replaceAll("\0", "")}\n${delimiter}\n`;
}
