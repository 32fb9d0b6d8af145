import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { sampleMetrics, sampleMetricsCsv } from "@oddrun/core/simulation";
import { runCli } from "../../packages/oddrun/dist/cli/run-cli.js";
import { type AzureStandIn, startAzureStandIn } from "../azure-stand-in/index.ts";
import { answerOfModel } from "./answer-of-model.ts";
import { keptWorld, type KeptWorld } from "./kept-world.ts";

/** What one run of the program came to. */
export interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface Stage {
  readonly standIn: AzureStandIn;
  readonly folder: string;
  /** Runs the program in this process, as the job `job` of GitHub Actions. */
  readonly run: (args: readonly string[], job?: string) => Promise<Ended>;
  readonly keep: () => KeptWorld;
  close(): Promise<void>;
}

export const IMAGE = `croddrun.azurecr.io/oddrun-scoring@sha256:${"ab".repeat(32)}`;
const RECORDS = 60;

/** An Azure in this process with the program as its client; behind deployments the model answers that was registered, without a server of its own. */
export async function setStage(): Promise<Stage> {
  const standIn = await startAzureStandIn({ containers: answerOfModel });
  const undo = standIn.useInProcess();
  const folder = mkdtempSync(join(tmpdir(), "oddrun-azure-faults-"));
  for (const seed of [1, 2]) {
    mkdirSync(join(folder, `${seed}`));
    const records = sampleMetrics({ records: RECORDS, anomalies: 0.05, seed });
    writeFileSync(join(folder, `${seed}`, "metrics.csv"), sampleMetricsCsv(records));
  }
  return {
    standIn,
    folder,
    run: (args, job = "1") => runHere(standIn, args, { GITHUB_RUN_ID: job }),
    keep: () => keptWorld(standIn.state),
    async close() {
      undo();
      await standIn.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function runHere(
  { env }: AzureStandIn,
  args: readonly string[],
  more: Readonly<Record<string, string>>,
): Promise<Ended> {
  const [stdout, stderr] = [collector(), collector()];
  const exitCode = await runCli({
    argv: args,
    env: { ...env, ...more },
    stdin: Readable.from([]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    now: Date.now,
    signal: new AbortController().signal,
  });
  return { exitCode, out: stdout.text(), err: stderr.text() };
}

function collector() {
  let text = "";
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString("utf8");
      done();
    },
  });
  return { stream, text: () => text };
}
