import { DEFAULT_PUSH_BUDGET, promiseAlerts } from "@oddrun/core";
import type { GroupedPast } from "./grouped-past.ts";

/** How often the promised range held what came. */
export interface Coverage {
  readonly promiseCount: number;
  readonly heldCount: number;
  readonly belowCount: number;
  readonly aboveCount: number;
  /** Mean width of the ranges, and means promised and come, in pushes a week. */
  readonly width: number;
  readonly promised: number;
  readonly came: number;
}

const WEEK_MS = 7 * 24 * 3_600_000;

/** Promises made at many places of a past: windows of `weeks`, each a third further on, or the whole past when null. */
export function promisesIn(
  past: GroupedPast,
  organisationOf: (repositoryId: number) => string | null,
  weeks: number | null,
  isCounted: (inbox: string) => boolean = () => true,
): Coverage {
  const lengthMs = weeks === null ? past.untilMs - past.fromMs : weeks * WEEK_MS;
  const all: Coverage[] = [];
  for (let fromMs = past.fromMs; fromMs + lengthMs <= past.untilMs; fromMs += lengthMs / 3) {
    const untilMs = fromMs + lengthMs;
    const window = { fromMs, checkFromMs: fromMs + (lengthMs * 2) / 3, untilMs };
    const { inboxes } = promiseAlerts(past, { budget: DEFAULT_PUSH_BUDGET, organisationOf, ...window });
    for (const { inbox, forecast, checkedAWeek, isInside } of inboxes) {
      if (!isCounted(inbox)) continue;
      all.push({
        promiseCount: 1,
        heldCount: isInside ? 1 : 0,
        belowCount: !isInside && checkedAWeek < forecast.lowAWeek ? 1 : 0,
        aboveCount: !isInside && checkedAWeek > forecast.highAWeek ? 1 : 0,
        width: forecast.highAWeek - forecast.lowAWeek,
        promised: forecast.meanAWeek,
        came: checkedAWeek,
      });
    }
  }
  return addCoverage(all);
}

/** Of many promises as of one list; widths and means weigh each promise alike. */
export function addCoverage(all: readonly Coverage[]): Coverage {
  const count = all.reduce((sum, one) => sum + one.promiseCount, 0);
  const sum = (key: keyof Coverage): number => all.reduce((total, one) => total + one[key], 0);
  const mean = (key: keyof Coverage): number =>
    count === 0 ? 0 : all.reduce((total, one) => total + one[key] * one.promiseCount, 0) / count;
  return {
    promiseCount: count,
    heldCount: sum("heldCount"),
    belowCount: sum("belowCount"),
    aboveCount: sum("aboveCount"),
    width: mean("width"),
    promised: mean("promised"),
    came: mean("came"),
  };
}
