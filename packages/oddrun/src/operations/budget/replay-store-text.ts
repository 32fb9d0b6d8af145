import { formatValue } from "@oddrun/core";
import { grouped } from "../text/grouped-number.ts";
import { valueWords } from "../incidents/incidents-words.ts";
import type { ReplayedInbox, ReplayedPush, ReplayStoreReport, ToldChange } from "./replay-store.ts";
import { printable } from "../text/visible-text.ts";

const PUSHES_SHOWN = 40;
const INBOXES_SHOWN = 20;
const NAME_CHARS = 60;
const SCHEDULE = { measure: "schedule", part: "" } as const;
const WEEK_MS = 7 * 86_400_000;

const plural = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;
/** One decimal below ten, whole numbers from ten on. */
const short = (value: number): string => (value < 9.95 ? String(Number(value.toFixed(1))) : grouped(Math.round(value)));
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const name = (text: string): string => printable(text, NAME_CHARS);
const day = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** The parts of the answer in words; `columns` lays a table out. */
export function replayStoreText(
  report: ReplayStoreReport,
  columns: (rows: readonly (readonly string[])[]) => readonly string[],
): string {
  const { runCount, repositoryCount, tunedWeeks, checkedWeeks, fromMs, checkFromMs, untilMs } = report;
  const lines = [
    `Replayed ${plural(runCount, "run")} of ${plural(repositoryCount, "repository", "repositories")}, each with only its past visible.`,
    `Tuned on ${short(tunedWeeks)} weeks (${day(fromMs)} to ${day(checkFromMs)}), checked on the ${short(checkedWeeks)} weeks since (to ${day(untilMs)}).`,
    "",
    "Expected pushes a week, in 9 of 10 cases:",
    ...columns([["inbox", "budget", "expected", "checked", ""], ...shownInboxes(report.inboxes).map(inboxRow)]),
    ...hiddenInboxes(report.inboxes),
    "",
    ...pushLines(report, columns),
    "",
    ...delayLines(report, columns),
  ];
  return `${lines.join("\n")}\n`;
}

/** Organisations, then the repositories with the most pushes. */
function shownInboxes(inboxes: readonly ReplayedInbox[]): readonly ReplayedInbox[] {
  const isShared = ({ inbox }: ReplayedInbox): boolean => inbox.startsWith("organisation ");
  const load = ({ checkedCount, forecast }: ReplayedInbox): number => checkedCount + forecast.meanAWeek;
  return [...inboxes]
    .sort((one, other) => Number(isShared(other)) - Number(isShared(one)) || load(other) - load(one))
    .slice(0, INBOXES_SHOWN);
}

function hiddenInboxes(inboxes: readonly ReplayedInbox[]): readonly string[] {
  const shown = new Set(shownInboxes(inboxes));
  const hidden = inboxes.filter((one) => !shown.has(one));
  if (hidden.length === 0) return [];
  const high = Math.max(...hidden.map(({ forecast }) => forecast.highAWeek));
  return [
    `  and ${plural(hidden.length, "repository", "repositories")} with fewer, none expected to have more than ${short(high)}`,
  ];
}

function inboxRow({ inbox, budgetAWeek, forecast, checkedCount, checkedAWeek, isInside }: ReplayedInbox): string[] {
  const { lowAWeek, highAWeek } = forecast;
  return [
    name(inbox),
    short(budgetAWeek),
    `${short(lowAWeek)} to ${short(highAWeek)}`,
    `${short(checkedAWeek)} (${plural(checkedCount, "push", "pushes")})`,
    isInside ? "as expected" : checkedAWeek > highAWeek ? "more than expected" : "fewer than expected",
  ];
}

function pushLines(
  { pushes, digestCount, checkedWeeks }: ReplayStoreReport,
  columns: (rows: readonly (readonly string[])[]) => readonly string[],
): readonly string[] {
  const weeks = `the last ${short(checkedWeeks)} weeks`;
  const digest = `${plural(digestCount, "further incident")} would have been in the digest only.`;
  if (pushes.length === 0) return [`Nothing would have been pushed in ${weeks}. ${digest}`];
  const messages = onceEach(pushes);
  const rows = messages.slice(0, PUSHES_SHOWN).map(({ entry, to }) => [day(entry.atMs), to, pushText(entry)]);
  const more = messages.length - rows.length;
  return [
    `What would have been pushed in ${weeks}:`,
    ...columns([["on", "to", "what"], ...rows]),
    ...(more > 0 ? [`  and ${more} more; --json lists all`] : []),
    digest,
  ];
}

/** What went to two inboxes is one line: "both" of the repository and its organisation. */
export function onceEach<Entry extends Omit<ReplayedPush, "hindsight">>(
  entries: readonly Entry[],
): readonly { readonly entry: Entry; readonly to: string }[] {
  return [...Map.groupBy(entries, ({ incidentNumber }) => incidentNumber).values()].map((own) => {
    const isShared = own.some(({ inbox }) => inbox.startsWith("organisation "));
    return { entry: own[0]!, to: own.length > 1 ? "both" : isShared ? "organisation" : "repository" };
  });
}

/** "octo/shop CI (push, default): slower, 5 min to 8 min, 120 min a week, 91 % sure; real in hindsight". */
export function pushText(push: Omit<ReplayedPush, "inbox" | "atMs">): string {
  const { extraMinutesAWeek, sureness, alsoCount, hindsight } = push;
  // nothing runs: there are no minutes, and nothing to look back on
  if (push.kind === "silent") return `${changeText(push)}, about ${short(WEEK_MS / push.usual)} runs a week missed`;
  const cost = extraMinutesAWeek === null ? "" : `, ${short(extraMinutesAWeek)} min a week`;
  const also = alsoCount === 0 ? "" : `, with ${alsoCount} more series`;
  return `${changeText(push)}${cost}${also}, ${percent(sureness)} sure; ${HINDSIGHT_WORDS[hindsight]}`;
}

/** Where and what, in words. */
export function changeText(change: ToldChange): string {
  const { repository, workflow, branches, event, scope, job, kind } = change;
  const context = [event, branches].filter((part) => part !== "" && part !== "unknown").join(", ");
  const where = [
    name(repository),
    ...(scope === "runner" ? [`runners ${name(job)}`] : [name(workflow), ...(job === "" ? [] : [`job ${name(job)}`])]),
    ...(context === "" ? [] : [`(${name(context)})`]),
  ].join(" ");
  return `${where}: ${kind}${levelsText(change)}`;
}

function levelsText({ measure, kind, usual, level }: ToldChange): string {
  if (kind === "silent")
    return `, no run for ${valueWords(SCHEDULE, level)} by then, usual one every ${valueWords(SCHEDULE, usual)}`;
  if (measure === "failure") return `, ${percent(usual)} to ${percent(level)} of runs`;
  if (measure !== "duration" && measure !== "queue-time") return `, x${(level / usual).toFixed(2)}`;
  return `, ${formatValue(usual / 1000, "seconds")} to ${formatValue(level / 1000, "seconds")}`;
}

const HINDSIGHT_WORDS: Readonly<Record<ReplayedPush["hindsight"], string>> = {
  real: "real in hindsight",
  faded: "faded soon after",
  "too-small": "smaller than told in hindsight",
  "not-seen": "not to be seen in hindsight",
  "not-yet": "too new to look back on",
};

function delayLines(
  { delays }: ReplayStoreReport,
  columns: (rows: readonly (readonly string[])[]) => readonly string[],
): readonly string[] {
  const tried = delays.reduce((sum, { triedCount }) => sum + triedCount, 0);
  if (tried === 0) return ["No workflow had runs enough in the last weeks to inject a slowdown into."];
  return [
    `Slowdowns injected into ${plural(delays[0]!.seriesCount, "workflow context")} (${plural(tried, "time")}), told within 60 passing runs:`,
    ...columns([
      ["slower by", "told", "runs, middle", "days, middle", "9 of 10 within"],
      ...delays.map(({ factor, foundShare, runsMedian, daysMedian, daysP90 }) => [
        `x${factor}`,
        percent(foundShare),
        runsMedian === null ? "-" : short(runsMedian),
        daysMedian === null ? "-" : short(daysMedian),
        daysP90 === null ? "-" : `${short(daysP90)} days`,
      ]),
    ]),
  ];
}
