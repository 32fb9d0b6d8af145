import { type RollingWindow, rollingWindow } from "./rolling-window.ts";

/** What is usual for a series, in the scale the values were given in. */
export interface UsualRange {
  readonly low: number;
  readonly usual: number;
  readonly high: number;
}

export interface UsualLevelOptions {
  /** How many of the last runs the level in force remembers. */
  readonly windowRuns: number;
  /** Half the width of the usual range is at least this: a very quiet series does not make its smallest stir odd. */
  readonly halfWidthMin: number;
}

/**
 * The level in force and the provisional one. Odd values never enter the level in force, and a value outside its range
 * waits. Eight waiting on one side among the last twelve are a level that moved: a provisional level, learnt from them,
 * serves from there on and becomes the level in force after forty runs, unless the old level comes back first (eight of
 * twelve again). Eight on one side scattered over the window are a second mode: those that were not odd join the level.
 */
export interface UsualLevel {
  /** Null before the first value. */
  range(): UsualRange | null;
  learn(value: number, isOdd: boolean): void;
}

const ALIKE_COUNT = 8;
const ALIKE_WITHIN = 12;
const BECOMES_USUAL_AFTER = 40;
/** Below this many values the range is whatever was seen, and every value that is not odd joins. */
const SETTLED_COUNT = 10;

interface Waiting {
  readonly value: number;
  readonly at: number;
  readonly isOdd: boolean;
}

export function usualLevel({ windowRuns, halfWidthMin }: UsualLevelOptions): UsualLevel {
  let inForce = rollingWindow(windowRuns);
  let provisional: RollingWindow | null = null;
  let waiting: Waiting[] = [];
  /** Places of the last runs that were on the old level while a provisional one serves. */
  let back: number[] = [];
  let provisionalRuns = 0;
  let at = 0;

  const rangeOf = (values: RollingWindow): UsualRange => {
    const usual = values.quantile(0.5);
    return {
      low: Math.min(values.quantile(0.05), usual - halfWidthMin),
      usual,
      high: Math.max(values.quantile(0.95), usual + halfWidthMin),
    };
  };
  const sideOf = (value: number): -1 | 0 | 1 => {
    const { low, high } = rangeOf(inForce);
    return value < low ? -1 : value > high ? 1 : 0;
  };
  const filled = (values: readonly number[]): RollingWindow => {
    const window = rollingWindow(windowRuns);
    for (const value of values) window.push(value);
    return window;
  };

  const learnBeside = (beside: RollingWindow, value: number, isOdd: boolean): void => {
    provisionalRuns++;
    if (sideOf(value) === 0) back.push(at);
    back = back.filter((place) => place > at - ALIKE_WITHIN);
    if (back.length >= ALIKE_COUNT) {
      provisional = null;
      waiting = [];
      return;
    }
    if (!isOdd) beside.push(value);
    if (provisionalRuns < BECOMES_USUAL_AFTER) return;
    inForce = beside;
    provisional = null;
    waiting = [];
  };

  const wait = (value: number, isOdd: boolean, side: -1 | 1): void => {
    waiting.push({ value, at, isOdd });
    waiting = waiting.filter((one) => one.at > at - windowRuns);
    const sameSide = waiting.filter((one) => sideOf(one.value) === side);
    if (sameSide.length < ALIKE_COUNT) return;
    const lately = sameSide.filter((one) => one.at > at - ALIKE_WITHIN);
    if (lately.length >= ALIKE_COUNT) {
      provisional = filled(lately.map((one) => one.value));
      provisionalRuns = 0;
      back = [];
      return;
    }
    for (const one of sameSide) if (!one.isOdd) inForce.push(one.value);
    waiting = waiting.filter((one) => !sameSide.includes(one));
  };

  return {
    range: () => (inForce.size === 0 ? null : rangeOf(provisional ?? inForce)),
    learn(value, isOdd) {
      at++;
      if (provisional !== null) return learnBeside(provisional, value, isOdd);
      if (inForce.size < SETTLED_COUNT) {
        if (!isOdd) inForce.push(value);
        return;
      }
      const side = sideOf(value);
      if (side !== 0) wait(value, isOdd, side);
      else if (!isOdd) inForce.push(value);
    },
  };
}
