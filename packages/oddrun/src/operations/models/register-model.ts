import type { IsolationForestModel } from "@oddrun/core";
import type { ModelToRegister } from "../deploy/cloud-registry.ts";
import { problem } from "../problems.ts";
import { cut, printable, visible } from "../text/visible-text.ts";

/** What a registration says of a model beside what the model says of itself. */
export interface RegistrationFacts {
  readonly name: string;
  /** What it was trained on, in words. */
  readonly source: string;
  readonly oddrunVersion: string;
  /** The commit of the repository where it was trained; null when there is none. */
  readonly gitCommit: string | null;
}

/** Name of the model asset when none is given. */
export const DEFAULT_MODEL_NAME = "pipeline-anomaly";
/** Azure Machine Learning takes these names for models. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}$/;
const VALUE_CHARS_MAX = 500;

/** The name of a model asset, if it can be one. */
export function checkedModelName(text: string): string {
  if (NAME.test(text)) return text;
  throw problem(
    "bad-usage",
    `--model-name takes 1 to 255 letters, digits, - and _, a letter or digit first, not "${printable(text)}".`,
  );
}

/** Puts together what is registered of a model: only what follows from the model itself is a parameter or a metric, so that a repetition says the same. */
export function modelToRegister(
  model: IsolationForestModel,
  files: ReadonlyMap<string, Uint8Array>,
  { name, source, oddrunVersion, gitCommit }: RegistrationFacts,
): ModelToRegister {
  const { forest, dataWindow, rowCount, flaggedCount } = model;
  const shownSource = cut(visible(source), VALUE_CHARS_MAX);
  const figures = [
    ["record_count", rowCount],
    ["flagged_count", flaggedCount],
    ["flagged_share", flaggedCount / rowCount],
    ["threshold", model.threshold],
    ["contamination", model.contamination],
    ["score_min", model.metrics["scoreMin"]],
    ["score_mean", model.metrics["scoreMean"]],
    ["score_max", model.metrics["scoreMax"]],
  ] as const;
  const parameters = [
    ["kind", model.kind],
    ["features", model.features.map((feature) => feature.name).join(",")],
    ["trees", forest.treeCount],
    ["subsample", forest.subsampleSize],
    ["features_per_tree", forest.options.featuresPerTree ?? "all"],
    ["seed", model.seed],
    ["contamination", model.contamination],
  ] as const;
  return {
    name,
    description: `Isolation Forest of Oddrun ${oddrunVersion}, trained on ${rowCount} records of ${shownSource}`,
    files: [...files].map(([fileName, bytes]) => ({ name: fileName, bytes })),
    parameters: new Map(parameters.map(([key, value]) => [key, cut(visible(String(value)), VALUE_CHARS_MAX)])),
    metrics: new Map(
      figures.filter((figure): figure is [(typeof figures)[number][0], number] => Number.isFinite(figure[1])),
    ),
    properties: new Map([
      ["oddrun_version", oddrunVersion],
      ["oddrun_source", shownSource],
      ...(dataWindow === null
        ? []
        : ([
            ["oddrun_data_from", dataWindow.first],
            ["oddrun_data_to", dataWindow.last],
          ] as const)),
      ...(gitCommit === null ? [] : ([["oddrun_git_commit", gitCommit]] as const)),
    ]),
  };
}
