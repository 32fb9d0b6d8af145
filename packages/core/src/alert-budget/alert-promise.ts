import type { ChangeWord } from "../incidents/index.ts";
import { type Hindsight, hindsight } from "./hindsight.ts";
import type { PastSeries } from "./past-series.ts";
import { pushCandidates, type SaidOfPast } from "./push-candidates.ts";
import type { PushBudget } from "./push-budget.ts";
import { forecastPushes, type PushForecast } from "./push-forecast.ts";
import {
  decidePushes,
  DEFAULT_GATE_OPTIONS,
  type Inbox,
  type PushCandidate,
  type PushDecision,
  surestMember,
} from "./push-gate.ts";
import { planPushes, type PushPlan } from "./push-plan.ts";

export interface PromiseOptions {
  readonly budget: PushBudget;
  readonly organisationOf: (repositoryId: number) => string | null;
  /** The past: tuned on what ended before `checkFromMs`, checked on the rest. */
  readonly fromMs: number;
  readonly checkFromMs: number;
  readonly untilMs: number;
}

/** One push that the newest third would have brought, and what became of it. */
export interface PromisedPush extends PushDecision {
  readonly repositoryId: number;
  readonly candidate: PushCandidate;
  readonly hindsight: Hindsight["verdict"];
}

/** What is promised to one inbox, and what the newest third held. */
export interface InboxPromise {
  readonly inbox: string;
  readonly budgetAWeek: number;
  readonly forecast: PushForecast;
  readonly checkedCount: number;
  readonly checkedAWeek: number;
  readonly isInside: boolean;
  /** What every bar was raised by to keep to the budget on the older part. */
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
const RAISE_STEP = 0.1;
/** A series of which there are so many runs can say something. */
const WARM_RUNS = 30;

/** Tunes on the older part of a past, and says what the newest part would have brought. */
export function promiseAlerts(past: SaidOfPast, options: PromiseOptions): AlertPromise {
  const { budget, organisationOf, fromMs, checkFromMs, untilMs } = options;
  const candidates = pushCandidates(past);
  const older = candidates.filter(({ atMs }) => atMs >= fromMs && atMs < checkFromMs);
  const loads = [...past.series.values()].flatMap((one) => one.load(fromMs, checkFromMs) ?? []);
  const warmMs = warmFrom(past, fromMs, checkFromMs);
  const weeks = wholeWeeks(warmMs, checkFromMs);
  const tuned = tunedRaises(planPushes(loads, budget, { organisationOf }), older, weeks.length);
  const plan = planPushes(loads, budget, { organisationOf, raise: (inbox) => tuned.get(inbox) ?? 0 });

  const decisions = decidePushes(
    candidates.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs),
    plan.inboxesOf,
  );
  const checked = decisions.filter(({ atMs }) => atMs >= checkFromMs);
  const checkedWeeks = (untilMs - checkFromMs) / WEEK_MS;
  const inboxes = inboxesIn(plan, loads.length === 0 ? [] : repositoriesOf(past)).map((inbox): InboxPromise => {
    const own = decisions.filter((one) => one.inbox === inbox.name && one.fate === "push");
    const counts = weeks.map(([from, until]) => own.filter(({ atMs }) => atMs >= from && atMs < until).length);
    const forecast = forecastPushes(counts, { weeksAhead: checkedWeeks, mostAWeek: inbox.pushesAWeek });
    const checkedCount = own.filter(({ atMs }) => atMs >= checkFromMs).length;
    const checkedAWeek = checkedCount / checkedWeeks;
    const isInside = checkedAWeek >= forecast.lowAWeek - 1e-9 && checkedAWeek <= forecast.highAWeek + 1e-9;
    const raise = tuned.get(inbox.name) ?? 0;
    return { inbox: inbox.name, budgetAWeek: inbox.pushesAWeek, forecast, checkedCount, checkedAWeek, isInside, raise };
  });
  const byMoment = new Map(candidates.map((one) => [`${one.incidentId} ${one.atMs}`, one]));
  const pushes = checked
    .filter(({ fate }) => fate === "push")
    .map((decision): PromisedPush => {
      const candidate = byMoment.get(`${decision.incidentId} ${decision.atMs}`)!;
      const verdict = hindsightOf(past, decision, candidate);
      return { ...decision, repositoryId: candidate.repositoryId, candidate, hindsight: verdict };
    });
  const pushedIds = new Set(decisions.filter(({ fate }) => fate === "push").map(({ incidentId }) => incidentId));
  const quietIds = new Set(checked.map(({ incidentId }) => incidentId).filter((id) => !pushedIds.has(id)));
  const tunedWeeks = (checkFromMs - fromMs) / WEEK_MS;
  return { tunedWeeks, checkedWeeks, inboxes, pushes, digestCount: quietIds.size, plan };
}

/** What the deciding change of a push turned out to be. */
function hindsightOf(past: SaidOfPast, { seriesId }: PushDecision, { members }: PushCandidate): Hindsight["verdict"] {
  const event = members.find((member) => member.seriesId === seriesId)?.event;
  const one = seriesId === null ? undefined : past.series.get(seriesId);
  // of a silence there is nothing to measure: no run came
  if (event === undefined || one === undefined || one.series.measure === "schedule") return "not-yet";
  return hindsightIn(one, event).verdict;
}

/** Measures what was said of a series again, by all that is known of it now. */
export function hindsightIn(
  past: PastSeries,
  event: Pick<ChangeWord["event"], "direction" | "onset" | "at">,
  waitsForRuns?: number,
): Hindsight {
  const measure = past.series.measure === "failure" ? "failure" : "level";
  const alert = {
    measure,
    direction: event.direction,
    onsetRun: past.placeOf(event.onset.atMs),
    toldRun: past.placeOf(event.at.atMs),
  } as const;
  return hindsight(past.runs, alert, waitsForRuns === undefined ? {} : { waitsForRuns });
}

/** For each inbox the smallest raise of its bars with which the older part would have kept to its budget, room or not. */
function tunedRaises(plan: PushPlan, older: readonly PushCandidate[], weekCount: number): ReadonlyMap<string, number> {
  const reached = new Map<string, Map<string, number>>();
  const allowed = new Map<string, number>();
  for (const { incidentId, repositoryId, members } of older) {
    for (const inbox of plan.inboxesOf(repositoryId)) {
      const best = surestMember(members, inbox, DEFAULT_GATE_OPTIONS);
      if (best === null) continue;
      const own = reached.get(inbox.name) ?? new Map<string, number>();
      reached.set(inbox.name, own.set(incidentId, Math.max(own.get(incidentId) ?? best.excess, best.excess)));
      allowed.set(inbox.name, Math.max(1, Math.floor(inbox.pushesAWeek * weekCount)));
    }
  }
  return new Map(
    [...reached].map(([inbox, excesses]) => {
      const sorted = [...excesses.values()].filter((excess) => excess >= 0).sort((one, other) => other - one);
      const firstOut = sorted[allowed.get(inbox)!];
      // just above the surest one that is too many
      return [inbox, firstOut === undefined ? 0 : (Math.floor(firstOut / RAISE_STEP) + 1) * RAISE_STEP];
    }),
  );
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
