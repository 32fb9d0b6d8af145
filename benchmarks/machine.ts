import { arch, cpus, platform, totalmem } from "node:os";

/** What a figure was measured on, in one line. */
export function machine(): string {
  const processors = cpus();
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} x ${processors[0]?.model.trim() ?? "unknown CPU"}, ${memoryGiB} GiB, ${platform()} ${arch()}, Node ${process.version}`;
}
