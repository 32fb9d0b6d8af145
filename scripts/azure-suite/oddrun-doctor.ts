import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const ODDRUN = fileURLToPath(new URL("../../packages/oddrun/bin/oddrun.js", import.meta.url));

export interface Line {
  readonly name: string;
  readonly area: string;
  readonly status: "ok" | "warning" | "failed" | "skipped";
  readonly found: string;
  readonly mend?: string;
  readonly details?: readonly string[];
}

export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as its users do, with these settings and no others. */
export async function oddrun(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  const child = spawn(process.execPath, [ODDRUN, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const exitCode = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { exitCode, stdout, stderr };
}

/** The lines of "oddrun doctor", and its exit code. */
export async function doctor(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number | null; readonly lines: readonly Line[]; readonly text: string }> {
  const ran = await oddrun(["doctor", "--json", ...args], cwd, env);
  const text = ran.stdout + ran.stderr;
  if (!ran.stdout.startsWith("{")) throw new Error(text);
  return { exitCode: ran.exitCode, lines: (JSON.parse(ran.stdout) as { checks: readonly Line[] }).checks, text };
}

/** "name: status" of the lines that are not ok. */
export function notOk(lines: readonly Line[]): string[] {
  return lines.filter(({ status }) => status !== "ok").map(({ name, status }) => `${name}: ${status}`);
}
