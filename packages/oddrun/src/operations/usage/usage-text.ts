import type { NoPrice, Spread, Usage } from "@oddrun/core";
import type { UsageGroupName, UsageReport } from "./sum-usage.ts";
import { printable } from "../text/visible-text.ts";

/** The usage as rows of a table, the heading first, and the sentences under it. */
export function usageText(report: UsageReport, limit: number): { rows: readonly string[][]; notes: readonly string[] } {
  const { groups, total } = report;
  const shown = groups.slice(0, limit);
  const title =
    groups[0] === undefined ? ["nothing"] : Object.keys(groups[0].name).map((name) => name.replace("_", " "));
  const sumName = title.map((_, place) => (place === 0 ? "all" : ""));
  const heading = [...title, "jobs", "minutes", "billed", "cost", "queue p50", "queue p90", "not known"];
  const rows = [
    heading,
    ...shown.map(({ name, usage }) => [...names(name), ...numbers(usage)]),
    [...sumName, ...numbers(total)],
  ];
  const notes: string[] = [];
  if (groups.length > shown.length) {
    notes.push(`The dearest ${shown.length} of ${groups.length} are shown; --limit shows more.`);
  }
  notes.push(...costNotes(report), ...timeNotes(report));
  return { rows, notes };
}

/** The usage for programs: milliseconds and whole millionths of a dollar as they are, names as they came. */
export function usageJson({ by, groups, total, held, ...report }: UsageReport): string {
  const { runCount, runsWithoutJobs, prices } = report;
  return `${JSON.stringify(
    {
      by,
      run_count: runCount,
      runs_without_jobs: runsWithoutJobs,
      prices: { source: prices.source, date: prices.date },
      held: spreadJson(held),
      total: usageFields(total),
      groups: groups.map(({ name, usage }) => ({ ...name, ...usageFields(usage) })),
    },
    null,
    2,
  )}\n`;
}

function usageFields(usage: Usage): Readonly<Record<string, unknown>> {
  return {
    job_count: usage.jobCount,
    execution_ms: usage.executionMs,
    billed_minutes: usage.billedMinutes,
    known_cost_usd: usage.microUsd / 1_000_000,
    unpriced_minutes: usage.unpricedMinutes,
    queue: spreadJson(usage.queue),
    execution: spreadJson(usage.execution),
  };
}

function spreadJson({ knownCount, medianMs, p90Ms, unknown }: Spread): Readonly<Record<string, unknown>> {
  return { known_count: knownCount, median_ms: medianMs, p90_ms: p90Ms, unknown };
}

const names = (name: UsageGroupName): string[] =>
  Object.values(name).map((part) => (part === null || part === "" ? "not known" : printable(part, 60)));

function numbers(usage: Usage): string[] {
  const unknownCount = sum(usage.execution.unknown);
  return [
    String(usage.jobCount),
    (usage.executionMs / 60_000).toFixed(0),
    String(usage.billedMinutes),
    costText(usage),
    span(usage.queue.medianMs),
    span(usage.queue.p90Ms),
    unknownCount === 0 ? "" : plural(unknownCount, "job"),
  ];
}

/** "$1.23", "$1.23 + 40 min" where 40 minutes have no price, "free" where GitHub takes nothing. */
function costText({ microUsd, unpricedMinutes, billedMinutes }: Usage): string {
  const open = (unpricedMinutes["label-unknown"] ?? 0) + (unpricedMinutes["visibility-unknown"] ?? 0);
  const own = unpricedMinutes["self-hosted"] ?? 0;
  const parts = [
    microUsd > 0 ? usd(microUsd) : "",
    open > 0 ? `${open} min unknown` : "",
    own > 0 ? `${own} min self-hosted` : "",
  ].filter((part) => part !== "");
  if (parts.length > 0) return parts.join(" + ");
  return billedMinutes > 0 ? "free" : "";
}

const usd = (micros: number): string => `$${(micros / 1_000_000).toFixed(micros < 10_000 ? 4 : 2)}`;

function costNotes({ total, prices }: UsageReport): readonly string[] {
  const unpriced = Object.entries(total.unpricedMinutes).map(([reason, minutes]) =>
    NO_PRICE[reason as NoPrice](minutes),
  );
  return [
    `Prices: ${printable(prices.source, 200)}, as of ${printable(prices.date, 40)}. What a plan includes free of charge is not taken off.`,
    ...unpriced,
  ];
}

const NO_PRICE: Readonly<Record<NoPrice, (minutes: number) => string>> = {
  "free-public": (minutes) => `${minutes} minutes on standard runners of public repositories are free.`,
  "self-hosted": (minutes) =>
    `${minutes} minutes on self-hosted runners: GitHub takes nothing for them, what the machines cost is not known. --prices can name it.`,
  "visibility-unknown": (minutes) =>
    `${minutes} minutes have no cost because it was never told whether their repository is public: say it with --visibility.`,
  "label-unknown": (minutes) =>
    `${minutes} minutes ran on runners whose labels have no known price: name it with --prices FILE.`,
};

function timeNotes({ total, held, runsWithoutJobs }: UsageReport): readonly string[] {
  const notes: string[] = [];
  const lengths = reasons(total.execution);
  if (lengths !== "") notes.push(`Jobs whose length is not known, and which are in no sum: ${lengths}.`);
  const queues = reasons(total.queue);
  if (queues !== "") notes.push(`Jobs whose queue time is not known: ${queues}.`);
  if (held.knownCount > 0) {
    notes.push(
      `${plural(held.knownCount, "run")} held back before the first job was made (median ${span(held.medianMs)}, p90 ${span(held.p90Ms)}): no part of the queue.`,
    );
  }
  if (runsWithoutJobs > 0) {
    notes.push(
      `${plural(runsWithoutJobs, "run")} without stored jobs: in no sum. "oddrun collect" asks GitHub for jobs, and "oddrun import" takes a history with a row for each.`,
    );
  }
  return notes;
}

const reasons = ({ unknown }: Spread): string =>
  Object.entries(unknown)
    .map(([reason, count]) => `${count} ${reason.replaceAll("-", " ")}`)
    .join(", ");

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);
const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

function span(ms: number | null): string {
  if (ms === null) return "not known";
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
