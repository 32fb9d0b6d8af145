import { writeSync } from "node:fs";

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(2, `\ncost ${JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakKiB: maxRSS })}\n`);
});
