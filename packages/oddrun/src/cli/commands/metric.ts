import { join } from "node:path";
import { readMetricPairs } from "../../adapters/files/metric-pairs.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { problem } from "../../operations/problems.ts";
import type { CommandSpec } from "../command.ts";
import { repositoryOption } from "../options.ts";

/** `oddrun metric`: joins numbers to a stored run. */
export const metricCommand: CommandSpec = {
  name: "metric",
  summary: "Join numbers to a stored run: coverage, peak memory, bundle size",
  args: [
    { name: "run-id", description: "GitHub's id of the run", required: true },
    { name: "name=value", description: "Numbers to join, such as coverage=81.4", required: true, variadic: true },
  ],
  options: [
    { name: "repo", value: "OWNER/NAME", description: "The run's repository, where several have a run of this id" },
    { name: "attempt", value: "N", description: "The attempt to join to", defaultText: "the latest" },
    { name: "json", description: "Print what was joined as JSON" },
  ],
  run: async (input, context) => {
    const [runIdText = "", ...pairs] = input.args;
    const runId = idOf(runIdText);
    const attempt = attemptOf(input.text("attempt"));
    const repository = repositoryOption(input) ?? null;
    if (pairs.length === 0) throw problem("bad-usage", "metric needs at least one name=value, such as coverage=81.4.");
    const metrics = readMetricPairs(pairs);
    const { openStore } = await import("../../adapters/store/index.ts");
    const { joinMetrics } = await import("../../operations/history/join-metric.ts");
    const store = await openStore(join(context.dataDir, "oddrun.db"), { create: false });
    try {
      const { run, counts } = await joinMetrics({ runId, repository, attempt }, metrics, store);
      const { repositoryName, runAttempt } = run;
      if (input.isSet("json")) {
        const shown = {
          repository: repositoryName,
          runId,
          runAttempt,
          metrics: Object.fromEntries(metrics),
          ...counts,
        };
        context.stdout.write(`${JSON.stringify(shown)}\n`);
      } else {
        const shown = [...metrics].map(([name, value]) => `${name} = ${value}`).join(", ");
        context.stdout.write(`${printable(repositoryName, 200)} run ${runId}, attempt ${runAttempt}: ${shown}\n`);
      }
    } finally {
      await store.close();
    }
    return 0;
  },
};

function idOf(text: string): number {
  const id = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (id > 0 && Number.isSafeInteger(id)) return id;
  throw problem("bad-usage", `"${printable(text)}" is no run id. It is the number in the address of the run's page.`);
}

function attemptOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw problem("bad-usage", `--attempt is "${printable(text)}"; a whole number from 1 is needed.`);
}
