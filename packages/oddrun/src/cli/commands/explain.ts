import { join } from "node:path";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/visible-text.ts";
import type { CommandInput, CommandSpec } from "../command.ts";
import { repositoryOption } from "../options.ts";

/** `oddrun explain`: where the minutes of a run went. */
export const explainCommand: CommandSpec = {
  name: "explain",
  summary: "Say where the extra minutes went, and what else changed",
  args: [
    {
      name: "run",
      description: "The id of a run, the latest attempt of it, or RUN/ATTEMPT",
      required: true,
    },
  ],
  options: [
    { name: "repo", value: "OWNER/NAME", description: "The run's repository, where several have a run of that id" },
    { name: "json", description: "Print the explanation as JSON" },
    { name: "markdown", description: "Print the explanation as Markdown" },
  ],
  async run(input, context) {
    const form = formOf(input);
    const target = { ...runOf(input.args[0] ?? ""), repository: repositoryOption(input) ?? null };
    const { openStore } = await import("../../adapters/store/index.ts");
    const { explainRun } = await import("../../operations/explain-run.ts");
    const store = await openStore(join(context.dataDir, "oddrun.db"), { readOnly: true });
    try {
      const explanation = await explainRun(target, store);
      if (form === "json") {
        const { runExplanationJson } = await import("../../operations/explain-json.ts");
        const { jsonText } = await import("../json-text.ts");
        context.stdout.write(jsonText(runExplanationJson(explanation)));
      } else {
        const text = await import("../../operations/explain-run-text.ts");
        const render = form === "markdown" ? text.runExplanationMarkdown : text.runExplanationText;
        context.stdout.write(render(explanation));
      }
      return 0;
    } finally {
      await store.close();
    }
  },
};

function formOf(input: CommandInput): "text" | "json" | "markdown" {
  if (input.isSet("json") && input.isSet("markdown")) {
    throw problem("bad-usage", "--json and --markdown exclude each other.");
  }
  if (input.isSet("json")) return "json";
  return input.isSet("markdown") ? "markdown" : "text";
}

function runOf(text: string): { readonly runId: number; readonly attempt: number | null } {
  const [, id, attempt] = /^(\d{1,16})(?:\/(\d{1,6}))?$/.exec(text.trim()) ?? [];
  const runId = Number(id ?? Number.NaN);
  if (runId > 0 && Number.isSafeInteger(runId))
    return { runId, attempt: attempt === undefined ? null : Number(attempt) };
  throw problem(
    "bad-usage",
    `"${printable(text)}" is no run. A run is the number in the address of its page, such as 17204118006, or 17204118006/2 for its second attempt.`,
  );
}
