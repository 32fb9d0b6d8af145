import { join } from "node:path";
import type { IsolationForestModel } from "@oddrun/core";
import type { TrainOptions } from "../../operations/models/train-model.ts";
import type { CommandContext, CommandInput, CommandSpec } from "../command.ts";
import { problem } from "../../operations/problems.ts";
import { type PlannedRegistration, planRegistration, pushModel, REGISTER_OPTIONS } from "../cloud-registration.ts";
import { COLLECT_OPTIONS } from "./collect-settings.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { CONTAMINATION_RULE, decimal, SKIP_BAD_OPTIONS, wholeNumber } from "../options.ts";

const EXIT_INTERRUPTED = 130;

type TrainingOptions = Omit<TrainOptions, "dataWindow">;

export const trainCommand: CommandSpec = {
  name: "train",
  summary: "Learn what is usual from pipeline metrics",
  args: [],
  options: [
    {
      name: "input",
      value: "FILE",
      description:
        'CSV, NDJSON, JSON or Parquet with build_id, duration (s), failure_rate (0..1); "-" is standard input',
      defaultText: "pipeline_metrics.csv, else the stored runs, else a sample is written",
    },
    {
      name: "from",
      value: "OWNER/NAME",
      description: "Collect this repository's runs from GitHub first, and write them to pipeline_metrics.csv",
    },
    ...COLLECT_OPTIONS.map((option) => ({ ...option, description: `With --from: ${option.description}` })),
    { name: "model-dir", value: "DIR", description: "Where the model is written", defaultText: "model" },
    {
      name: "contamination",
      value: "SHARE",
      description: "Share of anomalies expected, above 0 and up to 0.5",
      defaultText: "0.05",
    },
    { name: "trees", value: "COUNT", description: "Trees in the forest", defaultText: "100" },
    { name: "subsample", value: "COUNT", description: "Records that each tree is grown from", defaultText: "256" },
    {
      name: "features-per-tree",
      value: "COUNT",
      description: "Features that each tree draws from",
      defaultText: "all",
    },
    {
      name: "seed",
      value: "N",
      description: "The same data, options and seed give the same model, byte by byte",
      defaultText: "42",
    },
    { name: "features", value: "A,B,C", description: "Columns to learn from", defaultText: "every numeric column" },
    {
      name: "duration-unit",
      value: "UNIT",
      description: "Unit of the duration column: s, ms or min",
      defaultText: "s",
    },
    {
      name: "on-conflict",
      value: "WHICH",
      description: "Which record holds when two of one build differ: first or last",
    },
    ...SKIP_BAD_OPTIONS,
    ...REGISTER_OPTIONS,
    { name: "history", description: "Train the history model of `detect` on the stored runs instead" },
    { name: "json", description: "Print the outcome as JSON" },
  ],
  async run(input, context) {
    checkFrom(input);
    const featuresPerTree = wholeNumber(input, "features-per-tree", { min: 1, max: 1_000, otherwise: 0 });
    const options: TrainingOptions = {
      contamination: decimal(input, "contamination", { ...CONTAMINATION_RULE, otherwise: 0.05 }),
      forest: {
        treeCount: wholeNumber(input, "trees", { min: 1, max: 10_000, otherwise: 100 }),
        subsampleSize: wholeNumber(input, "subsample", { min: 2, max: 65_536, otherwise: 256 }),
        featuresPerTree: featuresPerTree === 0 ? null : featuresPerTree,
        seed: wholeNumber(input, "seed", { min: 0, max: Number.MAX_SAFE_INTEGER, otherwise: 42 }),
      },
    };
    return input.isSet("history")
      ? await trainHistory(input, context, options)
      : await trainMetrics(input, context, options);
  },
};

/** --from says where the records come from: nothing else may say it too, and its own options need it. */
function checkFrom(input: CommandInput): void {
  const isFrom = input.text("from") !== undefined;
  for (const other of ["input", "history"]) {
    if (isFrom && input.isSet(other)) throw problem("bad-usage", `--from and --${other} do not go together.`);
  }
  for (const { name } of REGISTER_OPTIONS) {
    if (input.isSet("history") && input.isSet(name) && name !== "no-register") {
      throw problem("bad-usage", `--history and --${name} do not go together: "oddrun detect" uses that model here.`);
    }
  }
  for (const { name } of COLLECT_OPTIONS) {
    if (!isFrom && input.isSet(name)) throw problem("bad-usage", `--${name} goes with --from OWNER/NAME.`);
  }
}

/** `detect` trains by itself when it needs to; this is for a model fitted now, on all that is there. */
async function trainHistory(input: CommandInput, context: CommandContext, options: TrainingOptions): Promise<number> {
  const { openStore } = await import("../../adapters/store/index.ts");
  const { localRegistry } = await import("../../adapters/model-registry/index.ts");
  const { trainHistoryModel } = await import("../../operations/odd-runs/train-history-model.ts");
  const { dataDir, signal, log, now } = context;
  const store = await openStore(join(dataDir, "oddrun.db"), { create: false });
  try {
    const registry = localRegistry(join(dataDir, "models"), now, log);
    const progress = (line: string) => context.progress(line);
    const contamination = input.isSet("contamination") ? { contamination: options.contamination } : {};
    const trained = await trainHistoryModel(
      { store, registry, signal, progress },
      { place: dataDir, forest: options.forest, ...contamination },
    );
    if (trained === null) return EXIT_INTERRUPTED;
    const { model, registered, runCount, readCount } = trained;
    const outcome = {
      version: registered.version,
      runCount,
      readCount,
      features: model.features.map(({ name }) => name),
      threshold: model.threshold,
    };
    context.stdout.write(
      input.isSet("json")
        ? `${JSON.stringify(outcome, null, 2)}\n`
        : `Trained ${registered.version} on ${readCount} of ${runCount} stored runs: those with enough of a past of their own.\n` +
            `Features: ${outcome.features.join(", ")}. "oddrun detect" judges the runs that come after with it.\n`,
    );
    return 0;
  } finally {
    await store.close();
  }
}

async function trainMetrics(input: CommandInput, context: CommandContext, options: TrainingOptions): Promise<number> {
  const { trainingData } = await import("../training-data.ts");
  const { trainMetricsModel } = await import("../../operations/models/train-model.ts");
  const { localRegistry, publishModelFolder } = await import("../../adapters/model-registry/index.ts");
  const { writeFileAtomically, csvCell } = await import("../../adapters/files/index.ts");
  const { trainingJson, trainingText } = await import("../training-text.ts");
  const folder = input.text("model-dir") ?? "model";
  const plan = await planRegistration(input, context);
  const { table, place, dataWindow, notices } = await trainingData(input, context);
  context.progress(`training on ${table.rowCount} records`);
  const training = trainMetricsModel(table, { ...options, dataWindow }, place);
  context.signal.throwIfAborted();
  const { version } = await localRegistry(join(context.dataDir, "models"), context.now, context.log).register(
    training.model,
    place,
  );
  await publishModelFolder(folder, training.model);
  const flaggedFile = join(folder, "flagged.csv");
  const rows = training.flagged.map(({ id, score, reason }) => `${csvCell(id)},${score},${csvCell(reason)}\n`);
  await writeFileAtomically(flaggedFile, `build_id,score,reason\n${rows.join("")}`, { force: true });
  const summary = { version, source: place, folder, flaggedFile, notices: [...notices, ...plan.notices] };
  if (!input.isSet("json")) context.stdout.write(trainingText(training, summary));
  const pushed = plan.planned === null ? null : await push(plan.planned, training.model, summary, context);
  const registration = pushed === null ? {} : { registration: pushed.json };
  context.stdout.write(
    input.isSet("json") ? trainingJson(training, { ...summary, ...registration }) : (pushed?.text ?? ""),
  );
  if (pushed !== null && pushed.failure !== null) throw pushed.failure;
  return 0;
}

/** After everything is kept here: what fails now loses nothing. */
function push(
  planned: PlannedRegistration,
  model: IsolationForestModel,
  { version, source, folder }: { readonly version: string; readonly source: string; readonly folder: string },
  context: CommandContext,
) {
  const wayOut = `The model is kept in ${printable(folder)} and as ${version}: "oddrun models push ${version}" registers it without training again, and so does the same command.`;
  return pushModel(planned, { model, source, wayOut }, context);
}
