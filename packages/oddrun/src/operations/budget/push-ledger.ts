import {
  forecastPushes,
  type HindsightRecord,
  type HindsightVerdict,
  type PushBudget,
  type PushFate,
  type PushForecast,
  planPushes,
  rankDigest,
  replayPushes,
  type SaidOfPast,
  verdictsOf,
} from "@oddrun/core";
import type { ChangeStore } from "../changes/change-store.ts";
import type { IncidentStore } from "../incidents/incident-store.ts";
import type { RunStore } from "../ports.ts";
import { inboxName, type ToldChange, toldChange } from "./replay-store.ts";
import { readSeries, type StoredPastDeps } from "./replay-store-past.ts";

/** An incident that was pushed, or that the digest holds, with what it turned out to be. */
export interface LedgerEntry extends ToldChange {
  readonly incidentNumber: number;
  readonly inbox: string;
  readonly atMs: number;
  readonly fate: PushFate["fate"];
  readonly why: PushFate["why"];
  readonly hindsight: HindsightVerdict;
}

/** What was promised to an inbox four weeks ago, and what came since. */
export interface LedgerInbox {
  readonly inbox: string;
  readonly budgetAWeek: number;
  /** null with less than two weeks before them. */
  readonly promised: PushForecast | null;
  readonly cameCount: number;
  readonly cameAWeek: number;
  readonly isInside: boolean | null;
}

export interface PushLedger {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly inboxes: readonly LedgerInbox[];
  /** In time order. */
  readonly pushes: readonly LedgerEntry[];
  /** Of the latest four weeks, once an incident: by minutes a week times sureness. */
  readonly digest: readonly LedgerEntry[];
  /** Pushes by what they turned out to be, each incident once. */
  readonly hindsight: Readonly<Record<HindsightVerdict, number>>;
}

const WEEK_MS = 7 * 24 * 3_600_000;
/** As far back as bars are tuned on, what they need before that, and the time that promises are held against. */
const BACK_WEEKS = 40;
const HELD_WEEKS = 4;
const SEEN_WEEKS_MIN = 2;

/**
 * Which of the stored incidents were pushed under a budget and which went to the digest, from the stored changes and runs alone: the
 * same answer each time, for runs that have come by now. Beside it what was promised four weeks ago, and what each push turned out
 * to be once 40 runs had come since. Null when it was stopped.
 */
export async function pushLedger(
  deps: Omit<StoredPastDeps, "store"> & { readonly store: RunStore & ChangeStore & IncidentStore },
  { budget, nowMs }: { readonly budget: PushBudget; readonly nowMs: number },
): Promise<PushLedger | null> {
  const { store } = deps;
  const read = await readSeries(deps, { sinceMs: nowMs - BACK_WEEKS * WEEK_MS, untilMs: nowMs + 1 }, false);
  if (!read.isComplete) return null;
  const words = (await store.changes()).map(({ seriesId, event }) => ({ seriesId, event }));
  const incidents = await store.incidents({}, nowMs);
  const past: SaidOfPast = { series: read.series, words, incidents };
  const { repositories, firstMs: sinceMs } = read;
  const organisationOf = (id: number): string | null => repositories.get(id)?.split("/")[0] ?? null;
  const untilMs = nowMs + 1;
  const fates = replayPushes(past, { budget, organisationOf, fromMs: sinceMs, untilMs });
  const verdictAt = verdictsOf(past.series);
  const records = recordsOf(past, verdictAt, nowMs);
  const entries = fates.map((fate): LedgerEntry => {
    const { inbox, incidentId, atMs, candidate, seriesId, why } = fate;
    const told = candidate.members.find((member) => member.seriesId === seriesId) ?? candidate.members[0]!;
    return {
      ...toldChange(read, candidate, seriesId, records.get(told.seriesId)),
      incidentNumber: Number(incidentId),
      inbox: inboxName(read, inbox),
      atMs,
      fate: fate.fate,
      why,
      hindsight: verdictAt(told.seriesId, told.event, nowMs),
    };
  });
  const pushes = entries.filter(({ fate }) => fate === "push");
  const pushed = new Map(pushes.map((entry) => [entry.incidentNumber, entry]));
  const heldFromMs = untilMs - HELD_WEEKS * WEEK_MS;
  const quiet = entries.filter((entry) => entry.atMs >= heldFromMs && !pushed.has(entry.incidentNumber));
  const loads = [...read.series.values()].flatMap((one) => one.load(heldFromMs, untilMs) ?? []);
  const plan = planPushes(loads, budget, { organisationOf });
  const inboxes = new Map(
    [...repositories.keys()].flatMap((id) =>
      plan.inboxesOf(id).map((inbox) => [inboxName(read, inbox.name), inbox.pushesAWeek] as const),
    ),
  );
  const hindsight = { real: 0, faded: 0, "too-small": 0, "not-seen": 0, "not-yet": 0 };
  for (const entry of pushed.values()) hindsight[entry.hindsight]++;
  return {
    sinceMs,
    untilMs,
    inboxes: [...inboxes].map(([inbox, budgetAWeek]) => {
      const own = pushes.filter((entry) => entry.inbox === inbox).map(({ atMs }) => atMs);
      return { inbox, budgetAWeek, ...promiseAndCame(own, { sinceMs, heldFromMs, untilMs, budgetAWeek }) };
    }),
    pushes,
    digest: rankDigest([...new Map(quiet.map((entry) => [entry.incidentNumber, entry])).values()]),
    hindsight,
  };
}

function promiseAndCame(
  atMs: readonly number[],
  {
    sinceMs,
    heldFromMs,
    untilMs,
    budgetAWeek,
  }: {
    readonly sinceMs: number;
    readonly heldFromMs: number;
    readonly untilMs: number;
    readonly budgetAWeek: number;
  },
): Omit<LedgerInbox, "inbox" | "budgetAWeek"> {
  const cameCount = atMs.filter((at) => at >= heldFromMs && at < untilMs).length;
  const cameAWeek = cameCount / HELD_WEEKS;
  const weeksSeen = Math.floor((heldFromMs - sinceMs) / WEEK_MS);
  if (weeksSeen < SEEN_WEEKS_MIN) return { promised: null, cameCount, cameAWeek, isInside: null };
  const counts = Array.from({ length: weeksSeen }, (_, week) => {
    const fromMs = heldFromMs - (weeksSeen - week) * WEEK_MS;
    return atMs.filter((at) => at >= fromMs && at < fromMs + WEEK_MS).length;
  });
  const promised = forecastPushes(counts, { weeksAhead: HELD_WEEKS, mostAWeek: budgetAWeek });
  const isInside = cameAWeek >= promised.lowAWeek - 1e-9 && cameAWeek <= promised.highAWeek + 1e-9;
  return { promised, cameCount, cameAWeek, isInside };
}

/** What became of all earlier changes of each series, as far as is known. */
function recordsOf(
  { words }: SaidOfPast,
  verdictAt: ReturnType<typeof verdictsOf>,
  nowMs: number,
): ReadonlyMap<string, HindsightRecord> {
  const records = new Map<string, HindsightRecord>();
  for (const { seriesId, event } of words) {
    if (event.state !== "told") continue;
    const verdict = verdictAt(seriesId, event, nowMs);
    if (verdict === "not-yet") continue;
    const { realCount, judgedCount } = records.get(seriesId) ?? { realCount: 0, judgedCount: 0 };
    records.set(seriesId, { realCount: realCount + (verdict === "real" ? 1 : 0), judgedCount: judgedCount + 1 });
  }
  return records;
}
