import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandSpec } from "../command.ts";
import { wholeNumber } from "../options.ts";
import { printedCommand } from "../printed-command.ts";
import { COLLECT_OPTIONS, collectSettings, SCOPE_OPTIONS } from "./collect-settings.ts";

const EXIT_INTERRUPTED = 130;
const EXIT_REMOTE = 4;

/** `oddrun collect`: runs from GitHub into the store. */
export const collectCommand: CommandSpec = {
  name: "collect",
  summary: "Collect runs, jobs and steps from GitHub into the store",
  args: [
    {
      name: "target",
      description: 'Repositories, "owner/name", or owners: all repositories of an organisation or a person',
      required: true,
      variadic: true,
    },
  ],
  options: [
    ...COLLECT_OPTIONS,
    ...SCOPE_OPTIONS,
    { name: "concurrency", value: "N", description: "Requests under way at once, 1 to 8", defaultText: "4" },
    { name: "json", description: "Print the summary as JSON" },
  ],
  async run(input, context) {
    if (input.args.length === 0) {
      throw problem("bad-usage", 'collect needs a repository, "owner/name", or an organisation, "owner".');
    }
    const concurrency = wholeNumber(input, "concurrency", { min: 1, max: 8, otherwise: 4 });
    const settings = collectSettings(input.args, input, context);
    const { collectFromGithub } = await import("./collect-github.ts");
    const { collectJson } = await import("./collect-json.ts");
    const { collectText } = await import("./collect-text.ts");
    const summary = await collectFromGithub(settings, concurrency, context);
    const { stopped, repositories } = summary;
    const { added, changed, unchanged } = summary.attempts;
    const isInVain =
      repositories.collected + added + changed + unchanged === 0 && (stopped === null || stopped.reason === "problem");
    if (input.isSet("json")) context.stdout.write(collectJson(summary));
    else if (!isInVain) context.stdout.write(collectText(summary, (name) => printedCommand(name, input, context)));
    else for (const { message } of repositories.failed) context.stderr.write(`oddrun: ${printable(message, 500)}\n`);
    if (stopped?.reason === "interrupted") return EXIT_INTERRUPTED;
    if (stopped?.reason === "problem") {
      context.stderr.write(`oddrun: ${printable(stopped.message, 500)}\n`);
      return stopped.exitCode;
    }
    return repositories.failed.length > 0 ? EXIT_REMOTE : 0;
  },
};
