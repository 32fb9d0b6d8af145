import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Incident } from "@oddrun/core";
import { openStore } from "../packages/oddrun/src/adapters/store/index.ts";
import { type CacheStandIn, startCacheStandIn } from "../scripts/actions-stand-in/cache-server.ts";
import { type JobPlan, runJob } from "../scripts/actions-stand-in/runner.ts";
import { ACTION_FILE } from "../scripts/bundle-action.ts";
import { generateCorpus, type GitHubStandIn, startGitHubStandIn } from "../scripts/github-stand-in/index.ts";
import { machine } from "./machine.ts";

/**
 * `npm run bench:first-report`: what the Action's first look at a repository with 10,000 runs takes, in requests and time, and what it
 * already finds. The released file runs as the runner runs it, at its own pace, against the stand-in for GitHub, which counts.
 * Keeps all of it in benchmarks/results/first-report.md.
 */
const REPOSITORY = "octo-org/app";
const PASSES = 3;
const DAY_MS = 86_400_000;
const ONSETS_ALIKE_MS = 3 * DAY_MS;

interface Measured {
  readonly pass: number;
  readonly seconds: number;
  readonly requests: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly entryBytes: number | null;
  readonly outputs: ReadonlyMap<string, string>;
  readonly summary: string;
}

const folder = mkdtempSync(join(tmpdir(), "oddrun-first-report-"));
const nowMs = Math.floor(Date.now() / 1000) * 1000;
const corpus = generateCorpus({ seed: 1, size: "single", nowMs });
const repositoryId = corpus.repositories[0]!.id;
const github = await startGitHubStandIn({ corpus, nowMs });
// the whole history is collected without the limit, and 100 times as fast
const quick = await startGitHubStandIn({ corpus, nowMs, waitScale: 0.01, limits: { primary: null, secondary: null } });
const cache = await startCacheStandIn();
const say = (line: string): void => void process.stderr.write(`${line}\n`);
try {
  const passes: Measured[] = [];
  for (let pass = 1; pass <= PASSES; pass++) {
    github.clearRequests();
    // an hour between two passes renews what GitHub grants
    if (pass > 1) github.advance(3_600_000);
    passes.push(await measured(pass, github, cache));
    say(`pass ${pass}: ${passes.at(-1)!.requests} requests, ${passes.at(-1)!.seconds.toFixed(0)} s`);
  }
  const first = await incidentsOf("first", github, {});
  const whole = await incidentsOf("whole", quick, { "max-requests": "15000" });
  const found = whole.filter((incident) => first.some((other) => isAlike(incident, other)));
  const text = page(passes, { first, whole, found });
  writeFileSync(join(import.meta.dirname, "results/first-report.md"), text);
  process.stdout.write(text);
} finally {
  for (const server of [github, quick, cache]) await server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function run(
  standIn: GitHubStandIn,
  plan: Partial<JobPlan> & Pick<JobPlan, "cache">,
): Promise<Awaited<ReturnType<typeof runJob>>> {
  const env = { ODDRUN_WAIT_SCALE: standIn === quick ? "0.01" : "1" };
  const common = { main: ACTION_FILE, event: "schedule", repository: REPOSITORY, repositoryId, env };
  const result = await runJob({ ...common, github: standIn, ...plan });
  if (result.exitCode !== 0) throw new Error(result.log);
  return result;
}

async function measured(pass: number, standIn: GitHubStandIn, service: CacheStandIn): Promise<Measured> {
  const beganMs = performance.now();
  const { outputs, summary } = await run(standIn, { cache: service, runId: 1000 + pass });
  const seconds = (performance.now() - beganMs) / 1000;
  const byKind: Record<string, number> = {};
  for (const { route } of standIn.requests) byKind[route] = (byKind[route] ?? 0) + 1;
  const entryBytes = service.entries.find(({ key }) => key.endsWith(`-${1000 + pass}-1`))?.bytes?.length ?? null;
  return { pass, seconds, requests: standIn.requests.length, byKind, entryBytes, outputs, summary };
}

/** What a pass without a past finds, read from the store it leaves. */
async function incidentsOf(
  name: string,
  standIn: GitHubStandIn,
  inputs: Readonly<Record<string, string>>,
): Promise<readonly Incident[]> {
  const dataDir = join(folder, name);
  if (standIn === github) github.advance(3_600_000);
  await run(standIn, { cache: null, inputs: { ...inputs, state: "none", "data-dir": dataDir } });
  const store = await openStore(join(dataDir, "oddrun.db"), { readOnly: true });
  try {
    const all = await store.incidents({}, nowMs + DAY_MS);
    return all.filter(({ state }) => !["suspected", "withdrawn", "merged"].includes(state));
  } finally {
    await store.close();
  }
}

function workflowsOf({ changes }: Incident): Set<number> {
  return new Set(changes.map(({ series }) => series.workflowId));
}

/** The same kind of change, in a workflow in common, at about the same time. */
function isAlike(one: Incident, other: Incident): boolean {
  const others = workflowsOf(other);
  const isCommon = [...workflowsOf(one)].some((id) => others.has(id));
  return one.kind === other.kind && isCommon && Math.abs(one.onsetMs - other.onsetMs) <= ONSETS_ALIKE_MS;
}

function page(
  passes: readonly Measured[],
  { first, whole, found }: Readonly<Record<"first" | "whole" | "found", readonly Incident[]>>,
): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const rows = passes.map(({ pass, seconds, requests, byKind, entryBytes }) => {
    const kinds = Object.entries(byKind)
      .toSorted(([, one], [, other]) => other - one)
      .map(([kind, count]) => `${count} ${kind}`);
    const entry = entryBytes === null ? "" : `${(entryBytes / 1024 / 1024).toFixed(1)} MiB`;
    return `| ${pass} | ${requests} | ${kinds.join(", ")} | ${seconds.toFixed(0)} s | ${entry} |`;
  });
  const more = first.filter((incident) => !whole.some((other) => isAlike(other, incident)));
  return `# The Action's first report

\`npm run bench:first-report\`, ${new Date(nowMs).toISOString().slice(0, 16)}Z, commit ${commit}, ${machine()}.
${REPOSITORY} of the stand-in for GitHub: 10,000 runs in 90 days. The bundled file runs with its usual inputs, at its real pace, an hour
apart by the stand-in's clock, which counts the requests.

| pass | requests | of them | wall time | cache entry |
|--:|--:|---|--:|--:|
${rows.join("\n")}

Of ${whole.length} incidents that a look at the whole history finds, the first look finds ${found.length} (the same kind of change, a workflow in
common, onsets within three days); ${more.length} of its ${first.length} are not among them.

| | kind | began | state |
|---|---|---|---|
${whole.map((incident) => row(found.includes(incident) ? "both" : "whole only", incident)).join("\n")}
${more.map((incident) => row("first only", incident)).join("\n")}

## The first summary

${passes[0]!.summary.replaceAll(/^#/gm, "###")}
`;
}

function row(where: string, { kind, onsetMs, state }: Incident): string {
  return `| ${where} | ${kind} | ${new Date(onsetMs).toISOString().slice(0, 10)} | ${state} |`;
}
