import type { Logger } from "../operations/ports.ts";
import { Problem, problem } from "../operations/problems.ts";
import type { CommandContext, CommandInput, CommandSpec } from "./command.ts";
import { parseFast } from "./parse-fast.ts";
import { progressWriter } from "./progress.ts";
import { settingsFromVault } from "./vault-settings.ts";

/** The world as the command line sees it; tests pass their own. */
export interface CliWorld {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Stopped by SIGINT, as shells expect it. */
const EXIT_INTERRUPTED = 130;

/** Loads one command's module. */
export type Commands = Readonly<Record<string, () => Promise<CommandSpec>>>;

/** Runs one command line and answers with its exit code. A problem becomes one line on stderr, never a stack. */
export async function runCommandLine(commands: Commands, world: CliWorld): Promise<number> {
  try {
    await refuseSecrets(world.argv);
    const parsed = await parse(commands, world);
    return parsed === null ? 0 : await run(parsed.spec, parsed.input, world);
  } catch (error) {
    if (world.signal.aborted && !(error instanceof Problem)) return EXIT_INTERRUPTED;
    const known =
      error instanceof Problem ? error : problem("bug", error instanceof Error ? error.message : String(error));
    world.stderr.write(`oddrun: ${known.message}\n`);
    if (known.code === "bug" && error instanceof Error && world.argv.includes("debug"))
      world.stderr.write(`${error.stack}\n`);
    return known.exitCode;
  }
}

async function run(spec: CommandSpec, input: CommandInput, world: CliWorld): Promise<number> {
  const env = spec.readsRawSettings === true ? world.env : await settingsFromVault(spec.name, world.env, world);
  const progress = progressWriter(world, world.now);
  const context: CommandContext = {
    get stdin() {
      return world.stdin;
    },
    get stdout() {
      // what is written next must not stand behind the line of progress
      progress.end();
      return world.stdout;
    },
    get stderr() {
      progress.end();
      return world.stderr;
    },
    env,
    now: world.now,
    dataDir: input.text("data-dir") ?? env["ODDRUN_DATA_DIR"] ?? ".oddrun",
    log: await loggerFor(input, { now: world.now, env, write: (line) => context.stderr.write(line) }),
    signal: world.signal,
    progress: (line, isDue) => progress.show(line, isDue),
  };
  try {
    return await spec.run(input, context);
  } finally {
    progress.end();
  }
}

async function parse(
  commands: Commands,
  world: CliWorld,
): Promise<{ readonly spec: CommandSpec; readonly input: CommandInput } | null> {
  const [name, ...rest] = world.argv;
  const load = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load !== undefined) {
    const spec = await load();
    const input = parseFast(spec, rest);
    if (input !== null) return { spec, input };
  }
  const { parseFull } = await import("./parse-full.ts");
  const { version } = await import("./version.ts");
  const specs = await Promise.all(Object.values(commands).map((load) => load()));
  const parsed = parseFull(specs, world.argv, version(), (text) => world.stdout.write(text));
  return parsed.kind === "run" ? parsed : null;
}

interface LogWorld extends Pick<CliWorld, "env" | "now"> {
  readonly write: (line: string) => void;
}

/** Quiet unless asked: the log needs its library only when there is something to log. */
async function loggerFor(input: CommandInput, world: LogWorld): Promise<Logger> {
  if (input.text("log-level") === undefined && input.text("log-format") === undefined) return lazyLogger(world);
  return await makeLogger(world, input.text("log-level"), input.text("log-format"));
}

async function makeLogger(world: LogWorld, level: string | undefined, format: string | undefined): Promise<Logger> {
  const { createLogger, LOG_FORMATS, LOG_LEVELS, secretsIn } = await import("../adapters/logging/index.ts");
  const levelKnown = LOG_LEVELS.find((word) => word === (level ?? "warn"));
  const formatKnown = LOG_FORMATS.find((word) => word === (format ?? "text"));
  if (levelKnown === undefined) throw problem("bad-usage", `--log-level takes ${LOG_LEVELS.join(", ")}.`);
  if (formatKnown === undefined) throw problem("bad-usage", `--log-format takes ${LOG_FORMATS.join(", ")}.`);
  return createLogger({
    level: levelKnown,
    format: formatKnown,
    secrets: secretsIn(world.env),
    write: world.write,
    fields: { invocation: Math.floor(world.now()).toString(36) },
  });
}

function lazyLogger(world: LogWorld): Logger {
  let real: Promise<Logger> | null = null;
  const at = (level: "warn" | "error") => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    real ??= makeLogger(world, undefined, undefined);
    void real.then((log) => log[level](message, fields));
  };
  return { debug: () => {}, info: () => {}, warn: at("warn"), error: at("error") };
}

/** A secret given as an argument is already in the process list and the shell history: refuse it, and do not repeat it. */
async function refuseSecrets(argv: readonly string[]): Promise<void> {
  if (
    !argv.some(
      (argument) => argument.length >= 20 || argument.startsWith("--token") || argument.startsWith("--api-key"),
    )
  )
    return;
  const { looksLikeSecret } = await import("../adapters/logging/redact.ts");
  if (argv.some((argument) => looksLikeSecret(argument) || /^--(token|api-key)(=|$)/.test(argument))) {
    throw problem(
      "bad-usage",
      "A secret does not belong on the command line: other users can read it there. Set it as an environment variable, such as GITHUB_TOKEN or ODDRUN_API_KEY.",
    );
  }
}
