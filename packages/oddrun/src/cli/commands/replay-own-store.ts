import { join } from "node:path";
import type { CommandContext, CommandInput, OptionSpec } from "../command.ts";
import { repositoryOption, wholeNumber } from "../options.ts";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/visible-text.ts";

/** What `replay` takes when it goes through the stored runs. */
export const OWN_STORE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "budget",
    value: "RATE",
    description: "Without --input: pushes to the inbox of each repository, such as 1/week, 2/month or 1/day",
    defaultText: "1/week",
  },
  {
    name: "budget-organisation",
    value: "RATE",
    description: "Pushes to the inbox of an organisation with several repositories",
    defaultText: "5/week",
  },
  { name: "repo", value: "OWNER/NAME", description: "Only this repository" },
  { name: "seed", value: "NUMBER", description: "Where slowdowns are injected", defaultText: "1" },
  { name: "json", description: "Print everything as JSON" },
];

const STOPPED = 130;

/** `oddrun replay` without a file: what alerts would have done on the stored runs. */
export async function replayOwnStore(input: CommandInput, context: CommandContext): Promise<number> {
  const { DEFAULT_PUSH_BUDGET } = await import("@oddrun/core");
  const { openStore } = await import("../../adapters/store/index.ts");
  const { replayStore } = await import("../../operations/replay-store.ts");
  const budget = {
    repositoryAWeek: await rateOption(input, "budget", DEFAULT_PUSH_BUDGET.repositoryAWeek),
    organisationAWeek: await rateOption(input, "budget-organisation", DEFAULT_PUSH_BUDGET.organisationAWeek),
  };
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
    const { replayStoreText } = await import("../../operations/replay-store-text.ts");
    context.stdout.write(replayStoreText(report, columns));
    return 0;
  } finally {
    await store.close();
  }
}

/** Pushes a week that an option gives. Problem: bad-usage. */
export async function rateOption(input: CommandInput, option: string, otherwise: number): Promise<number> {
  const text = input.text(option);
  if (text === undefined) return otherwise;
  const { parsePushRate } = await import("@oddrun/core");
  const rate = parsePushRate(text);
  if (rate === null) {
    throw problem(
      "bad-usage",
      `--${option} takes pushes in a time, such as 1/week, 0.5/week, 2/month or 1/day, up to 1000 a week, not "${printable(text)}".`,
    );
  }
  return rate;
}
