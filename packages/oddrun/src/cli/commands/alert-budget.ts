import type { PushBudget } from "@oddrun/core";
import type { Store } from "../../adapters/store/index.ts";
import { problem } from "../../operations/problems.ts";
import type { PushLedger } from "../../operations/budget/push-ledger.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandContext, CommandInput, OptionSpec } from "../command.ts";

/** How many pushes an inbox may get. */
export const BUDGET_OPTIONS: readonly OptionSpec[] = [
  {
    name: "budget",
    value: "RATE",
    description: "Pushes to the inbox of each repository, such as 1/week, 2/month or 1/day",
    defaultText: "1/week",
  },
  {
    name: "budget-organisation",
    value: "RATE",
    description: "Pushes to the inbox of an organisation with several repositories",
    defaultText: "5/week",
  },
];

/** The budget that the options give. Problem: bad-usage. */
export async function budgetOf(input: CommandInput): Promise<PushBudget> {
  const { DEFAULT_PUSH_BUDGET } = await import("@oddrun/core");
  return {
    repositoryAWeek: await rateOption(input, "budget", DEFAULT_PUSH_BUDGET.repositoryAWeek),
    organisationAWeek: await rateOption(input, "budget-organisation", DEFAULT_PUSH_BUDGET.organisationAWeek),
  };
}

async function rateOption(input: CommandInput, option: string, otherwise: number): Promise<number> {
  const text = input.text(option);
  if (text === undefined) return otherwise;
  const { parsePushRate } = await import("@oddrun/core");
  const rate = parsePushRate(text);
  if (rate !== null) return rate;
  throw problem(
    "bad-usage",
    `--${option} takes pushes in a time, such as 1/week, 0.5/week, 2/month or 1/day, up to 1000 a week, not "${printable(text)}".`,
  );
}

/** The same; null where no budget is named. */
export async function namedBudget(input: CommandInput): Promise<PushBudget | null> {
  return BUDGET_OPTIONS.some(({ name }) => input.isSet(name)) ? await budgetOf(input) : null;
}

/** What is pushed and what the digest holds; null when it was stopped. */
export async function alertsUnderBudget(
  store: Store,
  budget: PushBudget,
  context: Pick<CommandContext, "now" | "signal" | "progress">,
): Promise<{ readonly ledger: PushLedger; readonly text: string } | null> {
  const { pushLedger } = await import("../../operations/budget/push-ledger.ts");
  const { pushLedgerText } = await import("../../operations/budget/push-ledger-text.ts");
  const { signal } = context;
  const progress = (line: string): void => context.progress(line);
  const ledger = await pushLedger({ store, signal, progress }, { budget, nowMs: context.now() });
  return ledger === null ? null : { ledger, text: pushLedgerText(ledger) };
}
