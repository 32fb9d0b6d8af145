import { writeSync } from "node:fs";
import { constants, PerformanceObserver } from "node:perf_hooks";

// What was in use right after each full collection of garbage: what the program really holds.
const live = [];
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) {
    if (detail.kind !== constants.NODE_PERFORMANCE_GC_MAJOR) continue;
    live.push({ atMs: Math.round(performance.now()), heapMiB: process.memoryUsage().heapUsed / 2 ** 20 });
  }
}).observe({ entryTypes: ["gc"] });

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(2, `\ncost ${JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakKiB: maxRSS, live })}\n`);
});
