import { problem } from "../../operations/problems.ts";
import type { ReplaySummary } from "../../operations/budget/replay-runs.ts";
import type { CommandSpec } from "../command.ts";
import { OWN_STORE_OPTIONS, replayOwnStore } from "./replay-own-store.ts";

/** `oddrun replay`: what would have been said, with only the past visible. */
export const replayCommand: CommandSpec = {
  name: "replay",
  summary: "Go through a history run by run: what would be said, and how many alerts",
  args: [],
  options: [
    { name: "input", value: "FILE", description: 'Runs to replay, CSV, gzip or not; "-" is standard input' },
    { name: "observed", value: "FILE", description: "Until when each series was watched, CSV: needed for silence" },
    {
      name: "findings",
      value: "FILE",
      description: 'Where the findings go, one JSON object a line; "-" is standard output',
      defaultText: "-",
    },
    { name: "force", description: "Write over an existing file" },
    ...OWN_STORE_OPTIONS,
  ],
  run: async (input, context) => {
    const runs = input.text("input");
    if (runs === undefined) {
      const stray = ["findings", "observed", "force"].find((option) => input.isSet(option));
      if (stray !== undefined)
        throw problem("bad-usage", `--${stray} goes with --input FILE; without it the stored runs are replayed.`);
      return replayOwnStore(input, context);
    }
    const stray = OWN_STORE_OPTIONS.find(({ name }) => input.isSet(name));
    if (stray !== undefined) throw problem("bad-usage", `--${stray.name} is for the stored runs, without --input.`);
    const target = input.text("findings") ?? "-";
    const { replayRows, observedUntil } = await import("../../adapters/files/replay-rows.ts");
    const { openOutput } = await import("../../adapters/files/output.ts");
    const { replayRuns } = await import("../../operations/budget/replay-runs.ts");
    const observed = input.text("observed");
    const until = observed === undefined ? new Map<string, number>() : await observedUntil(observed);
    const output = await openOutput(target, context.stdout, { force: input.isSet("force") });
    try {
      const summary = await replayRuns(replayRows(runs, { stdin: context.stdin }), until, {
        write: (findings) => output.write(findings.map((finding) => `${JSON.stringify(finding)}\n`).join("")),
        progress: (line) => context.progress(line),
        signal: context.signal,
      });
      if (!summary.isComplete) return STOPPED;
      await output.commit();
      if (target !== "-") context.stdout.write(replayText(summary, target));
      return 0;
    } finally {
      await output.abort();
    }
  },
};

const STOPPED = 130;

function replayText({ runCount, seriesCount, findings }: ReplaySummary, target: string): string {
  const lines = Object.entries(findings)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, count]) => `  ${count} ${name}`);
  return `Replayed ${runCount} runs of ${seriesCount} series into ${target}:\n${lines.join("\n") || "  nothing to say"}\n`;
}
