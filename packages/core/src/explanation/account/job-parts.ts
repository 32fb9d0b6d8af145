import { type Job, parseJobName, type Step } from "../../pipeline/index.ts";
import { type StepKind, stepKind } from "./step-kind.ts";

/** A kind of time within a job, or before it. */
export type JobPartKind = StepKind | "between-jobs" | "queue" | "unexplained";

/** A stretch of time that belongs to one job. */
export interface JobPart {
  readonly kind: JobPartKind;
  /** The step's name; null where it is none, and for the work of a job whose steps are not known. */
  readonly step: string | null;
  /** What the same step of other runs goes by, too: its name without versions and numbers. */
  readonly key: string;
  readonly ms: number;
}

/** A job of one run with where its time went, from what it waited for until its end: the parts are that long together. */
export interface JobStretch {
  readonly job: Job;
  /** The job's name without its matrix values: matrix jobs stand in for each other from run to run. */
  readonly fellows: string;
  /** The job whose end it waited for; null for one that was ready from the start. */
  readonly after: Job | null;
  readonly parts: readonly JobPart[];
}

/** Clocks of different machines differ: an end this little after a creation is before it. */
const SLACK_MS = 5000;

/** A job that ran in this attempt, with sound times. */
export interface RanJob {
  readonly job: Job;
  readonly startMs: number;
  readonly endMs: number;
}

/** The jobs that ran, with their starts and ends; times outside of the attempt are held to it. */
export function ranJobs(jobs: readonly Job[], readyMs: number, endMs: number): readonly RanJob[] {
  return jobs.flatMap((job) => {
    if (job.duration.ms === null || job.startedAtMs === null) return [];
    const startMs = Math.min(Math.max(job.startedAtMs, readyMs), endMs);
    return [{ job, startMs, endMs: Math.min(Math.max(job.startedAtMs + job.duration.ms, startMs), endMs) }];
  });
}

/**
 * Where the time of a job went. What it waited for is the job that ended last before it was made: GitHub makes a job when all it
 * needs are done. `stepsOf` gives the steps of a job; none where they are not known or not wanted.
 */
export function jobStretch(
  { job, startMs, endMs }: RanJob,
  all: readonly RanJob[],
  readyMs: number,
  stepsOf: (job: Job) => readonly Step[],
): JobStretch {
  const madeMs = Math.min(startMs, Math.max(readyMs, job.createdAtMs ?? startMs));
  const before = job.createdAtMs === null || madeMs - readyMs > SLACK_MS ? lastBefore(all, job, madeMs, startMs) : null;
  const fromMs = before?.endMs ?? readyMs;
  const queuedMs = Math.max(madeMs, fromMs);
  const parts: JobPart[] = [];
  // before the first jobs GitHub takes a while to make them: that is part of the queue, as everywhere in Oddrun
  if (before === null && job.createdAtMs !== null) parts.push(partOf("queue", startMs - fromMs));
  else parts.push(partOf("between-jobs", queuedMs - fromMs), partOf("queue", startMs - queuedMs));
  const fellows = fellowsName(job.name);
  const after = before?.job ?? null;
  return { job, fellows, after, parts: [...parts, ...executionParts(stepsOf(job), endMs - startMs)] };
}

/** The name that all jobs of one matrix share; any other job's own name. */
export function fellowsName(name: string): string {
  const { caller, inner } = parseJobName(name);
  return caller === null ? inner : `${caller} / ${inner}`;
}

function lastBefore(all: readonly RanJob[], job: Job, madeMs: number, startMs: number): RanJob | null {
  let last: RanJob | null = null;
  for (const other of all) {
    // one that began no earlier cannot be what it waited for, however the clocks stand
    if (other.job === job || other.startMs >= startMs) continue;
    if (other.endMs > Math.min(madeMs + SLACK_MS, startMs)) continue;
    if (last === null || other.endMs > last.endMs) last = other;
  }
  return last;
}

function executionParts(steps: readonly Step[], executionMs: number): readonly JobPart[] {
  if (steps.every((step) => step.duration.ms === null)) return [partOf("work", executionMs)];
  const seen = new Map<string, number>();
  const parts: JobPart[] = [];
  let told = 0;
  for (const { name, duration } of steps) {
    // skipped ones count, too: which of several of one name it is must not depend on the others having run
    const base = stepKey(name);
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    if (duration.ms === null) continue;
    parts.push({ kind: stepKind(name), step: name, key: count === 1 ? base : `${base} (${count})`, ms: duration.ms });
    told += duration.ms;
  }
  return [...parts, partOf("unexplained", executionMs - told)];
}

const partOf = (kind: JobPartKind, ms: number): JobPart => ({ kind, step: null, key: "", ms });

const KEY_CHARS = 48;

/**
 * A step's name without what changes from run to run: the version of its action, numbers and hashes, and the end of a long command,
 * which GitHub takes for the name of a step that has none.
 */
function stepKey(name: string): string {
  return name
    .slice(0, 300)
    .replace(/@\S+$/, "")
    .replace(/\b[0-9a-f]{7,64}\b|\d+(?:\.(?:\d+|x))*/g, "#")
    .slice(0, KEY_CHARS);
}
