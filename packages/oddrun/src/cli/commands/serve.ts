import { once } from "node:events";
import { join } from "node:path";
import type { EvidenceStore } from "../../operations/evidence-store.ts";
import type { RunStore } from "../../operations/ports.ts";
import { Problem, problem } from "../../operations/problems.ts";
import type { ModelPlace } from "../../server/index.ts";
import type { CommandContext, CommandInput, CommandSpec } from "../command.ts";
import { wholeNumber } from "../options.ts";
import { version } from "../version.ts";

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 8080;

export const serveCommand: CommandSpec = {
  name: "serve",
  summary: "Answer POST /score and show the odd runs over HTTP",
  args: [],
  options: [
    {
      name: "port",
      value: "PORT",
      description: "Port to listen on; 0 takes a free one",
      defaultText: `${DEFAULT_PORT}`,
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
  ],
  async run(input, context) {
    const host = input.text("host") ?? DEFAULT_HOST;
    if (!/^[\w.:[\]-]+$/.test(host))
      throw problem("bad-usage", "--host takes an address or a name, such as 127.0.0.1 or 0.0.0.0.");
    const port = wholeNumber(input, "port", { min: 0, max: 65_535, otherwise: DEFAULT_PORT });
    const { checkExposure, readApiKey, startServer, watchModel } = await import("../../server/index.ts");
    // Settings first: nothing is opened for a server that will not start.
    const apiKey = readApiKey(context.env["ODDRUN_API_KEY"]);
    checkExposure(host, apiKey);

    const store = await openRuns(context);
    const models = await watchModel({ place: await modelPlace(input, context), log: context.log });
    try {
      const server = await startServer({
        models,
        store,
        apiKey,
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
