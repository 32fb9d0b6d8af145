import { join } from "node:path";
import type { CommandSpec } from "../command.ts";
import { alertsUnderBudget, BUDGET_OPTIONS, namedBudget } from "./alert-budget.ts";
import { wholeNumber } from "../options.ts";

const HOUR_MS = 3_600_000;
const STOPPED = 130;

export const detectCommand: CommandSpec = {
  name: "detect",
  summary: "Judge stored runs that have no verdict yet, and look for what has changed",
  args: [],
  options: [
    {
      name: "window",
      value: "HOURS",
      description: "How long after its end a run may come and still count for changes",
      defaultText: "26",
    },
    { name: "anew", description: "Look for changes from the first run on; what was said before is amended" },
    ...BUDGET_OPTIONS,
    { name: "json", description: "Print the counts as JSON" },
  ],
  async run(input, context) {
    const { openStore } = await import("../../adapters/store/index.ts");
    const { localRegistry } = await import("../../adapters/model-registry/index.ts");
    const { detectOddRuns } = await import("../../operations/odd-runs/detect-odd-runs.ts");
    const { lookForChanges } = await import("../../operations/changes/look-for-changes.ts");
    const { changesText, oddRunsText } = await import("./detect-text.ts");
    const { log, now, signal, dataDir } = context;
    const windowHours = wholeNumber(input, "window", { min: 1, max: 24 * 365, otherwise: 26 });
    const budget = await namedBudget(input);
    const store = await openStore(join(dataDir, "oddrun.db"), { create: false });
    try {
      const registry = localRegistry(join(dataDir, "models"), now, log);
      const progress = (line: string) => context.progress(line);
      const summary = await detectOddRuns({ store, registry, log, now, signal, progress }, { place: dataDir });
      const isJson = input.isSet("json");
      if (!isJson) context.stdout.write(oddRunsText(summary));
      const options = { place: dataDir, windowMs: windowHours * HOUR_MS, isAnew: input.isSet("anew") };
      const found = summary.isComplete ? await lookForChanges({ store, log, now, signal, progress }, options) : null;
      const isDue = budget !== null && found?.summary.isComplete === true;
      const alerts = isDue ? await alertsUnderBudget(store, budget, context) : null;
      if (isJson) {
        const changes = found === null ? null : { ...found.summary, incidents: found.incidents };
        const told = alerts === null ? {} : { alerts: alerts.ledger };
        context.stdout.write(`${JSON.stringify({ ...summary, changes, ...told }, null, 2)}\n`);
      } else if (found !== null) context.stdout.write(`\n${changesText(found)}`);
      if (!isJson && alerts !== null) context.stdout.write(`\n${alerts.text}`);
      return found?.summary.isComplete === true ? 0 : STOPPED;
    } finally {
      await store.close();
    }
  },
};
