import { seriesOf } from "../change-points/index.ts";
import { type Inbox } from "./push-gate.ts";
import type { PushBudget } from "./push-budget.ts";
import { type BarOptions, DEFAULT_BAR_OPTIONS, seriesBars, type SeriesLoad } from "./series-bars.ts";

/** Of an inbox's budget, the part that jobs and runners which alarm alone may use; the rest is for whole runs. */
const ALONE_PART = 0.2;

export interface PushPlan {
  readonly inboxesOf: (repositoryId: number) => readonly Inbox[];
}

/**
 * The inboxes of all repositories with the bar of each series: one inbox a repository, and one for each organisation that has
 * more than one repository here. Series of steps need not be given: they never push.
 */
export function planPushes(
  loads: readonly SeriesLoad[],
  budget: PushBudget,
  {
    organisationOf,
    raise = () => 0,
    options = DEFAULT_BAR_OPTIONS,
  }: {
    /** Whose repository it is; null where that is not known. */
    readonly organisationOf: (repositoryId: number) => string | null;
    /** What all bars of an inbox are raised by, as tuned on its past. */
    readonly raise?: (inbox: string) => number;
    readonly options?: BarOptions;
  },
): PushPlan {
  const byRepository = Map.groupBy(loads, ({ seriesId }) => seriesOf(seriesId).repositoryId);
  const inboxes = new Map<number, Inbox[]>();
  for (const [repositoryId, own] of byRepository) {
    inboxes.set(repositoryId, [inbox(repositoryInbox(repositoryId), own, budget.repositoryAWeek, { raise, options })]);
  }
  for (const [organisation, ids] of Map.groupBy(byRepository.keys(), organisationOf)) {
    if (organisation === null || ids.length < 2) continue;
    const own = ids.flatMap((id) => byRepository.get(id)!);
    const shared = inbox(`organisation ${organisation}`, own, budget.organisationAWeek, { raise, options });
    for (const id of ids) inboxes.get(id)!.push(shared);
  }
  return {
    inboxesOf: (repositoryId) =>
      inboxes.get(repositoryId) ?? [
        inbox(repositoryInbox(repositoryId), [], budget.repositoryAWeek, { raise, options }),
      ],
  };
}

export const repositoryInbox = (repositoryId: number): string => `repository ${repositoryId}`;

function inbox(
  name: string,
  loads: readonly SeriesLoad[],
  pushesAWeek: number,
  { raise, options }: { readonly raise: (inbox: string) => number; readonly options: BarOptions },
): Inbox {
  const how = { raise: raise(name), options };
  const { true: byRight = [], false: alone = [] } = Object.groupBy(loads, ({ seriesId }) =>
    seriesOf(seriesId).scope === "run" ? "true" : "false",
  );
  const bars = new Map([
    ...seriesBars(byRight, pushesAWeek * (1 - ALONE_PART), how),
    ...seriesBars(alone, pushesAWeek * ALONE_PART, how),
  ]);
  const lowest = Math.max(options.barMin.level, options.barMin.failure);
  return { name, pushesAWeek, bars, barOfOthers: Math.max(lowest, ...bars.values()) };
}
