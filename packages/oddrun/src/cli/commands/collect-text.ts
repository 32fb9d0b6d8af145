import type { CollectProgress, CollectSummary, MissingPart } from "../../operations/collect/collect-runs.ts";
import { grouped } from "../../operations/text/grouped-number.ts";
import type { RequestBudget, SaveCounts } from "../../operations/ports.ts";
import { printable } from "../../operations/text/visible-text.ts";

/** One line while collecting. `leftMs`: how long the jobs take that are still to be asked for, when that is known. */
export function progressText(progress: CollectProgress, budget: RequestBudget, leftMs: number | null): string {
  const { repositoryCount, listedRepositoryCount, attemptCount, tasksLeft } = progress;
  const about = leftMs === null ? "" : ` (about ${duration(leftMs)})`;
  return [
    `${grouped(listedRepositoryCount)} of ${count(repositoryCount, "repository")}`,
    count(attemptCount, "attempt"),
    ...(tasksLeft > 0 ? [`jobs of ${count(tasksLeft, "attempt")} to go${about}`] : []),
    count(budget.sent, "request"),
    ...leftText(budget),
  ].join(", ");
}

function leftText({ remaining, renewedAtMs }: RequestBudget): readonly string[] {
  if (remaining === null) return [];
  return [`${grouped(remaining)} left${renewedAtMs === null ? "" : ` until ${clock(renewedAtMs)} UTC`}`];
}

/** What a collection did, what is missing, and what to do next, for people. `printed` makes a command of its name. */
export function collectText(summary: CollectSummary, printed: (name: string) => string): string {
  const { attempts, jobs, repositories, missing, stopped } = summary;
  const lines = [
    `${count(repositories.collected, "repository")}, runs created since ${day(summary.sinceMs)}:`,
    `  attempts  ${countsText(attempts)}`,
    `  jobs      ${countsText(jobs)}`,
    `  steps     ${grouped(summary.steps)} read`,
    `  requests  ${requestsText(summary)}`,
    `  time      ${duration(summary.tookMs)}`,
    ...remarks(summary),
  ];
  const { failed } = repositories;
  if (failed.length > 0) {
    lines.push(`Not collected, ${failed.length} of ${failed.length + repositories.collected}:`);
    for (const { repository, message } of failed) {
      lines.push(`  ${printable(repository, 200)}: ${printable(message, 400)}`);
    }
  }
  const needed = missing.reduce((sum, { requestsNeeded }) => sum + requestsNeeded, 0);
  if (missing.length > 0) {
    lines.push("Still missing:", ...some(missing, 10).map(missingText));
    if (missing.length > 10) lines.push(`  and parts of ${missing.length - 10} other repositories (--json names all)`);
  }
  if (stopped?.reason === "requests-used-up") lines.push("Stopped: the requests of --max-requests are used up.");
  if (stopped?.reason === "interrupted") lines.push("Stopped as asked; what is counted here is kept.");
  if (missing.length > 0 || stopped !== null) {
    const about = needed > 0 ? `: about ${count(needed, "request")} ${needed === 1 ? "is" : "are"} still needed` : "";
    lines.push(`Run the same command again to go on${about}.`);
  }
  if (attempts.added + attempts.changed > 0) lines.push(`Next: ${printed("detect")} && ${printed("report")}`);
  return `${lines.join("\n")}\n`;
}

function requestsText({ requests, stopped }: CollectSummary): string {
  const parts = [
    [requests.list, "for lists of runs"],
    [requests.jobs, "for jobs"],
    [requests.attempts, "for earlier attempts"],
    [requests.polls, "for open runs"],
    [requests.repositories, "for repositories"],
    [requests.further, `for further pages and look-ups${stopped === null ? "" : ", or broken off"}`],
    [requests.sentAgain, "sent again after a fault or a refusal"],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, what]) => `${grouped(count)} ${what}`);
  const free =
    requests.notModified > 0 ? [`${grouped(requests.notModified)} of them not modified, which cost nothing`] : [];
  return `${grouped(requests.sent)} sent${shown.length > 0 ? `: ${[...shown, ...free].join(", ")}` : ""}`;
}

const NOTES: Readonly<Record<string, string>> = {
  "conclusion-missing": 'completed without a conclusion, kept as "other"',
  "conclusion-unknown": 'with a conclusion that is not known here, kept as "other" and not judged',
  "duration-disagrees": "with a duration that disagrees with the times: the times hold",
  "end-from-run": "with an end that only the run itself tells, which may be late",
  "times-implausible": "with a time that cannot be right, taken as unknown",
};

function remarks(summary: CollectSummary): readonly string[] {
  const { notes, unreadable, deletedUpstream, givenUpRuns, failedTasks, givenUpTasks, leftOutRuns, warnings } = summary;
  const lines = Object.entries(notes).map(
    ([note, times]) => `  ${count(times, "attempt")} ${NOTES[note] ?? note.replaceAll("-", " ")}`,
  );
  if (leftOutRuns > 0) lines.push(`  ${count(leftOutRuns, "listed run")} of other workflows or branches left out`);
  if (deletedUpstream > 0) lines.push(`  ${grouped(deletedUpstream)} deleted on GitHub; what was stored of them stays`);
  if (givenUpRuns > 0)
    lines.push(`  ${count(givenUpRuns, "run")} still open 67 days after creation, not asked for any more`);
  if (givenUpTasks > 0)
    lines.push(`  ${count(givenUpTasks, "answer")} not to be had in 30 tries, not asked for any more`);
  if (failedTasks > 0)
    lines.push(`  ${count(failedTasks, "answer")} not to be had or not complete yet: asked for again next time`);
  for (const [reason, times] of some(Object.entries(unreadable), 5)) {
    lines.push(`  ${grouped(times)} left out, not readable: ${printable(reason, 160)}`);
  }
  lines.push(...some(warnings, 10).map((warning) => `  Warning: ${printable(warning, 300)}`));
  if (warnings.length > 10) lines.push(`  and ${warnings.length - 10} further warnings (--json names all)`);
  return lines;
}

function missingText({ repository, unlisted, attemptsToAsk, jobsToAsk }: MissingPart): string {
  const parts = [
    ...some(unlisted, 3).map(({ fromMs, toMs }) => `runs created from ${minute(fromMs)} to ${minute(toMs)} UTC`),
    ...(unlisted.length > 3 ? [`${unlisted.length - 3} further stretches of time`] : []),
    ...(attemptsToAsk > 0 ? [count(attemptsToAsk, "earlier attempt")] : []),
    ...(jobsToAsk > 0 ? [`the jobs of ${count(jobsToAsk, "attempt")}`] : []),
  ];
  return `  ${printable(repository, 200)}: ${parts.length === 0 ? "the newest runs" : parts.join(", ")}`;
}

function countsText({ added, changed, unchanged }: SaveCounts): string {
  return `${grouped(added)} added, ${grouped(changed)} changed, ${grouped(unchanged)} unchanged`;
}

function count(value: number, what: string): string {
  if (value === 1) return `1 ${what}`;
  return `${grouped(value)} ${what.endsWith("y") ? `${what.slice(0, -1)}ies` : `${what}s`}`;
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const some = <Item>(items: readonly Item[], max: number): readonly Item[] => items.slice(0, max);
const minute = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace("T", " ");
const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 16);
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
