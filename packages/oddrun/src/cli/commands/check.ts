import { join } from "node:path";
import { FAIL_ON, type FailOn } from "../../operations/check/fails-on.ts";
import type { RunCheck } from "../../operations/check/run-check.ts";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandInput, CommandSpec } from "../command.ts";
import { oneOf, repositoryOption } from "../options.ts";

const FORMS = ["text", "json", "markdown"] as const;

/** `oddrun check`: is this run slower than the default branch's, beyond noise? */
export const checkCommand: CommandSpec = {
  name: "check",
  summary: "Say whether a run is slower than the default branch's, beyond noise, and where",
  args: [
    {
      name: "run",
      description: "The id of a run (its latest attempt, or RUN/ATTEMPT), or the address of its page",
      required: true,
    },
  ],
  options: [
    { name: "repo", value: "OWNER/NAME", description: "The run's repository, where several have a run of that id" },
    { name: "json", description: "Print the check as JSON" },
    { name: "markdown", description: "Print the check as Markdown, as a comment or job summary shows it" },
    {
      name: "fail-on",
      value: "WHAT",
      description: "Exit 1 when the run is slower, failing, or any of both, with commas between",
      defaultText: "nothing",
    },
  ],
  async run(input, context) {
    const form = formOf(input);
    const kinds = failOnOf(input);
    const target = runOf((input.args[0] ?? "").trim());
    const repository = repositoryOption(input) ?? target.repository;
    const { openStore } = await import("../../adapters/store/index.ts");
    const { checkRun } = await import("../../operations/check/check-run.ts");
    const store = await openStore(join(context.dataDir, "oddrun.db"), { readOnly: true });
    try {
      const check = await checkRun({ ...target, repository }, store);
      context.stdout.write(await shown(check, form));
      if (kinds.length === 0) return 0;
      const { findingsOfCheck } = await import("../../operations/summary/findings.ts");
      const { failsOn } = await import("../../operations/check/fails-on.ts");
      return failsOn(findingsOfCheck(check), kinds).length > 0 ? 1 : 0;
    } finally {
      await store.close();
    }
  },
};

async function shown(check: RunCheck, form: (typeof FORMS)[number]): Promise<string> {
  if (form === "markdown") {
    const { checkSummary } = await import("../../operations/summary/check-comment.ts");
    return checkSummary([check]);
  }
  const { checkJson, checkText } = await import("../../operations/check/check-text.ts");
  if (form === "text") return checkText(check);
  const { findingsJson, findingsOfCheck } = await import("../../operations/summary/findings.ts");
  const { jsonText } = await import("../json-text.ts");
  return jsonText({ ...checkJson(check), findings: findingsJson(findingsOfCheck(check)) });
}

function formOf(input: CommandInput): (typeof FORMS)[number] {
  const [one, other] = FORMS.filter((form) => input.isSet(form));
  if (other !== undefined) throw problem("bad-usage", "--json and --markdown exclude each other.");
  return one ?? "text";
}

function failOnOf(input: CommandInput): readonly FailOn[] {
  const text = input.text("fail-on");
  if (text === undefined) return [];
  const words = text.split(",").map((word) => word.trim());
  return words.map((word) => oneOf({ ...input, text: () => word }, "fail-on", FAIL_ON, "any"));
}

const PAGE = /^https?:\/\/[^/]+\/([^/]+\/[^/]+)\/actions\/runs\/(\d{1,16})(?:\/attempts\/(\d{1,6}))?(?:[/?#].*)?$/;
const ID = /^(\d{1,16})(?:\/(\d{1,6}))?$/;

function runOf(text: string): {
  readonly runId: number;
  readonly attempt: number | null;
  readonly repository: string | null;
} {
  const [, repository = null, pageId, pageAttempt] = PAGE.exec(text) ?? [];
  const [, id = pageId, attempt = pageAttempt] = ID.exec(text) ?? [];
  const runId = Number(id ?? Number.NaN);
  if (runId > 0 && Number.isSafeInteger(runId)) {
    return { runId, attempt: attempt === undefined ? null : Number(attempt), repository };
  }
  throw problem(
    "bad-usage",
    `"${printable(text)}" is no run. A run is the number in the address of its page, such as 17204118006, or 17204118006/2 for its second attempt, or the whole address.`,
  );
}
