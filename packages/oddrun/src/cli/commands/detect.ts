import { join } from "node:path";
import type { CommandSpec } from "../command.ts";

export const detectCommand: CommandSpec = {
  name: "detect",
  summary: "Judge the stored runs that have no verdict yet",
  args: [],
  options: [{ name: "json", description: "Print the counts as JSON" }],
  async run(input, context) {
    const { openStore } = await import("../../adapters/store/index.ts");
    const { localRegistry } = await import("../../adapters/model-registry/index.ts");
    const { detectOddRuns } = await import("../../operations/detect-odd-runs.ts");
    const { log, now, signal, dataDir } = context;
    const store = await openStore(join(dataDir, "oddrun.db"), { create: false });
    try {
      const registry = localRegistry(join(dataDir, "models"), now, log);
      const progress = (line: string) => context.progress(line);
      const summary = await detectOddRuns({ store, registry, log, now, signal, progress }, { place: dataDir });
      context.stdout.write(input.isSet("json") ? `${JSON.stringify(summary, null, 2)}\n` : detectText(summary));
      return summary.isComplete ? 0 : STOPPED;
    } finally {
      await store.close();
    }
  },
};

const STOPPED = 130;

type Summary = Awaited<ReturnType<typeof import("../../operations/detect-odd-runs.ts").detectOddRuns>>;

function detectText({
  runCount,
  judged,
  judgedCount,
  correctedCount,
  fittedCount,
  modelVersion,
  isComplete,
}: Summary): string {
  if (judgedCount === 0 && isComplete) return `All ${runCount} runs are judged; nothing is new.\n`;
  const lines = [
    `Judged ${judgedCount} of ${runCount} runs${isComplete ? "" : ", then stopped"}:`,
    `  ${judged.anomalous} odd`,
    `  ${judged.usual} as usual`,
    `  ${judged["too-little-history"]} with too little history`,
    `  ${judged["not-judged"]} not judged: cancelled, skipped, or without a verdict of their own`,
  ];
  if (correctedCount > 0) lines.push(`${correctedCount} of these are corrections of earlier verdicts.`);
  if (modelVersion !== null) {
    lines.push(
      `Model in use: ${modelVersion}${fittedCount > 0 ? ` (${fittedCount} fitted on the way, each on earlier runs only)` : ""}.`,
    );
  }
  lines.push(isComplete ? `"oddrun report" lists the odd ones.` : `"oddrun detect" goes on from here.`);
  return `${lines.join("\n")}\n`;
}
