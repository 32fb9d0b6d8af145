import { createInterface } from "node:readline/promises";
import { problem } from "../../operations/problems.ts";
import type { CommandContext, CommandInput } from "../command.ts";

/** Asks on a terminal; elsewhere --yes is needed. False when the person says no. */
export async function hasConsent(
  input: CommandInput,
  { stdin, stderr, signal }: Pick<CommandContext, "stdin" | "stderr" | "signal">,
  what: string,
): Promise<boolean> {
  if (input.isSet("yes")) return true;
  const isTerminal = (stdin as { readonly isTTY?: boolean }).isTTY === true;
  if (!isTerminal) throw problem("deploy-needs-consent", what.trim());
  stderr.write(what);
  const reader = createInterface({ input: stdin, output: stderr });
  // the end of the input answers no question: it would be waited for without end
  const ended = new Promise<string>((resolve) => reader.once("close", () => resolve("")));
  try {
    const answer = await Promise.race([reader.question("Go on? [y/N] ", { signal }), ended]);
    return /^\s*y(es)?\s*$/i.test(answer);
  } finally {
    reader.close();
  }
}
