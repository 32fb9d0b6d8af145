import type { Suspect } from "@oddrun/core";
import { printable } from "../text/visible-text.ts";

const NAME_CHARS = 80;
const JOBS_SHOWN = 3;

/** "runner labels ubuntu-22.04 -> ubuntu-24.04 (job test): 12 of 12 runs since, 0 of 40 before". */
export function suspectWords(suspect: Suspect): string {
  const { kind, from, to, before, since, offsetRuns } = suspect;
  if (kind === "commits")
    return `commits ${printable(from.slice(0, 12))}..${printable(to.slice(0, 12))}: they differ from run to run anyway`;
  const counts = `${since.newCount} of ${since.runCount} runs since, ${before.newCount} of ${before.runCount} before`;
  const hint = before.runCount < 5 || since.runCount < 5 ? ", a hint only" : "";
  const runs = Math.abs(offsetRuns) === 1 ? "run" : "runs";
  const offset = offsetRuns === 0 ? "" : `, ${Math.abs(offsetRuns)} ${runs} ${offsetRuns < 0 ? "earlier" : "later"}`;
  return `${changed(suspect)}: ${counts}${hint}${offset}`;
}

function changed({ kind, jobs, step, from, to }: Suspect): string {
  const values = `${printable(from, NAME_CHARS)} -> ${printable(to, NAME_CHARS)}`;
  const names = jobs.slice(0, JOBS_SHOWN).map((name) => `"${printable(name, NAME_CHARS)}"`);
  const more = jobs.length > JOBS_SHOWN ? ` and ${jobs.length - JOBS_SHOWN} more` : "";
  const told = `${jobs.length === 1 ? "job" : "jobs"} ${names.join(", ")}${more}`;
  const ofJobs = jobs.length === 0 ? "" : ` (${told})`;
  if (kind === "job") return `${told}: ${values}`;
  if (kind === "matrix-size") return `jobs of the matrix ${values}${ofJobs}`;
  if (kind === "step") return `step "${printable(step ?? "", NAME_CHARS)}" ${values}${ofJobs}`;
  if (kind === "action") return `action ${printable(step ?? "", NAME_CHARS)} ${values}${ofJobs}`;
  if (kind === "workflow-file") return "the workflow's file, or what it calls";
  return `${WORDS[kind]} ${values}${ofJobs}`;
}

const WORDS: Readonly<
  Record<Exclude<Suspect["kind"], "job" | "matrix-size" | "step" | "action" | "workflow-file">, string>
> = {
  "runner-labels": "runner labels",
  "runner-group": "runner group",
  runner: "runner",
  "runner-image": "runner image",
  "runner-version": "runner program",
  "operating-system": "operating system",
  region: "region",
  cache: "caches",
  commits: "commits",
};
