import {
  type ChangeEvent,
  type ChangeStanding,
  type HindsightRecord,
  type Incident,
  type Series,
  sureness,
} from "@oddrun/core";
import { instantWords, valueWords } from "../incidents/incidents-words.ts";
import { scoreWords } from "../incidents/incidents-text.ts";
import { cut, printable } from "../text/visible-text.ts";
import { withoutAddresses } from "../text/without-addresses.ts";

const DAY_MS = 86_400_000;
const NAME_CHARS = 60;
/** No fact is longer: who reads it on a telephone stops there. */
const FACT_CHARS_MAX = 400;

/** A name from outside as messages show it: visible, cut, and no e-mail address. */
export const shownName = (text: string): string => withoutAddresses(printable(text, NAME_CHARS));
const quoted = (text: string): string => `"${shownName(text)}"`;

/** A whole line of a message: one line, cut, without e-mail addresses. */
export const shownLine = (text: string): string => cut(withoutAddresses(printable(text, 2000)), FACT_CHARS_MAX);

/** What is measured, with the verb's number: "Runs", 'Job "test"'. */
function subjectOf({ scope, job, part }: Series): { readonly name: string; readonly isMany: boolean } {
  if (scope === "run") return { name: "Runs", isMany: true };
  if (scope === "runner") return { name: `Jobs${job === "" ? "" : ` for runners ${quoted(job)}`}`, isMany: true };
  const ofJob = `job ${quoted(job)}`;
  return scope === "job"
    ? { name: `J${ofJob.slice(1)}`, isMany: false }
    : { name: `Step ${quoted(part)} of ${ofJob}`, isMany: false };
}

/** "18 min, usually 12 min (+50 %)"; of a silence "no run since ...". */
export function movedWords(series: Series, event: Pick<ChangeEvent, "usual" | "level">): string {
  const { usual, level } = event;
  return `${valueWords(series, level)}, usually ${valueWords(series, usual)}${ratioWords(usual, level)}`;
}

function ratioWords(usual: number, level: number): string {
  if (!(usual > 0) || !(level > 0)) return "";
  const ratio = level / usual;
  if (ratio >= 3) return ` (${ratio.toFixed(1)} times)`;
  return ` (${ratio >= 1 ? "+" : "-"}${Math.round(Math.abs(ratio - 1) * 100)} %)`;
}

/** "Runs take 18 min, usually 12 min (+50 %), on the default branch (push)." */
export function whatWords({ series, latest }: Pick<ChangeStanding, "series" | "latest">): string {
  const { name, isMany } = subjectOf(series);
  const moved = movedWords(series, latest);
  const flaky = latest.flakyCount ?? 0;
  const also = flaky === 0 ? "" : `. ${flaky} more ${flaky === 1 ? "was" : "were"} flaky: passed when run again`;
  const where = whereOf(series);
  const verb = (many: string, one: string): string => (isMany ? many : one);
  switch (series.measure) {
    case "duration":
      return `${name} ${verb("take", "takes")} ${moved}${where}.`;
    case "queue-time":
      return `${name} ${verb("wait", "waits")} for a runner: ${moved}${where}.`;
    case "failure":
      return `${series.scope === "run" ? "Runs that fail" : `${name} fails`}: ${moved}${where}${also}.`;
    case "cost":
      return `What ${series.scope === "run" ? "a run" : name} costs: ${moved}${where}.`;
    case "metric":
      return `${quoted(series.part)} is ${moved}${where}.`;
    case "schedule":
      return `No run since ${instantWords(latest.onset.atMs)}; usually one comes every ${valueWords(series, latest.usual)}${where}.`;
  }
  return "";
}

/** ", on the default branch (push)": which runs. */
function whereOf({ branches, event, scope }: Series): string {
  if (scope === "runner") return "";
  const said = event === "" ? "" : ` (${shownName(event)})`;
  if (branches === "unknown") return said;
  return branches === "default" ? `, on the default branch${said}` : `, on ${branches} branches${said}`;
}

/** "Fairly sure, 87 %: 24 runs speak for it; score 1.3, told from 1.0." A person can check each number. */
export function surenessWords(
  change: ChangeStanding,
  counts: { readonly failed: string | null; readonly usualRunCount: number },
  record: HindsightRecord | null,
): string {
  const { series, latest } = change;
  if (series.measure === "schedule") return `${capital(scoreWords(change))}.`;
  const share = changeSureness(change, record);
  const { runCount, isYoung } = latest;
  const runs = `${runCount} ${runCount === 1 ? "run speaks" : "runs speak"} for it`;
  const against = counts.usualRunCount > 0 ? `, held against ${counts.usualRunCount} before` : "";
  const parts = [
    counts.failed ?? `${runs}${against}`,
    scoreWords(change),
    ...(isYoung ? ["the history before it is short"] : []),
    ...(record !== null && record.judgedCount > 0
      ? [`of ${record.judgedCount} earlier ones here ${record.realCount} proved real`]
      : []),
  ];
  return `${surenessWord(share)}, ${Math.round(share * 100)} %: ${parts.join("; ")}.`;
}

/** The chance, 0 to 1, that it is real in hindsight. */
export const changeSureness = ({ series, latest }: ChangeStanding, record: HindsightRecord | null): number =>
  sureness(latest, series.measure === "failure" ? "failure" : "level", record ?? undefined);

function surenessWord(share: number): string {
  if (share >= 0.9) return "Very sure";
  if (share >= 0.75) return "Fairly sure";
  return share >= 0.5 ? "More likely than not" : "A guess";
}

/** "9 days", "5 hours": how long something lasted, as people say it. */
export function lastedWords(ms: number): string {
  const days = Math.round(ms / DAY_MS);
  if (days >= 2) return `${days} days`;
  const hours = Math.max(1, Math.round(ms / 3_600_000));
  return hours === 1 ? "an hour" : `${hours} hours`;
}

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** The change that a message speaks of: the one that stands for the incident. */
export const leadOf = ({ changes }: Incident): ChangeStanding | null => changes[0] ?? null;

/** How large it was when it was first told, and how large it is: of what has grown. */
export function valueThen({ series, first, latest }: ChangeStanding): string {
  const then = `${valueWords(series, first.level)} when it was first told, ${instantWords(first.at.atMs)}`;
  return first.level === latest.level
    ? `It was ${then}: as large as now, but less sure (score ${first.score.toFixed(1)}).`
    : `It was ${then}.`;
}
