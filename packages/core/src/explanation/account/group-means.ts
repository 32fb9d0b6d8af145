import type { JobPart, JobStretch } from "./job-parts.ts";
import type { RunBreakdown } from "./run-breakdown.ts";

/** Means over the typical runs of one group, in ms. */
export interface GroupMeans {
  readonly runCount: number;
  readonly totalMs: number;
  readonly earlierAttemptsMs: number;
  readonly queueMs: number;
  readonly restMs: number;
  /** By the name of fellow jobs. */
  readonly jobs: ReadonlyMap<string, JobMeans>;
}

export interface JobMeans {
  /** Share of the runs on whose critical path it lies. */
  readonly pathShare: number;
  /** What it adds to the mean run: its parts on the path over all runs. */
  readonly pathMs: number;
  /** Its parts by `partKey`, each a mean over all runs in which it ran, on the path or beside it. */
  readonly parts: ReadonlyMap<string, JobPart>;
  /** Name of the job that it mostly was: with its matrix values where those are mostly the same. */
  readonly name: string;
  /** Labels of the runner it mostly asked for. */
  readonly labels: string | null;
}

export const partKey = ({ kind, key }: Pick<JobPart, "kind" | "key">): string => `${kind}\n${key}`;

interface Tally {
  pathCount: number;
  pathMs: number;
  ranCount: number;
  readonly parts: Map<string, JobPart>;
  readonly names: Map<string, number>;
  readonly labels: Map<string, number>;
}

export function groupMeans(runs: readonly RunBreakdown[]): GroupMeans {
  const tallies = new Map<string, Tally>();
  for (const { path, beside } of runs) {
    for (const [fellows, stretches] of Map.groupBy(path, (stretch) => stretch.fellows)) {
      const tally = getTally(tallies, fellows);
      tally.pathCount += 1;
      for (const { parts } of stretches) tally.pathMs += parts.reduce((sum, { ms }) => sum + ms, 0);
      addStretches(tally, stretches);
    }
    for (const stretch of beside) addStretches(getTally(tallies, stretch.fellows), [stretch]);
  }
  const mean = (of: (run: RunBreakdown) => number): number =>
    runs.length === 0 ? 0 : runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  return {
    runCount: runs.length,
    totalMs: mean((run) => run.totalMs),
    earlierAttemptsMs: mean((run) => run.earlierAttemptsMs),
    queueMs: mean((run) => run.queueMs),
    restMs: mean((run) => run.restMs),
    jobs: new Map([...tallies].map(([fellows, tally]) => [fellows, jobMeans(fellows, tally, runs.length)])),
  };
}

function getTally(tallies: Map<string, Tally>, fellows: string): Tally {
  const known = tallies.get(fellows);
  if (known !== undefined) return known;
  const made: Tally = { pathCount: 0, pathMs: 0, ranCount: 0, parts: new Map(), names: new Map(), labels: new Map() };
  tallies.set(fellows, made);
  return made;
}

function addStretches(tally: Tally, stretches: readonly JobStretch[]): void {
  tally.ranCount += 1;
  const { name, runnerLabels } = stretches.at(-1)!.job;
  tally.names.set(name, (tally.names.get(name) ?? 0) + 1);
  if (runnerLabels !== null) tally.labels.set(runnerLabels, (tally.labels.get(runnerLabels) ?? 0) + 1);
  for (const part of stretches.flatMap(({ parts }) => parts)) {
    const key = partKey(part);
    tally.parts.set(key, { ...part, ms: (tally.parts.get(key)?.ms ?? 0) + part.ms });
  }
}

function jobMeans(fellows: string, tally: Tally, runCount: number): JobMeans {
  const { pathCount, pathMs, ranCount, parts, names, labels } = tally;
  const [name, nameCount] = most(names) ?? [fellows, 0];
  return {
    pathShare: pathCount / runCount,
    pathMs: pathMs / runCount,
    parts: new Map([...parts].map(([key, part]) => [key, { ...part, ms: part.ms / ranCount }])),
    name: nameCount >= MOSTLY * ranCount ? name : fellows,
    labels: most(labels)?.[0] ?? null,
  };
}

/** Share of runs from which on a job goes by the name of one cell of its matrix. */
const MOSTLY = 0.8;

function most(counts: ReadonlyMap<string, number>): readonly [string, number] | undefined {
  let first: readonly [string, number] | undefined;
  for (const entry of counts) if (first === undefined || entry[1] > first[1]) first = entry;
  return first;
}
