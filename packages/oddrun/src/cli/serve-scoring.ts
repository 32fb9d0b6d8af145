import { problem } from "../operations/problems.ts";
import { SCORING_CONTRACT } from "../operations/models/scoring-contract.ts";
import type { ModelPlace } from "../server/index.ts";
import type { CommandContext, CommandInput } from "./command.ts";
import { readServeSettings, serveUntilStopped } from "./serve-settings.ts";

const { modelDirVariable } = SCORING_CONTRACT;

/** `serve --scoring-only`: knows neither the store nor the registry, and writes nothing. */
export async function serveScoring(input: CommandInput, context: CommandContext): Promise<number> {
  const settings = await readServeSettings(input, context.env, true);
  const place = await mountedPlace(input, context.env);
  const { watchModel } = await import("../server/index.ts");
  const models = await watchModel({ place, log: context.log });
  try {
    // A container that will never be ready ends, with the reason where its platform shows it.
    if (models.current() === null) await place.load();
    await serveUntilStopped({ ...settings, models, store: null, isScoringOnly: true }, input, context);
  } finally {
    models.close();
  }
  return 0;
}

/** The model that a platform mounted, or --model-dir names. */
async function mountedPlace(input: CommandInput, env: CommandContext["env"]): Promise<ModelPlace> {
  const place = input.text("model-dir") ?? env[modelDirVariable];
  if (place === undefined || place === "")
    throw problem("bad-usage", `--scoring-only needs the folder of a model: set --model-dir or ${modelDirVariable}.`);
  const { findModelFolder, folderPlace } = await import("../server/index.ts");
  return folderPlace(await findModelFolder(place));
}
