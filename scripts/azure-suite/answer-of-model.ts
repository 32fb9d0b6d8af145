import { createHash } from "node:crypto";
import { type IsolationForestModel, modelScorer } from "@oddrun/core/isolation-forest";
import { decodeModelFiles } from "../../packages/oddrun/dist/adapters/model-registry/index.js";
import type { ContainerRequest, ModelFiles } from "../azure-stand-in/index.ts";

interface Loaded {
  readonly model: IsolationForestModel;
  readonly sha256: string;
  readonly scores: ReturnType<typeof modelScorer>;
}

const loaded = new WeakMap<ModelFiles, Loaded>();

function load(files: ModelFiles): Loaded {
  const known = loaded.get(files);
  if (known !== undefined) return known;
  const list = [...files].map(([name, bytes]) => ({ name, bytes }));
  const model = decodeModelFiles(list, "the deployment");
  const sha256 = createHash("sha256").update(files.get("model.json")!).digest("hex");
  const made = { model, sha256, scores: modelScorer(model) };
  loaded.set(files, made);
  return made;
}

/** What the scoring server answers with these files mounted, as far as its scores and its name of the model go. */
export function answerOfModel({ body }: ContainerRequest, files: ModelFiles) {
  const { model, sha256, scores } = load(files);
  const { data } = JSON.parse(body.toString("utf8")) as { readonly data: readonly Readonly<Record<string, number>>[] };
  const names = model.features.map(({ name }) => name);
  const values = Float64Array.from(data.flatMap((record) => names.map((name) => record[name]!)));
  const all = [...scores.scores({ values, rowCount: data.length, featureCount: names.length })];
  return {
    status: 200,
    body: { predictions: all.map((score) => score >= model.threshold), scores: all, model: { sha256 } },
  };
}
