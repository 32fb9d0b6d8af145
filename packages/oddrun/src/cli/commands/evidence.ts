import { join } from "node:path";
import type { EvidenceKind } from "@oddrun/core";
import { budgetWarnings } from "../../operations/budget/budget-warnings.ts";
import type { EvidenceSummary } from "../../operations/evidence/gather-evidence.ts";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandContext, CommandInput, CommandSpec } from "../command.ts";
import { apiUrlOption, repositoryOption, wholeNumber } from "../options.ts";
import { waitTeller } from "./github-wait.ts";

/** `oddrun evidence`: what else changed when a run was odd. */
export const evidenceCommand: CommandSpec = {
  name: "evidence",
  summary: "Ask GitHub what else changed when runs were odd",
  args: [
    {
      name: "run-id",
      description: "These runs; none are the newest odd runs without evidence, 20 at most",
      required: false,
      variadic: true,
    },
  ],
  options: [
    { name: "repo", value: "OWNER/NAME", description: "Only runs of this repository" },
    {
      name: "evidence",
      value: "KINDS",
      description:
        "What is asked for a run, by commas, or none: commits (1 request), workflow-file (0 beside commits), actions (1 or 2), " +
        "runner (2, one a log), cache (0 beside runner), approvals (1, after a long wait)",
      defaultText: "all",
    },
    { name: "max-requests", value: "COUNT", description: "Ask GitHub at most this often", defaultText: "100" },
    {
      name: "max-logs",
      value: "COUNT",
      description: "Read the beginning of at most this many logs",
      defaultText: "10",
    },
    {
      name: "api-url",
      value: "URL",
      description: "The API of a GitHub Enterprise Server, such as https://HOST/api/v3",
      defaultText: "GITHUB_API_URL, else https://api.github.com",
    },
    { name: "json", description: "Print the evidence as JSON" },
  ],
  async run(input, context) {
    const kinds = kindsOption(input);
    const options = {
      runIds: input.args.map(idOf),
      repository: repositoryOption(input) ?? null,
      kinds,
      requestsMax: wholeNumber(input, "max-requests", { min: 1, max: 1_000_000, otherwise: 100 }),
      logsMax: wholeNumber(input, "max-logs", { min: 0, max: 10_000, otherwise: 10 }),
      place: context.dataDir,
    };
    const { openStore } = await import("../../adapters/store/index.ts");
    const { gatherEvidence } = await import("../../operations/evidence/gather-evidence.ts");
    const { readWorkflow } = await import("../../adapters/workflow-files/index.ts");
    const { evidenceJsonText, evidenceText } = await import("./evidence-text.ts");
    const store = await openStore(join(context.dataDir, "oddrun.db"), { create: false });
    try {
      const { log, now, signal } = context;
      const { source, budget } = await connect(apiUrlOption(input, context.env), options.requestsMax, context);
      const progress = (line: string) => context.progress(line);
      const summary = await gatherEvidence({ store, source, readWorkflow, log, now, signal, progress }, options);
      for (const warning of budgetWarnings(budget())) log.warn(warning);
      const render = input.isSet("json") ? evidenceJsonText : evidenceText;
      context.stdout.write(render(summary, budget().remaining));
      return exitCode(summary);
    } finally {
      await store.close();
    }
  },
};

/** All there are: core's own list would have to be loaded for the help. */
const EVIDENCE_KINDS = [
  "commits",
  "workflow-file",
  "actions",
  "runner",
  "cache",
  "approvals",
] as const satisfies readonly EvidenceKind[];

const STOPPED = 130;
const REMOTE = 4;

function exitCode({ runs, isStopped }: EvidenceSummary): number {
  if (isStopped) return STOPPED;
  return runs.some((run) => run.problem !== null) ? REMOTE : 0;
}

async function connect(apiUrl: string | undefined, requestsMax: number, context: CommandContext) {
  const { connectToGithub, githubEvidence } = await import("../../adapters/github/index.ts");
  const { version } = await import("../version.ts");
  const { env, signal, log, now } = context;
  const connection = await connectToGithub({
    env,
    ...(apiUrl === undefined ? {} : { apiUrl }),
    marks: null,
    signal,
    log,
    version: version(),
    now,
    requestsMax,
    onWait: waitTeller(context).tell,
  });
  return { source: githubEvidence(connection), budget: () => connection.requests.budget() };
}

function kindsOption(input: CommandInput): ReadonlySet<EvidenceKind> {
  const text = input.text("evidence") ?? "all";
  if (text === "all") return new Set(EVIDENCE_KINDS);
  if (text === "none") return new Set();
  return new Set(
    text.split(",").map((word) => {
      const kind = EVIDENCE_KINDS.find((one) => one === word.trim());
      if (kind !== undefined) return kind;
      throw problem(
        "bad-usage",
        `--evidence takes ${EVIDENCE_KINDS.join(", ")}, several by commas, or all, or none; not "${printable(word)}".`,
      );
    }),
  );
}

function idOf(text: string): number {
  const id = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (id > 0 && Number.isSafeInteger(id)) return id;
  throw problem("bad-usage", `"${printable(text)}" is no run id. It is the number in the address of the run's page.`);
}
