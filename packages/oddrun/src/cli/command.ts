import type { Logger } from "../operations/ports.ts";

/** One option, told once: the help text and both argument parsers come from it. */
export interface OptionSpec {
  /** Long name without dashes: "model-dir". */
  readonly name: string;
  /** What the value is called in the help: "FILE". Without it the option is a switch. */
  readonly value?: string;
  /** May be given several times; the values are collected. */
  readonly repeatable?: true;
  readonly description: string;
  /** Shown in the help; the command applies it. */
  readonly defaultText?: string;
}

export interface ArgumentSpec {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly variadic?: true;
}

/** What was given on the command line, as text: each command checks its own values and says what it accepts. */
export interface CommandInput {
  readonly args: readonly string[];
  text(option: string): string | undefined;
  texts(option: string): readonly string[];
  isSet(option: string): boolean;
}

/** What a command has of the world outside. */
export interface CommandContext {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  /** Everything of one installation: `oddrun.db` and `models/`. */
  readonly dataDir: string;
  readonly log: Logger;
  /** Aborted by SIGINT and SIGTERM: stop soon, leave everything in order. */
  readonly signal: AbortSignal;
  /** One line of progress, on stderr: redrawn in a terminal, at most every few seconds elsewhere unless it is due. */
  readonly progress: (line: string, isDue?: boolean) => void;
}

export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly args: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  /** Gets the settings as they are, references to Key Vault and all, because it looks at them itself. */
  readonly readsRawSettings?: true;
  /** Answers with the exit code; a `Problem` thrown becomes its message and its exit code. */
  run(input: CommandInput, context: CommandContext): Promise<number>;
}
