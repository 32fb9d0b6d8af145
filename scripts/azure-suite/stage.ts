import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import type { TestContext } from "node:test";
import { runCli } from "../../packages/oddrun/dist/cli/run-cli.js";
import { type AzureStandIn, type AzureStandInOptions, startAzureStandIn } from "../azure-stand-in/index.ts";

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Stage {
  readonly standIn: AzureStandIn;
  /** An empty folder for this test's files. */
  readonly folder: string;
  /** Runs one command line in this process, against the stand-in. */
  oddrun(
    args: readonly string[],
    env?: Readonly<Record<string, string | undefined>>,
    signal?: AbortSignal,
  ): Promise<Ended>;
}

/** A stand-in for Azure, this process as its client, and a folder; all gone after the test. */
export async function azureStage(t: TestContext, options: AzureStandInOptions = {}): Promise<Stage> {
  const standIn = await startAzureStandIn(options);
  const undo = standIn.useInProcess();
  const folder = mkdtempSync(join(tmpdir(), "oddrun-azure-"));
  t.after(async () => {
    undo();
    await standIn.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    standIn,
    folder,
    oddrun: (args, env = {}, signal) =>
      oddrunHere(args, { ...standIn.env, ODDRUN_DATA_DIR: join(folder, ".oddrun"), ...env }, signal),
  };
}

/** Runs one command line in this process. */
export async function oddrunHere(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal = new AbortController().signal,
): Promise<Ended> {
  const written = { out: "", err: "" };
  const sink = (name: "out" | "err") =>
    new Writable({
      write(chunk, _, done) {
        written[name] += String(chunk);
        done();
      },
    });
  const code = await runCli({
    argv: [...args],
    env,
    stdin: Readable.from([]),
    stdout: sink("out"),
    stderr: sink("err"),
    now: Date.now,
    signal,
  });
  return { code, ...written };
}
