import { once } from "node:events";
import { problem } from "../operations/problems.ts";
import { SCORING_CONTRACT } from "../operations/models/scoring-contract.ts";
import type { AuthBy, ModelSource, ServerOptions } from "../server/index.ts";
import type { CommandContext, CommandInput, OptionSpec } from "./command.ts";
import { wholeNumberIn } from "./options.ts";
import { version } from "./version.ts";

const DEFAULT_HOST = "127.0.0.1";
const { port: DEFAULT_PORT, modelDirVariable, authVariable, authByPlatform } = SCORING_CONTRACT;

/** Options of `serve`, also where it is bundled to score alone. */
export const SERVE_OPTIONS: readonly OptionSpec[] = [
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
];

export interface ServeSettings {
  readonly host: string;
  readonly port: number;
  readonly apiKey: string | null;
  readonly authBy: AuthBy;
}

/** Where to listen and whom to let in. Asked first: nothing is opened for a server that will not start. */
export async function readServeSettings(
  input: CommandInput,
  env: CommandContext["env"],
  isScoringOnly: boolean,
): Promise<ServeSettings> {
  const authBy = readAuthBy(env[authVariable], isScoringOnly);
  const host = input.text("host") ?? DEFAULT_HOST;
  if (!/^[\w.:[\]-]+$/.test(host))
    throw problem("bad-usage", "--host takes an address or a name, such as 127.0.0.1 or 0.0.0.0.");
  const port = portOf(input, env);
  const { checkExposure, readApiKey } = await import("../server/index.ts");
  const apiKey = readApiKey(env["ODDRUN_API_KEY"]);
  checkExposure(host, apiKey, authBy);
  return { host, port, apiKey, authBy };
}

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

/** Says where it serves, serves until the command is to stop, and lets the last answers out. */
export async function serveUntilStopped(
  what: ServeSettings & {
    readonly models: ModelSource;
    readonly store: ServerOptions["store"];
    readonly isScoringOnly: boolean;
  },
  input: CommandInput,
  context: CommandContext,
): Promise<void> {
  const { startServer } = await import("../server/index.ts");
  const server = await startServer({
    ...what,
    log: context.log,
    now: context.now,
    version: version(),
    logRequests: ["info", "debug"].includes(input.text("log-level") ?? ""),
  });
  const model = what.models.current();
  const scoring = model === null ? 'no model yet: run "oddrun train"' : `model ${model.version}`;
  context.stdout.write(`Oddrun serves ${server.url} (${scoring}). Ctrl-C ends it.\n`);
  if (!context.signal.aborted) await once(context.signal, "abort");
  await server.stop();
}
