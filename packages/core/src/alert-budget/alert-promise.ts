import { pushCandidates, type SaidOfPast } from "./push-candidates.ts";
import type { HindsightVerdict } from "./hindsight.ts";
import type { PushBudget } from "./push-budget.ts";
import { forecastPushes, type PushForecast } from "./push-forecast.ts";
import type { Inbox } from "./push-gate.ts";
import { planPushes, type PushPlan } from "./push-plan.ts";
import { tunedRaises, verdictsOf } from "./push-tuning.ts";
import { type PushFate, replayPushes } from "./replay-pushes.ts";

export interface PromiseOptions {
  readonly budget: PushBudget;
  readonly organisationOf: (repositoryId: number) => string | null;
  /** The past: tuned on what ended before `checkFromMs`, checked on the rest. */
  readonly fromMs: number;
  readonly checkFromMs: number;
  readonly untilMs: number;
}

/** One push that the newest third would have brought, and what became of it. */
export interface PromisedPush extends PushFate {
  readonly repositoryId: number;
  readonly hindsight: HindsightVerdict;
}

/** What is promised to one inbox, and what the newest third held. */
export interface InboxPromise {
  readonly inbox: string;
  readonly budgetAWeek: number;
  readonly forecast: PushForecast;
  readonly checkedCount: number;
  readonly checkedAWeek: number;
  readonly isInside: boolean;
  /** What its bars were raised by, or below 0 lowered, to suit the older part. */
  readonly raise: number;
}

export interface AlertPromise {
  readonly tunedWeeks: number;
  readonly checkedWeeks: number;
  readonly inboxes: readonly InboxPromise[];
  /** Of the newest third, in time order. */
  readonly pushes: readonly PromisedPush[];
  /** Incidents of the newest third that no inbox was told of. */
  readonly digestCount: number;
  readonly plan: PushPlan;
}

const WEEK_MS = 7 * 24 * 3_600_000;
/** A series of which there are so many runs can say something. */
const WARM_RUNS = 30;

/**
 * What the older part of a past promises, and what the newest part would have brought. Each week's bars follow from the weeks
 * before it, as they will from now on; the forecast, and the bars that delays are told for, from the older part alone.
 */
export function promiseAlerts(past: SaidOfPast, options: PromiseOptions): AlertPromise {
  const { budget, organisationOf, fromMs, checkFromMs, untilMs } = options;
  const older = pushCandidates(past).filter(({ atMs }) => atMs >= fromMs && atMs < checkFromMs);
  const loads = [...past.series.values()].flatMap((one) => one.load(fromMs, checkFromMs) ?? []);
  const warmMs = warmFrom(past, fromMs, checkFromMs);
  const weeks = wholeWeeks(warmMs, checkFromMs);
  const verdictAt = verdictsOf(past.series);
  const raise = tunedRaises(planPushes(loads, budget, { organisationOf }), older, {
    weekCount: weeks.length,
    verdictOf: ({ seriesId, event }) => verdictAt(seriesId, event, checkFromMs),
  });
  const plan = planPushes(loads, budget, { organisationOf, raise });

  const decisions = replayPushes(past, { budget, organisationOf, fromMs, untilMs });
  const checked = decisions.filter(({ atMs }) => atMs >= checkFromMs);
  const checkedWeeks = (untilMs - checkFromMs) / WEEK_MS;
  const inboxes = inboxesIn(plan, loads.length === 0 ? [] : repositoriesOf(past)).map((inbox): InboxPromise => {
    const own = decisions.filter((one) => one.inbox === inbox.name && one.fate === "push");
    const counts = weeks.map(([from, until]) => own.filter(({ atMs }) => atMs >= from && atMs < until).length);
    const forecast = forecastPushes(counts, { weeksAhead: checkedWeeks, mostAWeek: inbox.pushesAWeek });
    const checkedCount = own.filter(({ atMs }) => atMs >= checkFromMs).length;
    const checkedAWeek = checkedCount / checkedWeeks;
    const isInside = checkedAWeek >= forecast.lowAWeek - 1e-9 && checkedAWeek <= forecast.highAWeek + 1e-9;
    return {
      inbox: inbox.name,
      budgetAWeek: inbox.pushesAWeek,
      forecast,
      checkedCount,
      checkedAWeek,
      isInside,
      raise: raise(inbox.name),
    };
  });
  const pushes = checked
    .filter(({ fate }) => fate === "push")
    .map((push): PromisedPush => {
      const { candidate } = push;
      const { seriesId, event } = candidate.members.find((member) => member.seriesId === push.seriesId)!;
      return { ...push, repositoryId: candidate.repositoryId, hindsight: verdictAt(seriesId, event, untilMs) };
    });
  const pushedIds = new Set(decisions.filter(({ fate }) => fate === "push").map(({ incidentId }) => incidentId));
  const quietIds = new Set(checked.map(({ incidentId }) => incidentId).filter((id) => !pushedIds.has(id)));
  const tunedWeeks = (checkFromMs - fromMs) / WEEK_MS;
  return { tunedWeeks, checkedWeeks, inboxes, pushes, digestCount: quietIds.size, plan };
}

const repositoriesOf = ({ series }: SaidOfPast): readonly number[] => [
  ...new Set([...series.values()].map((one) => one.series.repositoryId)),
];

function inboxesIn(plan: PushPlan, repositoryIds: readonly number[]): readonly Inbox[] {
  const all = repositoryIds.flatMap((id) => plan.inboxesOf(id));
  return [...new Map(all.map((inbox) => [inbox.name, inbox])).values()];
}

/** From when on half of the minutes are in series that have runs enough to say something; half way through at the latest. */
function warmFrom({ series }: SaidOfPast, fromMs: number, checkFromMs: number): number {
  const warm = [...series.values()].flatMap((one) => {
    const load = one.series.scope === "run" ? one.load(fromMs, checkFromMs) : null;
    if (load === null) return [];
    const place = one.placeOf(fromMs) + WARM_RUNS;
    const atMs = place < one.runCount ? one.endOf(place)! : Number.POSITIVE_INFINITY;
    return [{ atMs, minutes: load.minutesAWeek }];
  });
  const total = warm.reduce((sum, { minutes }) => sum + minutes, 0);
  const latestMs = (fromMs + checkFromMs) / 2;
  let sum = 0;
  for (const { atMs, minutes } of warm.sort((one, other) => one.atMs - other.atMs)) {
    sum += minutes;
    if (sum >= total / 2) return Math.min(latestMs, Math.max(fromMs, atMs));
  }
  return latestMs;
}

/** Whole weeks back from the end; at least one, which may be shorter. */
function wholeWeeks(fromMs: number, untilMs: number): readonly (readonly [fromMs: number, untilMs: number])[] {
  const count = Math.max(1, Math.floor((untilMs - fromMs) / WEEK_MS));
  return Array.from({ length: count }, (_, at) => [
    untilMs - (count - at) * WEEK_MS,
    untilMs - (count - at - 1) * WEEK_MS,
  ]);
}
