import type { ChangeEvent } from "../change-points/index.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Onsets of one cause lie so near to each other: the rule by which alerts on whole histories are counted as one. */
const WINDOW_MS = 48 * HOUR_MS;
/** The cause may have come before the first slow run by as much as runs lie apart, and the onset is off by a run now and then. */
const SLACK_RUNS = 2;
const SLACK_MAX_MS = 3 * DAY_MS;

/** How far from its told onset the cause of a change may lie: where runs are few, nobody saw when it began. */
export function onsetSlackMs({ onset, at, runCount }: Pick<ChangeEvent, "onset" | "at" | "runCount">): number {
  const gapMs = Math.max(0, at.atMs - onset.atMs) / Math.max(1, runCount - 1);
  return Math.min(SLACK_MAX_MS, SLACK_RUNS * gapMs);
}

interface Placed {
  readonly anchorMs: number;
  readonly slackMs: number;
}

/** How far apart two onsets are; null where that is too far for one cause. */
export function onsetDistanceMs(one: Placed, other: Placed): number | null {
  const distanceMs = Math.abs(one.anchorMs - other.anchorMs);
  return distanceMs <= WINDOW_MS + Math.max(one.slackMs, other.slackMs) ? distanceMs : null;
}
