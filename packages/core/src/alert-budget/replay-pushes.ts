import { pushCandidates, type SaidOfPast } from "./push-candidates.ts";
import {
  type GateOptions,
  DEFAULT_GATE_OPTIONS,
  type PushCandidate,
  type PushDecision,
  pushGate,
} from "./push-gate.ts";
import { planPushes } from "./push-plan.ts";
import type { PromiseOptions } from "./alert-promise.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
/** Shares of the budget follow what the series cost in this time, and are set anew each week. */
export const SHARES_WEEKS = 8;

/** What became of one incident in one inbox. */
export interface PushFate extends PushDecision {
  readonly candidate: PushCandidate;
}

/**
 * What would have been pushed, week after week: in each the bars follow from the eight weeks before it, as in the running system.
 * Gives the last decision on each incident in each inbox, in time order.
 */
export function replayPushes(
  past: SaidOfPast,
  {
    budget,
    organisationOf,
    fromMs,
    untilMs,
    raise = () => 0,
    gate: options = DEFAULT_GATE_OPTIONS,
  }: Omit<PromiseOptions, "checkFromMs"> & {
    readonly raise?: (inbox: string) => number;
    readonly gate?: GateOptions;
  },
): readonly PushFate[] {
  const candidates = pushCandidates(past).filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
  const byWeek = Map.groupBy(candidates, ({ atMs }) => Math.floor((atMs - fromMs) / WEEK_MS));
  const fates = new Map<string, PushFate>();
  let state = pushGate(() => []).state();
  for (const [week, own] of byWeek) {
    const weekMs = fromMs + week * WEEK_MS;
    const repositoryIds = new Set(own.map(({ repositoryId }) => repositoryId));
    const loads = [...past.series.values()].flatMap((one) => one.load(weekMs - SHARES_WEEKS * WEEK_MS, weekMs) ?? []);
    const plan = planPushes(loads, budget, { organisationOf, raise });
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
