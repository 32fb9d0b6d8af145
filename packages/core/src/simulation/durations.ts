import { type SeededRandom, seededRandom } from "../random/index.ts";

const STREAMS_MAX = 2 ** 21;

/** A generator of its own for each part of the history, so that a change in one part leaves the others as they are. */
export function streamOf(seed: number, stream: number): SeededRandom {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`The seed must be a whole number from 0 on; it is ${seed}.`);
  return seededRandom((seed % 2 ** 31) * STREAMS_MAX + (stream % STREAMS_MAX));
}

/**
 * About normal, mean 0, deviation 1, at most 6 from the mean: twelve uniforms added up, so that no engine's logarithm
 * enters.
 */
export function normal(random: SeededRandom): number {
  let sum = -6;
  for (let draw = 0; draw < 12; draw++) sum += random.next();
  return sum;
}

/** exp(spread x normal), rounded to a millionth: engines may differ in the last digits of exp. */
export function logNormal(random: SeededRandom, spread: number): number {
  return Math.round(Math.exp(spread * normal(random)) * 1e6) / 1e6;
}

const TAIL_SHARE = 0.012;

/**
 * How much longer than usual the work takes: log-normal, and now and then up to 2.2 times on top, as on a busy host.
 */
export function workNoise(random: SeededRandom, spread: number): number {
  const usual = logNormal(random, spread);
  const tail = random.next();
  const reach = random.next();
  return tail < TAIL_SHARE ? usual * (1.3 + 0.9 * reach * reach) : usual;
}

/** For each day, how far the usual duration has drifted by then: a slow walk, held within about 15 %. */
export function slowDrift(random: SeededRandom, dayCount: number): readonly number[] {
  let level = 1;
  return Array.from({ length: dayCount }, () => {
    level = Math.min(1.15, Math.max(0.87, level + 0.006 * normal(random)));
    return level;
  });
}

/**
 * How much longer a runner takes to be free in this hour of the day, UTC: both time zones are at work from 13 to 17.
 */
function busyFactor(hour: number, isWeekend: boolean): number {
  if (isWeekend) return 1;
  if (hour >= 13 && hour < 17) return 3;
  return hour >= 8 && hour < 22 ? 1.7 : 1;
}

/** Whole seconds until a runner is free. */
export function queueSeconds(random: SeededRandom, usualSeconds: number, hour: number, isWeekend: boolean): number {
  return Math.max(1, Math.round(usualSeconds * busyFactor(hour, isWeekend) * logNormal(random, 0.4)));
}
