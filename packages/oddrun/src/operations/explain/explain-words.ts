import { apportionWhole, type MinutesAccount, type MinutesKind, type MinutesPart, type NamedCause } from "@oddrun/core";
import type { UnknownReason } from "./explain-run.ts";
import { printable } from "../text/visible-text.ts";

/** "4 min 12 s", "42 s", "1 h 02 min 05 s": to the second, so that lines add up as they are read. */
export function spanText(ms: number): string {
  const total = Math.round(Math.abs(ms) / 1000);
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  if (hours > 0) return `${hours} h ${two(minutes)} min ${two(seconds)} s`;
  return minutes > 0 ? `${minutes} min ${two(seconds)} s` : `${seconds} s`;
}

/** "+4 min 12 s", "-42 s", "0 s". */
export const signedText = (ms: number): string => {
  const shown = spanText(ms);
  return shown === "0 s" ? shown : `${ms < 0 ? "-" : "+"}${shown}`;
};

export interface AccountLine {
  readonly ms: number;
  readonly words: string;
}

/** Lines of one account; smaller parts are one line. */
const LINES_MAX = 8;
/** A part of less than this share of the whole movement is not worth a line of its own. */
const LINE_SHARE_MIN = 0.02;

/** The parts in whole seconds, given in ms: they add up to `differenceSeconds` of the account. What is unexplained comes last, always. */
export function accountLines(account: MinutesAccount): readonly AccountLine[] {
  const { parts } = account;
  const seconds = apportionWhole(
    parts.map(({ ms }) => ms / 1000),
    differenceSeconds(account),
  );
  const lines = parts.map((part, place) => ({ part, ms: seconds[place]! * 1000 }));
  const moved = parts.reduce((sum, { ms }) => sum + Math.abs(ms), 0);
  const isUnexplained = ({ part }: (typeof lines)[number]): boolean => part.kind === "unexplained";
  const told = lines.filter((line) => !isUnexplained(line) && line.ms !== 0);
  const shown = told.filter((line, at) => at < LINES_MAX && Math.abs(line.ms) >= LINE_SHARE_MIN * moved);
  const small = told.filter((line) => !shown.includes(line));
  const sum = (some: typeof lines): number => some.reduce((total, { ms }) => total + ms, 0);
  return [
    ...shown.map(({ part, ms }) => ({ ms, words: partWords(part, account) })),
    ...(small.length === 0
      ? []
      : [
          {
            ms: sum(small),
            words: small.length === 1 ? "1 smaller difference" : `${small.length} smaller differences together`,
          },
        ]),
    { ms: sum(lines.filter(isUnexplained)), words: "unexplained: no step, job or queue covers it" },
  ];
}

/** The difference as it is read: of the two spans as they are shown. */
export const differenceSeconds = ({ beforeMs, afterMs }: MinutesAccount): number =>
  Math.round(afterMs / 1000) - Math.round(beforeMs / 1000);

const NAME_CHARS = 80;
const quoted = (name: string): string => `"${printable(name, NAME_CHARS)}"`;

function partWords(part: MinutesPart, { pathMoves }: MinutesAccount): string {
  const { kind, job, step, labels, beforeMs, afterMs } = part;
  const change = beforeMs === null ? "" : `: ${spanText(afterMs!)}, usual ${spanText(beforeMs)}`;
  const ofJob = job === null ? "" : ` of job ${quoted(job)}`;
  if (kind === "queue") {
    const waiting =
      labels === null ? "waiting for a runner" : `waiting for a runner (${printable(labels, NAME_CHARS)})`;
    return `${waiting}${job === null ? "" : `, job ${quoted(job)}`}${change}`;
  }
  if (kind === "between-jobs") return `between the jobs it needs and job ${quoted(job ?? "")}${change}`;
  if (kind === "re-runs") return "earlier attempts of the same run";
  if (kind === "path") {
    const moves = pathMoves.slice(0, 4).map(({ job: name, before, after, isNew, isGone }) => {
      if (isNew) return `job ${quoted(name)} is new on it`;
      if (isGone) return `job ${quoted(name)} is gone from it`;
      return `job ${quoted(name)} is on it in ${percent(after)} of runs, before in ${percent(before)}`;
    });
    return `other jobs decide how long it takes${moves.length === 0 ? "" : `: ${moves.join("; ")}`}`;
  }
  if (step === null) return `work${ofJob}, whose steps are not known${change}`;
  return `${KIND_WORDS[kind]}step ${quoted(step)}${ofJob}${change}`;
}

const KIND_WORDS: Readonly<Record<Exclude<MinutesKind, "queue" | "between-jobs" | "re-runs" | "path">, string>> = {
  work: "",
  "set-up": "set-up ",
  cache: "cache ",
  dependencies: "dependencies ",
  unexplained: "",
};

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** What it comes down to, in one sentence. */
export function causeWords(cause: NamedCause | null, account: MinutesAccount): string | null {
  if (cause === null || differenceSeconds(account) === 0) return null;
  const share = Math.round(Math.min(1, cause.share) * 100);
  if (cause.kind === "everything") {
    const times = cause.ratio >= 1 ? `${cause.ratio.toFixed(1)} times as long` : `${percent(cause.ratio)} of the time`;
    return `All steps take ${times} alike, as on another machine or without a cache: ${share} % of the difference.`;
  }
  const { part } = cause;
  if (part.kind === "unexplained") return "Most of it is unexplained.";
  return `Most of it, ${share} %: ${partWords(part, account)}.`;
}

export type MinutesCategory = (typeof MINUTES_CATEGORIES)[number];

/** What the kinds of parts come under, in the order in which they are told. */
export const MINUTES_CATEGORIES = [
  "queue",
  "set-up-and-cache",
  "dependencies",
  "work",
  "critical-path",
  "re-runs",
  "unexplained",
] as const;

const CATEGORY: Readonly<Record<MinutesKind, MinutesCategory>> = {
  queue: "queue",
  "set-up": "set-up-and-cache",
  cache: "set-up-and-cache",
  dependencies: "dependencies",
  work: "work",
  "between-jobs": "critical-path",
  path: "critical-path",
  "re-runs": "re-runs",
  unexplained: "unexplained",
};

/** The account by category, in ms: the sums add up to the difference. */
export function categories({ parts }: MinutesAccount): readonly (readonly [MinutesCategory, number])[] {
  return MINUTES_CATEGORIES.map((name) => [
    name,
    parts.reduce((sum, { kind, ms }) => (CATEGORY[kind] === name ? sum + ms : sum), 0),
  ]);
}

const CATEGORY_WORDS: Readonly<Record<MinutesCategory, string>> = {
  queue: "waiting for runners",
  "set-up-and-cache": "set-up and cache",
  dependencies: "dependencies",
  work: "steps' own work",
  "critical-path": "critical path",
  "re-runs": "re-runs",
  unexplained: "unexplained",
};

/** "waiting for runners +5 s, steps' own work +2 min 16 s": what is no whole second is left out; the rest adds up as it is read. */
export function categoryWords(account: MinutesAccount): string {
  const all = categories(account);
  const seconds = apportionWhole(
    all.map(([, ms]) => ms / 1000),
    differenceSeconds(account),
  );
  return all
    .flatMap(([name], place) =>
      seconds[place] === 0 ? [] : `${CATEGORY_WORDS[name]} ${signedText(seconds[place]! * 1000)}`,
    )
    .join(", ");
}

/** How long an account's runs are, and how sure their difference is. */
export function differenceWords(account: MinutesAccount): string {
  const seconds = differenceSeconds(account);
  if (seconds === 0) return "no difference";
  const within = account.errorMs === null ? "" : ` (90 %: within ${spanText(1.645 * account.errorMs)})`;
  return `${spanText(seconds * 1000)} ${seconds > 0 ? "longer" : "shorter"}${within}`;
}

/** What is not known, in words; `runId` is the run that more can be asked about. */
export const unknownWords = (why: UnknownReason, runId: number): string =>
  why === "no-evidence" ? `${UNKNOWN_WORDS[why]}: "oddrun evidence ${runId}" asks` : UNKNOWN_WORDS[why];

const UNKNOWN_WORDS: Readonly<Record<UnknownReason, string>> = {
  "duration-unknown": "how long the run took is not known (docs/times.md has the reasons)",
  "too-few-usual-runs":
    "too few passing runs of its workflow, event and kind of branch lie before it to call anything usual",
  "too-few-runs-since": "too few runs have passed since to compare with",
  "no-jobs": "no jobs were collected: only waiting for a runner could be told from the rest",
  "no-steps": "no steps were collected: work is told by job",
  "no-evidence": "nothing was asked about runner images, caches, actions and changed files",
  "onset-not-stored": "the run it began with is not in the store any more",
  "no-minutes": "what moved is no length of time: there are no minutes to account for",
};
