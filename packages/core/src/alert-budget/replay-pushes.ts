import { pushCandidates, type SaidOfPast } from "./push-candidates.ts";
import {
  type GateOptions,
  DEFAULT_GATE_OPTIONS,
  type PushCandidate,
  type PushDecision,
  pushGate,
} from "./push-gate.ts";
import { planPushes, type PushPlan } from "./push-plan.ts";
import { tunedRaises, verdictsOf } from "./push-tuning.ts";
import type { PromiseOptions } from "./alert-promise.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
/** Shares of the budget follow what the series cost in this time, and are set anew each week. */
const SHARES_WEEKS = 8;
/** Bars follow what became of the incidents of this time. */
const TUNED_WEEKS = 26;

/** Weeks begin on Monday, midnight UTC, so that a past that is looked at again falls into the same weeks. */
const FIRST_MONDAY_MS = 4 * 24 * 3_600_000;

/** What became of one incident in one inbox. */
export interface PushFate extends PushDecision {
  readonly candidate: PushCandidate;
}

/**
 * What would have been pushed, week after week: in each the bars follow from what the weeks before it cost and brought, as in the
 * running system. Gives the last decision on each incident in each inbox, in time order.
 */
export function replayPushes(
  past: SaidOfPast,
  {
    budget,
    organisationOf,
    fromMs,
    untilMs,
    gate: options = DEFAULT_GATE_OPTIONS,
  }: Omit<PromiseOptions, "checkFromMs"> & {
    readonly gate?: GateOptions;
  },
): readonly PushFate[] {
  const candidates = pushCandidates(past).filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
  const byWeek = Map.groupBy(candidates, ({ atMs }) => weekBefore(atMs));
  const verdictAt = verdictsOf(past.series);
  const fates = new Map<string, PushFate>();
  let state = pushGate(() => []).state();
  for (const [weekMs, own] of byWeek) {
    const repositoryIds = new Set(own.map(({ repositoryId }) => repositoryId));
    const plan = planOfWeek(past, candidates, { budget, organisationOf, fromMs, weekMs, verdictAt });
    const inboxes = new Map([...repositoryIds].map((id) => [id, plan.inboxesOf(id)]));
    const gate = pushGate((id) => inboxes.get(id)!, { options, state });
    for (const candidate of own) {
      for (const decision of gate.offer(candidate)) {
        fates.set(JSON.stringify([decision.inbox, decision.incidentId]), { ...decision, candidate });
      }
    }
    state = gate.state();
  }
  return [...fates.values()].sort((one, other) => one.atMs - other.atMs);
}

/** The Monday that the week of an instant begins with. */
export const weekBefore = (atMs: number): number =>
  FIRST_MONDAY_MS + Math.floor((atMs - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS;

/** The bars that hold in the week from `weekMs` on: from what the weeks before it cost and brought. */
export function planOfWeek(
  { series }: Pick<SaidOfPast, "series">,
  candidates: readonly PushCandidate[],
  {
    budget,
    organisationOf,
    fromMs,
    weekMs,
    verdictAt = verdictsOf(series),
  }: Omit<PromiseOptions, "checkFromMs" | "untilMs"> & {
    readonly weekMs: number;
    readonly verdictAt?: ReturnType<typeof verdictsOf>;
  },
): PushPlan {
  const loads = [...series.values()].flatMap((one) => one.load(weekMs - SHARES_WEEKS * WEEK_MS, weekMs) ?? []);
  const before = candidates.filter(({ atMs }) => atMs < weekMs && atMs >= weekMs - TUNED_WEEKS * WEEK_MS);
  const raise = tunedRaises(planPushes(loads, budget, { organisationOf }), before, {
    weekCount: Math.min(TUNED_WEEKS, Math.max(0, (weekMs - fromMs) / WEEK_MS)),
    verdictOf: ({ seriesId, event }) => verdictAt(seriesId, event, weekMs),
  });
  return planPushes(loads, budget, { organisationOf, raise });
}
