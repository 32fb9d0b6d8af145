import { join } from "node:path";
import type { CommandContext, CommandInput, OptionSpec } from "../command.ts";
import { repositoryOption, wholeNumber } from "../options.ts";
import { BUDGET_OPTIONS, budgetOf } from "./alert-budget.ts";

/** What `replay` takes when it goes through the stored runs. */
export const OWN_STORE_OPTIONS: readonly OptionSpec[] = [
  ...BUDGET_OPTIONS,
  { name: "repo", value: "OWNER/NAME", description: "Only this repository" },
  { name: "seed", value: "NUMBER", description: "Where slowdowns are injected", defaultText: "1" },
  { name: "json", description: "Print everything as JSON" },
];

const STOPPED = 130;

/** `oddrun replay` without a file: what alerts would have done on the stored runs. */
export async function replayOwnStore(input: CommandInput, context: CommandContext): Promise<number> {
  const { openStore } = await import("../../adapters/store/index.ts");
  const { replayStore } = await import("../../operations/budget/replay-store.ts");
  const budget = await budgetOf(input);
  const seed = wholeNumber(input, "seed", { min: 0, max: 2 ** 31, otherwise: 1 });
  const repository = repositoryOption(input);
  const { signal, dataDir } = context;
  const store = await openStore(join(dataDir, "oddrun.db"), { readOnly: true });
  try {
    const progress = (line: string): void => context.progress(line);
    const filter = repository === undefined ? {} : { repository };
    const report = await replayStore({ store, signal, progress }, { place: dataDir, budget, filter, seed });
    if (report === null) return STOPPED;
    if (input.isSet("json")) {
      const { jsonText } = await import("../json-text.ts");
      context.stdout.write(jsonText(report));
      return 0;
    }
    const { columns } = await import("../text-table.ts");
    const { replayStoreText } = await import("../../operations/budget/replay-store-text.ts");
    context.stdout.write(replayStoreText(report, columns));
    return 0;
  } finally {
    await store.close();
  }
}
