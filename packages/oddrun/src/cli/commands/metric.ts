import { join } from "node:path";
import { decimalOf } from "../../adapters/files/metric-cells.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { isMetricName, METRIC_NAME_RULE } from "../../operations/history/join-metric.ts";
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
    const metrics = metricsOf(pairs);
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

function metricsOf(pairs: readonly string[]): ReadonlyMap<string, number> {
  if (pairs.length === 0) throw problem("bad-usage", "metric needs at least one name=value, such as coverage=81.4.");
  const metrics = new Map<string, number>();
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (!isMetricName(name)) throw problem("bad-usage", `"${printable(pair)}": ${METRIC_NAME_RULE}`);
    const value = equals < 0 ? Number.NaN : decimalOf(pair.slice(equals + 1));
    if (!Number.isFinite(value)) {
      throw problem(
        "bad-usage",
        `"${printable(pair)}": write name=value with a plain decimal number, such as ${name}=81.4.`,
      );
    }
    if (metrics.has(name) && metrics.get(name) !== value) {
      throw problem("bad-usage", `${name} is given twice with different values. Give it once.`);
    }
    metrics.set(name, value);
  }
  return metrics;
}
