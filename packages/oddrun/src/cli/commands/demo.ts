import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_FOREST_OPTIONS } from "@oddrun/core/isolation-forest";
import { problem } from "../../operations/problems.ts";
import type { Store } from "../../adapters/store/index.ts";
import type { ModelRegistry, RunStore } from "../../operations/ports.ts";
import type { CommandContext, CommandSpec } from "../command.ts";
import { wholeNumber } from "../options.ts";

const DAY_MS = 86_400_000;
const DEMO_DAYS = 60;
const SEED = 7;

export const demoCommand: CommandSpec = {
  name: "demo",
  summary: "Simulate an organisation, judge its runs and show the odd ones on a page",
  args: [],
  options: [
    { name: "port", value: "PORT", description: "Port of the page; 0 takes a free one", defaultText: "8080" },
    {
      name: "data-dir",
      value: "DIR",
      description: "Everything of the demo, apart from real runs",
      defaultText: ".oddrun-demo",
    },
    { name: "no-serve", description: "Stop when everything is judged" },
  ],
  async run(input, context) {
    // a folder of its own, so that simulated runs never mix with real ones
    const dataDir = input.text("data-dir") ?? ".oddrun-demo";
    const demo: CommandContext = { ...context, dataDir };
    const port = wholeNumber(input, "port", { min: 0, max: 65_535, otherwise: 8080 });
    if (!input.isSet("no-serve")) await checkPort(port);
    await prepare(demo);
    if (input.isSet("no-serve")) return 0;
    const { serveCommand } = await import("./serve.ts");
    return await serveCommand.run(input, demo);
  },
};

/** How far the demo has come. A start that was stopped goes on with the same organisation, a later one reuses what is there. */
interface DemoState {
  readonly startMs: number;
  readonly isComplete: boolean;
}

async function prepare(context: CommandContext): Promise<void> {
  const { openStore } = await import("../../adapters/store/index.ts");
  const { makeFolder, writeFileAtomically } = await import("../../adapters/files/index.ts");
  const { dataDir } = context;
  const path = join(dataDir, "demo.json");
  const before = await readState(path);
  if (before?.isComplete === true) {
    say(context, `The simulated organisation is there already, in ${dataDir}.`);
    return;
  }
  makeFolder(dataDir);
  const startMs = before?.startMs ?? Math.floor(context.now() / DAY_MS - DEMO_DAYS) * DAY_MS;
  const keep = (state: DemoState) => writeFileAtomically(path, `${JSON.stringify(state)}\n`, { force: true });
  await keep({ startMs, isComplete: false });
  const store = await openStore(join(dataDir, "oddrun.db"));
  try {
    await simulate(store, startMs, context);
    await trainAndJudge(store, context);
    await watch(store, context);
  } finally {
    await store.close();
  }
  await keep({ startMs, isComplete: true });
}

async function simulate(store: RunStore, startMs: number, context: CommandContext): Promise<void> {
  const { simulateOrganisation } = await import("@oddrun/core/simulation");
  say(context, `Simulating ${DEMO_DAYS} days of an organisation with 6 repositories and 20 workflows.`);
  let runCount = 0;
  for (const batch of simulateOrganisation({ seed: SEED, startMs, days: DEMO_DAYS }).batches) {
    context.signal.throwIfAborted();
    await store.save(batch);
    runCount += batch.runs.length;
    context.progress(`${runCount} runs written`);
  }
  say(context, `${runCount} run attempts are in ${join(context.dataDir, "oddrun.db")}.`);
}

async function trainAndJudge(store: RunStore, context: CommandContext): Promise<void> {
  const { localRegistry } = await import("../../adapters/model-registry/index.ts");
  const { trainMetricsModel } = await import("../../operations/models/train-model.ts");
  const { tabulateRuns } = await import("../../operations/models/tabulate-runs.ts");
  const { detectOddRuns } = await import("../../operations/odd-runs/detect-odd-runs.ts");
  const registry: ModelRegistry = localRegistry(join(context.dataDir, "models"), context.now, context.log);
  const table = await tabulateRuns(store);
  const options = { contamination: 0.05, forest: DEFAULT_FOREST_OPTIONS, dataWindow: table.dataWindow };
  const { model } = trainMetricsModel(table, options, "the simulated runs");
  const { version } = await registry.register(model, "the simulated runs");
  say(context, `Trained ${version} on ${model.rowCount} records, for POST /score.`);
  const { judged, isComplete } = await detectOddRuns(
    { store, registry, log: context.log, now: context.now, signal: context.signal, progress: context.progress },
    { place: context.dataDir },
  );
  if (!isComplete) context.signal.throwIfAborted();
  say(context, `Judged every run by its own past: ${judged.anomalous} are odd, ${judged.usual} usual.`);
}

async function watch(store: Store, context: CommandContext): Promise<void> {
  const { lookForChanges } = await import("../../operations/changes/look-for-changes.ts");
  const { log, now, signal, dataDir } = context;
  const progress = (line: string) => context.progress(line);
  const { summary, incidents } = await lookForChanges({ store, log, now, signal, progress }, { place: dataDir });
  if (!summary.isComplete) context.signal.throwIfAborted();
  const { told, recovered, settled } = summary.said;
  const over = `${recovered} went back, ${settled} became usual`;
  const found = `${told} changes (${over}); with mere suspicions they come to ${incidents.length} incidents`;
  say(context, `Watched ${summary.seriesCount} series for levels that moved and stayed: ${found}.`);
  say(context, `"oddrun incidents list --data-dir ${dataDir}" shows them.`);
}

/** Better told now than after all the work. */
async function checkPort(port: number): Promise<void> {
  const { createServer } = await import("node:net");
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => reject(problem("port-not-free", "127.0.0.1", port, error.message)));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}

function say(context: CommandContext, line: string): void {
  context.stdout.write(`${line}\n`);
}

async function readState(path: string): Promise<DemoState | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as DemoState;
  } catch {
    return null;
  }
}
