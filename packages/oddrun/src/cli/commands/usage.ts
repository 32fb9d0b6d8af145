import { join } from "node:path";
import type { RunStore } from "../../operations/ports.ts";
import { USAGE_KEYS } from "../../operations/usage/sum-usage.ts";
import { problem } from "../../operations/problems.ts";
import type { CommandContext, CommandSpec } from "../command.ts";
import { oneOf, repositoryOption, wholeNumber } from "../options.ts";
import { PRICE_OPTIONS, priceTable } from "../price-table.ts";
import { TIME_WINDOW_OPTIONS, timeWindow } from "../time-option.ts";

const EXIT_INTERRUPTED = 130;

/** `oddrun usage`: what jobs took, waited and cost. */
export const usageCommand: CommandSpec = {
  name: "usage",
  summary: "Show what jobs took, waited and cost, by runner, workflow, job or repository",
  args: [],
  options: [
    { name: "by", value: "WHAT", description: `Add up by ${USAGE_KEYS.join(", ")}`, defaultText: "runner" },
    { name: "repo", value: "OWNER/NAME", description: "Only this repository" },
    { name: "workflow", value: "NAME", description: "Only this workflow, by name or file" },
    ...TIME_WINDOW_OPTIONS,
    ...PRICE_OPTIONS,
    { name: "limit", value: "COUNT", description: "Show at most this many rows", defaultText: "20" },
    { name: "json", description: "Print everything as JSON" },
  ],
  run: async (input, context) => {
    const by = oneOf(input, "by", USAGE_KEYS, "runner");
    const limit = wholeNumber(input, "limit", { min: 1, max: 1_000_000, otherwise: 20 });
    const visibility = oneOf(input, "visibility", ["public", "private", "unknown"], "unknown");
    const repository = repositoryOption(input);
    const workflow = input.text("workflow");
    const filter = {
      ...timeWindow(input, context.now()),
      ...(repository === undefined ? {} : { repository }),
      ...(workflow === undefined ? {} : { workflow }),
    };
    const prices = await priceTable(input, context);
    const place = join(context.dataDir, "oddrun.db");
    const { openStore } = await import("../../adapters/store/index.ts");
    const { sumUsage } = await import("../../operations/usage/sum-usage.ts");
    const { usageJson, usageText } = await import("../../operations/usage/usage-text.ts");
    const store = await openStore(place, { readOnly: true });
    try {
      const report = await sumUsage(store, {
        by,
        filter,
        prices,
        otherwiseVisibility: visibility === "unknown" ? null : visibility,
        isStopped: () => context.signal.aborted,
        onRead: (runCount) => breathe(runCount, context),
      });
      if (report.isStopped) return EXIT_INTERRUPTED;
      if (report.runCount === 0) await refuseUnknownNames(store, { repository, workflow }, context.dataDir);
      if (input.isSet("json")) {
        context.stdout.write(usageJson(report));
        return 0;
      }
      const { columns } = await import("../text-table.ts");
      const { rows, notes } = usageText(report, limit);
      const lines = [...(report.groups.length === 0 ? [] : [...columns(rows), ""]), ...notes];
      context.stdout.write(`${lines.join("\n")}\n`);
      return 0;
    } finally {
      await store.close();
    }
  },
};

/** A misspelt name must not look like a repository that costs nothing. */
async function refuseUnknownNames(
  store: RunStore,
  { repository, workflow }: { readonly repository: string | undefined; readonly workflow: string | undefined },
  place: string,
): Promise<void> {
  if ((await store.countRuns()) === 0) throw problem("no-runs", place);
  const named = {
    ...(repository === undefined ? {} : { repository }),
    ...(workflow === undefined ? {} : { workflow }),
  };
  if ((await store.countRuns(named)) === 0) throw problem("no-such-runs", Object.values(named).join(", "), place);
}

/** A store of thousands of runs is read page by page: a signal and the line of progress get their turn in between. */
async function breathe(runCount: number, { progress }: CommandContext): Promise<void> {
  progress(`${runCount} runs read`);
  await new Promise((done) => setImmediate(done));
}
