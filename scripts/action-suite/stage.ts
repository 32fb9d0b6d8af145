import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { type CacheStandIn, startCacheStandIn } from "../actions-stand-in/cache-server.ts";
import { type JobPlan, type JobResult, type RunningJob, startJob } from "../actions-stand-in/runner.ts";
import { bundleAction } from "../bundle-action.ts";
import { DAY_MS, evenRuns, jobs, MINUTE_MS, oneRepository } from "../collect-suite/corpora.ts";
import { NOW_MS, startStandIn } from "../collect-suite/stage.ts";
import type { Corpus, GitHubStandIn, RunPlan, StandInOptions } from "../github-stand-in/index.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-action-suite-"));
const caches: CacheStandIn[] = [];
after(async () => {
  for (const cache of caches) await cache.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The action as it is released, built from the present sources. */
const main = join(folder, "index.mjs");
await bundleAction(main);

const RUN_COUNT = 100;

/** A passing run whose one job, with one step, takes so long. */
export function timedRun(createdAt: number, lengthMs: number): RunPlan {
  const times = { startedAt: createdAt + 10_000, completedAt: createdAt + lengthMs };
  const job = { ...times, steps: [{ name: "Test", ...times }] };
  return { createdAt, updatedAt: createdAt + lengthMs, jobs: jobs(1, () => job) };
}

/** Four weeks of one workflow that takes five minutes, and twelve from that run on; 100 never gets slower. */
export function timedCorpus(slowerFrom = 60): Corpus {
  const runs = evenRuns(RUN_COUNT, 28).map(({ createdAt }, at) =>
    timedRun(Number(createdAt), (at < slowerFrom ? 5 : 12) * MINUTE_MS + (at % 7) * 4000),
  );
  return oneRepository(runs);
}

export interface Stage {
  readonly github: GitHubStandIn;
  readonly cache: CacheStandIn;
  /** Runs the action to its end; without a cache service where `cache` is null. */
  readonly run: (plan: Stand) => Promise<JobResult>;
  readonly start: (plan: Stand) => RunningJob;
}

export type Stand = Omit<JobPlan, "github" | "cache" | "main"> & { readonly cache?: null };

/** A GitHub with that history, an empty cache, and a runner. */
export async function stage(corpus: Corpus = timedCorpus(), options: Partial<StandInOptions> = {}): Promise<Stage> {
  const github = await startStandIn({ corpus, waitScale: 0.001, ...options });
  const cache = await startCacheStandIn();
  caches.push(cache);
  let runId = 9_000_000;
  const start = (plan: Stand): RunningJob =>
    startJob({ runId: runId++, ...plan, main, github, cache: plan.cache === null ? null : cache });
  return { github, cache, start, run: (plan) => start(plan).ended };
}

export { DAY_MS, MINUTE_MS, NOW_MS };
