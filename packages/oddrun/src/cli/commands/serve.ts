import { once } from "node:events";
import { join } from "node:path";
import type { EvidenceStore } from "../../operations/evidence-store.ts";
import type { RunStore } from "../../operations/ports.ts";
import { Problem, problem } from "../../operations/problems.ts";
import { SCORING_CONTRACT } from "../../operations/scoring-contract.ts";
import type { AuthBy, ModelPlace, ModelSource } from "../../server/index.ts";
import type { CommandContext, CommandInput, CommandSpec } from "../command.ts";
import { wholeNumberIn } from "../options.ts";
import { version } from "../version.ts";

const DEFAULT_HOST = "127.0.0.1";
const { port: DEFAULT_PORT, modelDirVariable, authVariable, authByPlatform } = SCORING_CONTRACT;

export const serveCommand: CommandSpec = {
  name: "serve",
  summary: "Answer POST /score and show the odd runs over HTTP",
  args: [],
  options: [
    {
      name: "port",
      value: "PORT",
      description: "Port to listen on; 0 takes a free one",
      defaultText: `ODDRUN_PORT, else ${DEFAULT_PORT}`,
    },
    {
      name: "host",
      value: "ADDRESS",
      description: "Address to listen on; beyond this machine ODDRUN_API_KEY must be set",
      defaultText: DEFAULT_HOST,
    },
    {
      name: "model-dir",
      value: "DIR",
      description: "Folder of the model to score with; a newer one there is picked up",
      defaultText: "the newest training of this installation",
    },
    {
      name: "scoring-only",
      description: `Scoring and health alone, and nothing written: for containers, with the model in --model-dir or ${modelDirVariable}, there or one folder deeper`,
    },
  ],
  async run(input, context) {
    const isScoringOnly = input.isSet("scoring-only");
    const authBy = readAuthBy(context.env[authVariable], isScoringOnly);
    const host = input.text("host") ?? DEFAULT_HOST;
    if (!/^[\w.:[\]-]+$/.test(host))
      throw problem("bad-usage", "--host takes an address or a name, such as 127.0.0.1 or 0.0.0.0.");
    const port = portOf(input, context.env);
    const { checkExposure, readApiKey, startServer, watchModel } = await import("../../server/index.ts");
    // Settings first: nothing is opened for a server that will not start.
    const apiKey = readApiKey(context.env["ODDRUN_API_KEY"]);
    checkExposure(host, apiKey, authBy);

    const place = isScoringOnly ? await mountedPlace(input, context) : await modelPlace(input, context);
    const store = isScoringOnly ? null : await openRuns(context);
    const models = await watchModel({ place, log: context.log });
    try {
      if (isScoringOnly) await refuseWithoutModel(models, place);
      const server = await startServer({
        models,
        store,
        isScoringOnly,
        apiKey,
        authBy,
        log: context.log,
        now: context.now,
        version: version(),
        logRequests: ["info", "debug"].includes(input.text("log-level") ?? ""),
        host,
        port,
      });
      const model = models.current();
      const scoring = model === null ? 'no model yet: run "oddrun train"' : `model ${model.version}`;
      context.stdout.write(`Oddrun serves ${server.url} (${scoring}). Ctrl-C ends it.\n`);
      if (!context.signal.aborted) await once(context.signal, "abort");
      await server.stop();
    } finally {
      models.close();
      await store?.close();
    }
    return 0;
  },
};

/** Open to all callers only when a deployment says in so many words that its platform checks them, and only for scoring. */
function readAuthBy(text: string | undefined, isScoringOnly: boolean): AuthBy {
  if (text === undefined || text === "") return "server";
  if (text !== authByPlatform)
    throw problem(
      "bad-usage",
      `${authVariable} takes "${authByPlatform}", for a server behind a platform that checks every caller, or nothing.`,
    );
  if (!isScoringOnly)
    throw problem(
      "bad-usage",
      `${authVariable}=${authByPlatform} goes with --scoring-only alone: the page of odd runs is never open to all. Set ODDRUN_API_KEY instead.`,
    );
  return "platform";
}

function portOf(input: CommandInput, env: CommandContext["env"]): number {
  const option = input.text("port");
  const text = option ?? (env["ODDRUN_PORT"] || undefined);
  const name = option === undefined ? "ODDRUN_PORT" : "--port";
  return wholeNumberIn(text, name, { min: 0, max: 65_535, otherwise: DEFAULT_PORT });
}

/** The runs for the page. Scoring does not need them, so a store that cannot be opened is told and done without. */
async function openRuns({ dataDir, stderr }: CommandContext): Promise<(RunStore & EvidenceStore) | null> {
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

/** The model that a platform mounted, or --model-dir names. */
async function mountedPlace(input: CommandInput, { env }: CommandContext): Promise<ModelPlace> {
  const place = input.text("model-dir") ?? env[modelDirVariable];
  if (place === undefined || place === "")
    throw problem("bad-usage", `--scoring-only needs the folder of a model: set --model-dir or ${modelDirVariable}.`);
  const { findModelFolder, folderPlace } = await import("../../server/index.ts");
  return folderPlace(await findModelFolder(place));
}

/** A container that will never be ready ends, with the reason where its platform shows it. */
async function refuseWithoutModel(models: ModelSource, place: ModelPlace): Promise<void> {
  if (models.current() === null) await place.load();
}
