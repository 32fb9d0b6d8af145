import type { Ended } from "./stage.ts";

export interface Line {
  readonly name: string;
  readonly area: string;
  readonly status: "ok" | "warning" | "failed" | "skipped";
  readonly found: string;
  readonly mend?: string;
  readonly details?: readonly string[];
}

export interface Looked {
  readonly exitCode: number;
  readonly lines: readonly Line[];
  /** Everything that was printed. */
  readonly text: string;
}

/** The lines that "oddrun doctor --json" printed, and its exit code. */
export function readLines({ code, out, err }: Ended): Looked {
  const text = out + err;
  if (!out.startsWith("{")) throw new Error(text);
  return { exitCode: code, lines: (JSON.parse(out) as { checks: readonly Line[] }).checks, text };
}

export function lineOf(lines: readonly Line[], name: string): Line {
  const found = lines.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no line "${name}"`);
  return found;
}

/** "name: status" of the lines that are not ok. */
export function notOk(lines: readonly Line[]): string[] {
  return lines.filter(({ status }) => status !== "ok").map(({ name, status }) => `${name}: ${status}`);
}
