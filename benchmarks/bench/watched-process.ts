import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { peer } from "./run-process.ts";

export interface MemorySample {
  readonly atMs: number;
  /** What of the process is in memory, as the system counts it. */
  readonly rssMiB: number;
}

export interface WatchedProcess {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly wallMs: number;
  /** User and system time of the whole process. */
  readonly cpuMs: number;
  readonly peakMiB: number;
  /** One each second; none where there is no /proc. */
  readonly memory: readonly MemorySample[];
  /** The heap in use after each full collection of garbage. */
  readonly live: readonly { readonly atMs: number; readonly heapMiB: number }[];
}

interface Options {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Called with each sample. */
  readonly onSample?: (sample: MemorySample) => void;
}

/** Runs `node` with these arguments to its end, without stopping this process meanwhile, and looks at its memory each second. */
export async function watchNode(args: readonly string[], options: Options): Promise<WatchedProcess> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ["--import", peer("tell-cost.mjs"), ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out: string[] = [];
  const said: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => out.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => said.push(text));
  const memory: MemorySample[] = [];
  const look = setInterval(() => {
    const rssMiB = rssOf(child.pid ?? 0);
    if (rssMiB === null) return;
    const sample = { atMs: Math.round(performance.now() - startedMs), rssMiB };
    memory.push(sample);
    options.onSample?.(sample);
  }, 1000);
  const [code] = (await once(child, "close")) as [number | null];
  clearInterval(look);
  const wallMs = performance.now() - startedMs;
  const stderr = said.join("");
  const told = /^cost (\{.*\})$/m.exec(stderr)?.[1];
  if (told === undefined) throw new Error(`node ${args.join(" ")} ended with ${code}: ${stderr.slice(-2000)}`);
  const cost = JSON.parse(told) as {
    readonly cpuMs: number;
    readonly peakKiB: number;
    readonly live: WatchedProcess["live"];
  };
  return {
    code,
    stdout: out.join(""),
    stderr,
    wallMs,
    cpuMs: cost.cpuMs,
    peakMiB: cost.peakKiB / 1024,
    memory,
    live: cost.live,
  };
}

function rssOf(pid: number): number | null {
  try {
    const kib = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kib === undefined ? null : Number(kib) / 1024;
  } catch {
    return null;
  }
}
