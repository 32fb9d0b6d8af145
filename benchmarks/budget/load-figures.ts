import {
  type ChangeEvent,
  costOf,
  DEFAULT_PUSH_BUDGET,
  type HindsightVerdict,
  paceAt,
  type PushFate,
  replayPushes,
  verdictsOf,
} from "@oddrun/core";
import type { GroupedPast } from "./grouped-past.ts";

/** One push, by either rule: the change that it was for. */
export interface CountedPush {
  readonly seriesId: string;
  readonly event: ChangeEvent;
  readonly incidentId: string;
  readonly verdict: HindsightVerdict;
  readonly minutesAWeek: number;
  /** All changes that the message names. */
  readonly told: readonly { readonly seriesId: string; readonly event: ChangeEvent }[];
}

export interface RuleFigures {
  readonly pushes: readonly CountedPush[];
  readonly inboxWeeks: number;
  /** Of these, distinct incidents that are real in hindsight. */
  readonly incidentCount: number;
  /** Minutes a week that these cost, the dearest change of each counted once. */
  readonly minutesAWeek: number;
}

const WEEK_MS = 7 * 24 * 3_600_000;

/** What the flat rule pushes: every change of every series, at the detector's own threshold. */
export function flatRule(past: GroupedPast): RuleFigures {
  const incidentOf = incidentsByChange(past);
  const verdictAt = verdictsOf(past.series);
  const told = past.words.filter(({ event }) => event.state === "told");
  return figures(
    past,
    told.map(({ seriesId, event }) => ({
      seriesId,
      event,
      incidentId: incidentOf.get(`${event.changeNumber} ${seriesId}`) ?? "",
      verdict: verdictAt(seriesId, event, Number.POSITIVE_INFINITY),
      told: [{ seriesId, event }],
      minutesAWeek: costOf(seriesId, event, paceAt(past.series.get(seriesId), event.at.atMs)) ?? 0,
    })),
  );
}

/** What the budget lets through to one inbox, or to those of the repositories. */
export function budgetRule(
  past: GroupedPast,
  organisationOf: (repositoryId: number) => string | null,
): { readonly repositories: RuleFigures; readonly organisation: RuleFigures; readonly fates: readonly PushFate[] } {
  const { fromMs, untilMs } = past;
  const fates = replayPushes(past, { budget: DEFAULT_PUSH_BUDGET, organisationOf, fromMs, untilMs });
  const verdictAt = verdictsOf(past.series);
  const pushesTo = (isShared: boolean): CountedPush[] =>
    fates
      .filter(({ fate, inbox }) => fate === "push" && inbox.startsWith("organisation") === isShared)
      .map(({ candidate, seriesId, incidentId }) => {
        const { event, extraMinutesAWeek } = candidate.members.find((member) => member.seriesId === seriesId)!;
        const verdict = verdictAt(seriesId!, event, Number.POSITIVE_INFINITY);
        const minutesAWeek = extraMinutesAWeek ?? 0;
        return { seriesId: seriesId!, event, incidentId, verdict, minutesAWeek, told: candidate.members };
      });
  return { repositories: figures(past, pushesTo(false)), organisation: figures(past, pushesTo(true), 1), fates };
}

function figures(past: GroupedPast, pushes: readonly CountedPush[], inboxCount?: number): RuleFigures {
  const repositories = new Set([...past.series.values()].map(({ series }) => series.repositoryId));
  const dearest = new Map<string, number>();
  for (const { incidentId, verdict, minutesAWeek } of pushes) {
    if (verdict === "real") dearest.set(incidentId, Math.max(dearest.get(incidentId) ?? 0, minutesAWeek));
  }
  const weeks = Math.max(1, (past.untilMs - past.fromMs) / WEEK_MS);
  return {
    pushes,
    inboxWeeks: weeks * (inboxCount ?? repositories.size),
    incidentCount: dearest.size,
    minutesAWeek: [...dearest.values()].reduce((sum, minutes) => sum + minutes, 0),
  };
}

export function incidentsByChange({ incidents }: GroupedPast): ReadonlyMap<string, string> {
  return new Map(
    incidents.flatMap(({ number, changes }) =>
      changes.map(({ seriesId, changeNumber }) => [`${changeNumber} ${seriesId}`, String(number)] as const),
    ),
  );
}

/** The figures of several repositories as those of one set. */
export function together(all: readonly RuleFigures[]): RuleFigures {
  return {
    pushes: all.flatMap(({ pushes }) => pushes),
    inboxWeeks: all.reduce((sum, one) => sum + one.inboxWeeks, 0),
    incidentCount: all.reduce((sum, one) => sum + one.incidentCount, 0),
    minutesAWeek: all.reduce((sum, one) => sum + one.minutesAWeek, 0),
  };
}

/** Share of the pushes that were real, of those that could be looked back on; null where none could. */
export function realShare(pushes: readonly Pick<CountedPush, "verdict">[]): number | null {
  const judged = pushes.filter(({ verdict }) => verdict !== "not-yet");
  return judged.length === 0 ? null : judged.filter(({ verdict }) => verdict === "real").length / judged.length;
}
