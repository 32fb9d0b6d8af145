import { join } from "node:path";
import type { IsolationForestModel } from "@oddrun/core";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { namedEndpoint } from "../azure-settings.ts";
import { connect } from "../cloud-registration.ts";
import type { CommandContext, CommandInput, OptionSpec } from "../command.ts";
import { jsonText } from "../json-text.ts";
import { oneOf, wholeNumber } from "../options.ts";

const EXIT_WORSE = 1;

/** Options of `oddrun models compare` that no other action of `models` has. */
export const COMPARE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "with",
    value: "WHICH",
    description: "With compare: a model's folder, or a version kept here such as metrics-3",
    defaultText: "the newest other version kept here",
  },
  {
    name: "endpoint",
    value: "NAME",
    description: "With compare --registry azureml: the version that this endpoint serves, if it exists",
    defaultText: "AZURE_ML_ENDPOINT, else the one that deploy names",
  },
  {
    name: "input",
    value: "FILE",
    description: "With compare: the records, oldest first, to compare on",
    defaultText: "pipeline_metrics.csv",
  },
  { name: "compare-seed", value: "N", description: "With compare: seed of the resampling", defaultText: "1" },
  { name: "fail-if-worse", description: "With compare: exit with 1 when the new model is worse" },
  { name: "markdown", description: "With compare: print as Markdown, for the summary of a job" },
];

interface Other {
  readonly place: string;
  readonly model: IsolationForestModel;
}

/** `oddrun models compare`: whether the model in --model-dir is worse than the one that serves. */
export async function compareAction(input: CommandInput, context: CommandContext): Promise<number> {
  checkTogether(input);
  const { loadModelFolder } = await import("../../adapters/model-registry/index.ts");
  const { model, sha256 } = await loadModelFolder(input.text("model-dir") ?? "model");
  const isCloud = input.isSet("registry") && oneOf(input, "registry", ["local", "azureml"], "local") === "azureml";
  const other = isCloud ? await fromCloud(input, context) : await fromHere(input, context, sha256);
  const { COMPARISON_RULE, DEFAULT_COMPARISON_OPTIONS } = await import("@oddrun/core");
  const { comparisonMarkdown, comparisonText, FIRST_MODEL } = await import("../comparison-text.ts");
  if (other === null) {
    const markdown = `### ${FIRST_MODEL}\n`;
    print(input, context, {
      json: { verdict: "first-model", reasons: [FIRST_MODEL] },
      markdown,
      text: `${FIRST_MODEL}\n`,
    });
    return 0;
  }
  const { readMetricsTable } = await import("../../adapters/files/index.ts");
  const { compareWithServing } = await import("../../operations/deploy/compare-with-serving.ts");
  const path = input.text("input") ?? "pipeline_metrics.csv";
  const own = model.features.map(({ name }) => name);
  // every column of a usual file, as the serving model may read others; of any other file what the new model was trained on
  const isUsualFile = ["duration", "failure_rate"].every((name) => own.includes(name));
  const records = await readMetricsTable(path, {
    onConflict: "last",
    ...(isUsualFile ? {} : { features: own }),
    ...(path === "-" ? { stdin: context.stdin } : {}),
  });
  context.progress(`comparing on ${records.rowCount} records`);
  const seed = wholeNumber(input, "compare-seed", { min: 0, max: 2 ** 32, otherwise: DEFAULT_COMPARISON_OPTIONS.seed });
  const options = { ...DEFAULT_COMPARISON_OPTIONS, seed };
  const comparison = compareWithServing(model, other.model, { records, place: other.place, options });
  const shown = { comparison, place: other.place };
  print(input, context, {
    json: { comparedWith: other.place, ...comparison, rule: COMPARISON_RULE },
    markdown: comparisonMarkdown(shown),
    text: comparisonText(shown),
  });
  return comparison.verdict === "worse" && input.isSet("fail-if-worse") ? EXIT_WORSE : 0;
}

function checkTogether(input: CommandInput): void {
  for (const [one, other] of [
    ["with", "registry"],
    ["json", "markdown"],
  ] as const) {
    if (input.isSet(one) && input.isSet(other)) {
      throw problem("bad-usage", `--${one} and --${other} do not go together.`);
    }
  }
}

/** --with names a folder or a version; without it the newest other version is meant. */
async function fromHere(input: CommandInput, context: CommandContext, sha256: string): Promise<Other | null> {
  const { loadModelFolder, localRegistry } = await import("../../adapters/model-registry/index.ts");
  const registry = localRegistry(join(context.dataDir, "models"), context.now, context.log);
  const wanted = input.text("with");
  if (wanted !== undefined && !/^(metrics|history)-\d+$/.test(wanted)) {
    const { model } = await loadModelFolder(wanted);
    return { place: `the model in ${printable(wanted)}`, model };
  }
  const version =
    wanted ?? (await registry.list()).find((each) => each.kind === "metrics" && each.sha256 !== sha256)?.version;
  if (version === undefined) return null;
  const { model } = await registry.load(version);
  return { place: `version ${version} kept here`, model };
}

async function fromCloud(input: CommandInput, context: CommandContext): Promise<Other | null> {
  const { findServingModel } = await import("../../operations/models/find-serving-model.ts");
  const { connection, modelName } = await connect(input, context, '"oddrun models compare --registry azureml"');
  // where deploy serves when no endpoint is named
  const endpoint = namedEndpoint(input, context.env) ?? connection.endpoints.defaultName;
  const found = await findServingModel(connection, { modelName, endpoint });
  if (found === null) return null;
  const { decodeModelFiles } = await import("../../adapters/model-registry/index.ts");
  const place = `${found.place}, in ${connection.place}`;
  return { place, model: decodeModelFiles(found.files, place) };
}

function print(
  input: CommandInput,
  context: CommandContext,
  shown: { readonly json: object; readonly markdown: string; readonly text: string },
): void {
  const { json, markdown, text } = shown;
  context.stdout.write(input.isSet("json") ? jsonText(json) : input.isSet("markdown") ? markdown : text);
}
