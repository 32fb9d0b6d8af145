import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { after } from "node:test";
import type { StoredRun } from "../../operations/ports.ts";
import { Problem } from "../../operations/problems.ts";
import { openStore } from "../../adapters/store/index.ts";
import type { CommandContext, CommandSpec } from "../command.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-command-"));
after(() => {
  rmSync(folder, { recursive: true });
});

let places = 0;
/** A path that nothing is at yet. */
export const newPlace = (name = "data"): string => join(folder, `${places++}-${name}`);

export interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  /** The message of the problem, or "". */
  readonly message: string;
}

export interface World {
  readonly stdin?: string | Buffer;
  readonly stop?: AbortController;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (line: string) => void;
}

/** Runs a command as the program would, with options as `[name, value]` or `[name]`. */
export async function runCommand(
  command: CommandSpec,
  dataDir: string,
  args: readonly string[],
  options: readonly (readonly [string, string?])[] = [],
  { stdin = "", stop = new AbortController(), env = {}, onProgress = () => {} }: World = {},
): Promise<Outcome> {
  const values = (name: string) => options.filter(([given]) => given === name).map(([, value]) => value ?? "");
  const stdout = new PassThrough();
  // read while it writes: a stream that nobody reads takes 16 KB and then makes its writer wait
  const written = textOf(stdout);
  const stderr = new PassThrough().resume();
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const context: CommandContext = {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout,
    stderr,
    env,
    now: () => Date.UTC(2026, 5, 1),
    dataDir,
    log,
    signal: stop.signal,
    progress: onProgress,
  };
  const input = {
    args,
    text: (name: string) => values(name).at(-1),
    texts: values,
    isSet: (name: string) => options.some(([given]) => given === name),
  };
  try {
    const exitCode = await command.run(input, context);
    stdout.end();
    return { exitCode, out: await written, message: "" };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { exitCode: error.exitCode, out: "", message: error.message };
  }
}

export async function storedRuns(dataDir: string): Promise<readonly StoredRun[]> {
  const store = await openStore(join(dataDir, "oddrun.db"));
  const runs: StoredRun[] = [];
  for await (const run of store.finishedRuns()) runs.push(run);
  await store.close();
  return runs;
}
