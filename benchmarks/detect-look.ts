import { join } from "node:path";
import { openStore } from "../packages/oddrun/src/adapters/store/index.ts";
import { detectChanges } from "../packages/oddrun/src/operations/changes/detect-changes.ts";

/** One look for changes at the store in FOLDER, in a process of its own, so that its memory is its own: node detect-look.ts FOLDER NOW_MS. */
const [folder = "", nowText = ""] = process.argv.slice(2);
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const openedMs = performance.now();
const store = await openStore(join(folder, "oddrun.db"), { create: false });
const baseMb = process.memoryUsage().rss / 2 ** 20;
const startedMs = performance.now();
const cpuBefore = process.cpuUsage();
const deps = { store, log: quiet, now: () => Number(nowText), signal: { aborted: false }, progress: () => {} };
const summary = await detectChanges(deps, { place: folder });
const { user, system } = process.cpuUsage(cpuBefore);
const seconds = (performance.now() - startedMs) / 1000;
await store.close();
const { runCount, seriesCount, said } = summary;
process.stdout.write(
  JSON.stringify({
    runCount,
    seriesCount,
    told: said.told,
    seconds: Number(seconds.toFixed(2)),
    cpuSeconds: Number(((user + system) / 1e6).toFixed(2)),
    openSeconds: Number(((startedMs - openedMs) / 1000).toFixed(2)),
    peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
    baseMb: Math.round(baseMb),
  }),
);
