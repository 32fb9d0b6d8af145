import type {
  ActionChange,
  ApprovalsFound,
  CacheCounts,
  CacheFound,
  CommitsFound,
  Evidence,
  RunnerFacts,
  RunnerFound,
  WorkflowFileFound,
} from "@oddrun/core";
import { printable } from "../text/visible-text.ts";

const NAME_CHARS = 80;
const CHANGES_SHOWN = 5;

/** What changed; null when that is nothing or not known. */
export function changeText(evidence: Evidence): string | null {
  if (evidence.value === null) return null;
  if (evidence.kind === "commits") return commitsText(evidence.value);
  if (evidence.kind === "workflow-file") return filesText(evidence.value);
  if (evidence.kind === "actions") {
    const changes = evidence.value.changes.map((change) => actionText(change, evidence.subject !== ""));
    return changes.length === 0 ? null : shortened(changes).join(", ");
  }
  if (evidence.kind === "runner") return runnerText(evidence.value, evidence.subject);
  if (evidence.kind === "cache") return cacheText(evidence.value, evidence.subject);
  return approvalsText(evidence.value);
}

function commitsText({ commitCount, fileCount, isCut }: CommitsFound): string | null {
  if (commitCount === 0 && fileCount === 0) return null;
  return `${counted(commitCount, "commit")} with ${isCut ? "at least " : ""}${counted(fileCount, "file")}`;
}

function filesText({ path, changed }: WorkflowFileFound): string | null {
  if (changed.length === 0) return null;
  const called = changed.filter((file) => file !== path).map((file) => printable(file, NAME_CHARS));
  const own = changed.includes(path) ? "the workflow's file" : "";
  const others = called.length > 0 ? `what it calls: ${shortened(called).join(", ")}` : "";
  return [own, others].filter((part) => part !== "").join(", ");
}

function runnerText({ changes }: RunnerFound, job: string): string | null {
  if (changes.length === 0) return null;
  const told = changes.map(
    ({ what, from, to }) => `${RUNNER[what]} ${printable(from, NAME_CHARS)} -> ${printable(to, NAME_CHARS)}`,
  );
  return `${told.join(", ")} (job ${printable(job, NAME_CHARS)})`;
}

function approvalsText({ approvals }: ApprovalsFound): string {
  const told = approvals.map(({ state, environments }) => {
    const names = shortened(environments.map((name) => printable(name, NAME_CHARS))).join(", ");
    return `${printable(state, 30)}${names === "" ? "" : ` for ${names}`}`;
  });
  return told.length === 0
    ? "it waited long, with no approval on record"
    : `it waited long, with approvals on record: ${shortened(told).join("; ")}`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

function shortened(parts: readonly string[]): readonly string[] {
  const more = parts.length - CHANGES_SHOWN;
  return more > 0 ? [...parts.slice(0, CHANGES_SHOWN), `${more} more`] : parts;
}

function actionText({ name, from, to }: ActionChange, isMoved: boolean): string {
  const shown = printable(name, NAME_CHARS);
  if (isMoved) return `${shown} now is commit ${references(to)}, before ${references(from)}`;
  if (from.length === 0) return `${shown} ${references(to)} is new`;
  if (to.length === 0) return `${shown} ${references(from)} is gone`;
  return `${shown} ${references(from)} -> ${references(to)}`;
}

/** Hashes of commits are cut as Git cuts them. */
function references(list: readonly string[]): string {
  const shown = list.map((reference) => {
    if (reference === "") return "without a version";
    return /^[0-9a-f]{40,64}$/.test(reference) ? reference.slice(0, 7) : printable(reference, NAME_CHARS);
  });
  return shortened(shown).join(" and ");
}

const RUNNER: Readonly<Record<keyof RunnerFacts, string>> = {
  image: "runner image",
  imageVersion: "runner image version",
  runnerVersion: "runner program",
  operatingSystem: "operating system",
  region: "region",
  runnerName: "runner",
  runnerGroup: "runner group",
  machineName: "machine",
};

function cacheText({ now, before, isCut }: CacheFound, job: string): string | null {
  const told = countsText(now);
  if (before !== null && told === countsText(before)) return null;
  const part = isCut ? ", in the part of the log that was read" : "";
  return `caches: ${told}${before === null ? "" : `, before ${countsText(before)}`} (job ${printable(job, NAME_CHARS)}${part})`;
}

function countsText({ hits, partialHits, misses, failures, cachedLayers }: CacheCounts): string {
  const parts = [
    misses > 0 ? `${misses} missed` : "",
    partialHits > 0 ? `${partialHits} restored from an older key` : "",
    hits > 0 ? `${hits} restored` : "",
    failures > 0 ? counted(failures, "error") : "",
    cachedLayers > 0 ? `${cachedLayers} cached layers` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "none" : parts.join(", ");
}
