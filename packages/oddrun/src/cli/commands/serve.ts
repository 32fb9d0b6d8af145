import { join } from "node:path";
import type { Store } from "../../adapters/store/index.ts";
import { Problem } from "../../operations/problems.ts";
import type { ModelPlace } from "../../server/index.ts";
import type { CommandContext, CommandInput, CommandSpec } from "../command.ts";
import { readServeSettings, SERVE_OPTIONS, serveUntilStopped } from "../serve-settings.ts";

export const serveCommand: CommandSpec = {
  name: "serve",
  summary: "Answer POST /score and show what changed and odd runs over HTTP",
  args: [],
  options: SERVE_OPTIONS,
  async run(input, context) {
    if (input.isSet("scoring-only")) return (await import("../serve-scoring.ts")).serveScoring(input, context);
    const settings = await readServeSettings(input, context.env, false);
    const { watchModel } = await import("../../server/index.ts");
    const store = await openRuns(context);
    const models = await watchModel({ place: await modelPlace(input, context), log: context.log });
    try {
      await serveUntilStopped({ ...settings, models, store, isScoringOnly: false }, input, context);
    } finally {
      models.close();
      await store?.close();
    }
    return 0;
  },
};

/** The runs for the page. Scoring does not need them, so a store that cannot be opened is told and done without. */
async function openRuns({ dataDir, stderr }: CommandContext): Promise<Store | null> {
  const { openStore } = await import("../../adapters/store/index.ts");
  try {
    return await openStore(join(dataDir, "oddrun.db"));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    stderr.write(`oddrun: ${error.message} The page of odd runs is not there until then; scoring is.\n`);
    return null;
  }
}

async function modelPlace(input: CommandInput, { dataDir, now, log }: CommandContext): Promise<ModelPlace> {
  const { folderPlace, registryPlace } = await import("../../server/index.ts");
  const folder = input.text("model-dir");
  if (folder !== undefined) return folderPlace(folder);
  const { localRegistry } = await import("../../adapters/model-registry/index.ts");
  const models = join(dataDir, "models");
  return registryPlace(localRegistry(models, now, log), models);
}
