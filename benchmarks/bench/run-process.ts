import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const ODDRUN = fileURLToPath(new URL("../../packages/oddrun/bin/oddrun.js", import.meta.url));
export const peer = (file: string): string => fileURLToPath(new URL(`../peers/${file}`, import.meta.url));

export interface ProcessCost {
  readonly wallMs: number;
  /** User and system time of the whole process. */
  readonly cpuMs: number;
  /** Null unless the process was started with `PEAK`. */
  readonly peakMiB: number | null;
  readonly stdout: string;
}

/** Node arguments that make a process tell its peak memory at its end. */
export const PEAK = ["--import", peer("tell-peak.mjs")];

/** Runs `node` with these arguments to its end; bash's `time` tells what it cost. */
export function runNode(args: readonly string[], cwd: string): ProcessCost {
  const script = 'TIMEFORMAT="cost %3R %3U %3S"; time "$@"';
  const result = spawnSync("bash", ["-c", script, "bash", process.execPath, ...args], {
    cwd,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const [, real, user, system] = /^cost ([\d.]+) ([\d.]+) ([\d.]+)$/m.exec(result.stderr ?? "") ?? [];
  if (result.status !== 0 || real === undefined) throw new Error(`node ${args.join(" ")}: ${result.stderr}`);
  const peak = /^peak (\d+)$/m.exec(result.stderr)?.[1];
  return {
    wallMs: Number(real) * 1000,
    cpuMs: (Number(user) + Number(system)) * 1000,
    peakMiB: peak === undefined ? null : Number(peak) / 1024,
    stdout: result.stdout,
  };
}
