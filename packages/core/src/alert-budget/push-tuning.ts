import type { HindsightVerdict } from "./hindsight.ts";
import { hindsight } from "./hindsight.ts";
import type { PastSeries } from "./past-series.ts";
import { DEFAULT_GATE_OPTIONS, type IncidentMember, type PushCandidate, surestMember } from "./push-gate.ts";
import type { PushPlan } from "./push-plan.ts";
import type { ChangeEvent } from "../change-points/index.ts";

/** Of the pushes of the past, this share must have been real for bars to be lowered so far. */
const REAL_SHARE_MIN = 0.9;
/** ... of at least so many that were looked back on. */
const JUDGED_MIN = 8;
const STEP = 0.05;

/**
 * What the bars of each inbox are raised by (below 0: lowered by), learnt from the incidents of a past: as low as most of what would
 * have been pushed was real, over all inboxes, and so high that none had more than its budget in the mean.
 */
export function tunedRaises(
  plan: PushPlan,
  past: readonly PushCandidate[],
  {
    weekCount,
    verdictOf,
  }: {
    readonly weekCount: number;
    /** What a change turned out to be, as far as it is known by then. */
    readonly verdictOf: (member: IncidentMember) => HindsightVerdict;
  },
): (inbox: string) => number {
  const best = new Map<string, Map<string, { readonly excess: number; readonly member: IncidentMember }>>();
  const allowed = new Map<string, number>();
  const judgedBy = new Map<string, { readonly excess: number; readonly member: IncidentMember }>();
  for (const { incidentId, repositoryId, members } of past) {
    for (const [place, inbox] of plan.inboxesOf(repositoryId).entries()) {
      const surest = surestMember(members, inbox, DEFAULT_GATE_OPTIONS);
      if (surest === null) continue;
      const own = best.get(inbox.name) ?? new Map();
      best.set(inbox.name, own);
      allowed.set(inbox.name, Math.max(1, Math.floor(inbox.pushesAWeek * weekCount)));
      if (surest.excess <= (own.get(incidentId)?.excess ?? Number.NEGATIVE_INFINITY)) continue;
      const found = { excess: surest.excess, member: members.find((one) => one.seriesId === surest.seriesId)! };
      own.set(incidentId, found);
      // an incident counts once, in the inbox of its repository
      if (place === 0) judgedBy.set(incidentId, found);
    }
  }
  const common = lowestReal(
    [...judgedBy.values()].map(({ excess, member }) => ({ excess, verdict: verdictOf(member) })),
  );
  const raises = new Map(
    [...best].map(([inbox, own]) => {
      const sorted = [...own.values()].map(({ excess }) => excess).sort((one, other) => other - one);
      const firstOut = sorted[allowed.get(inbox)!];
      // just above the surest one that is too many
      const raise = firstOut === undefined ? common : (Math.floor(firstOut / STEP) + 1) * STEP;
      return [inbox, Math.max(common, raise)];
    }),
  );
  return (inbox) => raises.get(inbox) ?? common;
}

/** How low an excess may be for what lies above it to be real mostly; 0 where too few were looked back on. */
function lowestReal(found: readonly { readonly excess: number; readonly verdict: HindsightVerdict }[]): number {
  const judged = found.filter(({ verdict }) => verdict !== "not-yet").sort((one, other) => other.excess - one.excess);
  if (judged.length < JUDGED_MIN) return 0;
  let realCount = 0;
  let lowest: number | null = null;
  for (const [place, { excess, verdict }] of judged.entries()) {
    if (verdict === "real") realCount++;
    const isLast = place + 1 === judged.length;
    if (place + 1 >= JUDGED_MIN && realCount >= REAL_SHARE_MIN * (place + 1))
      lowest = isLast ? Number.NEGATIVE_INFINITY : Math.floor(excess / STEP) * STEP;
  }
  return Math.max(-1, lowest ?? 0);
}

/** What each change of a past turned out to be, and from when on that was known. */
export function verdictsOf(
  series: ReadonlyMap<string, PastSeries>,
): (seriesId: string, event: ChangeEvent, untilMs: number) => HindsightVerdict {
  const known = new Map<string, { readonly verdict: HindsightVerdict; readonly knownAtMs: number }>();
  return (seriesId, event, untilMs) => {
    const key = `${event.changeNumber} ${seriesId}`;
    let found = known.get(key);
    if (found === undefined) {
      found = lookBack(series.get(seriesId), event);
      known.set(key, found);
    }
    return found.knownAtMs <= untilMs ? found.verdict : "not-yet";
  };
}

const WAIT_RUNS = 40;

function lookBack(past: PastSeries | undefined, event: ChangeEvent) {
  const never = { verdict: "not-yet", knownAtMs: Number.POSITIVE_INFINITY } as const;
  // of a silence there is nothing to measure: no run came
  if (past === undefined || past.series.measure === "schedule") return never;
  const toldRun = past.placeOf(event.at.atMs);
  const knownAtMs = past.endOf(toldRun + WAIT_RUNS);
  if (knownAtMs === null) return never;
  const measure = past.series.measure === "failure" ? "failure" : "level";
  const onsetRun = past.placeOf(event.onset.atMs);
  const { verdict } = hindsight(past.runs, { measure, direction: event.direction, onsetRun, toldRun });
  return { verdict, knownAtMs };
}
