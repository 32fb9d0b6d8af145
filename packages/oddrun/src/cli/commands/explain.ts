import { join } from "node:path";
import { incidentNumber } from "@oddrun/core";
import type { Store } from "../../adapters/store/index.ts";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandContext, CommandInput, CommandSpec } from "../command.ts";
import { repositoryOption } from "../options.ts";

/** `oddrun explain`: where the minutes of a run went, and what an incident comes down to. */
export const explainCommand: CommandSpec = {
  name: "explain",
  summary: "Say where the extra minutes of a run or an incident went, and what else changed",
  args: [
    {
      name: "run-or-incident",
      description: "The id of a run (its latest attempt, or RUN/ATTEMPT), or an incident such as INC-7",
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
    const name = (input.args[0] ?? "").trim();
    const incident = /^inc/i.test(name) ? incidentNumber(name) : null;
    const run = incident === null ? runOf(name) : null;
    const repository = repositoryOption(input) ?? null;
    if (run === null && repository !== null)
      throw problem("bad-usage", "--repo goes with a run, not with an incident.");
    const { openStore } = await import("../../adapters/store/index.ts");
    const store = await openStore(join(context.dataDir, "oddrun.db"), { readOnly: true });
    try {
      const text =
        run === null
          ? await incidentText(incident!, form, store, context)
          : await runText({ ...run, repository }, form, store);
      context.stdout.write(text);
      return 0;
    } finally {
      await store.close();
    }
  },
};

type Form = "text" | "json" | "markdown";

async function runText(
  target: { readonly runId: number; readonly attempt: number | null; readonly repository: string | null },
  form: Form,
  store: Store,
): Promise<string> {
  const { explainRun } = await import("../../operations/explain/explain-run.ts");
  const explanation = await explainRun(target, store);
  if (form === "json") {
    const { runExplanationJson } = await import("../../operations/explain/explain-json.ts");
    const { jsonText } = await import("../json-text.ts");
    return jsonText(runExplanationJson(explanation));
  }
  const text = await import("../../operations/explain/explain-run-text.ts");
  return form === "markdown" ? text.runExplanationMarkdown(explanation) : text.runExplanationText(explanation);
}

async function incidentText(number: number, form: Form, store: Store, context: CommandContext): Promise<string> {
  const { explainIncident } = await import("../../operations/explain/explain-incident.ts");
  const explanation = await explainIncident(number, store, context.now());
  const text = await import("../../operations/explain/explain-incident-text.ts");
  if (form === "json") {
    const { jsonText } = await import("../json-text.ts");
    return jsonText(text.incidentExplanationJson(explanation));
  }
  return form === "markdown"
    ? text.incidentExplanationMarkdown(explanation)
    : text.incidentExplanationText(explanation);
}

function formOf(input: CommandInput): Form {
  if (input.isSet("json") && input.isSet("markdown")) {
    throw problem("bad-usage", "--json and --markdown exclude each other.");
  }
  if (input.isSet("json")) return "json";
  return input.isSet("markdown") ? "markdown" : "text";
}

function runOf(text: string): { readonly runId: number; readonly attempt: number | null } {
  const [, id, attempt] = /^(\d{1,16})(?:\/(\d{1,6}))?$/.exec(text) ?? [];
  const runId = Number(id ?? Number.NaN);
  if (runId > 0 && Number.isSafeInteger(runId))
    return { runId, attempt: attempt === undefined ? null : Number(attempt) };
  throw problem(
    "bad-usage",
    `"${printable(text)}" is neither a run nor an incident. A run is the number in the address of its page, such as 17204118006, or 17204118006/2 for its second attempt; an incident is such as INC-7.`,
  );
}
