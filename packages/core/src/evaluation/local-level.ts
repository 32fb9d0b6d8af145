import { quantile } from "../isolation-forest/index.ts";

const NEIGHBOURS = 15;
/** A run that took no time has no logarithm. */
const MS_MIN = 1;

/**
 * The level around each run, in ms: the median of ln duration of the passing runs near it, up to 15 either side. Runs after it are looked at,
 * too: this is for making cases, never for judging. 0 in a history without a passing run.
 */
export function localLevels(
  runs: readonly { readonly durationMs: number; readonly hasFailed: boolean }[],
): Float64Array {
  const passing: { readonly place: number; readonly value: number }[] = [];
  for (const [place, { durationMs, hasFailed }] of runs.entries()) {
    if (!hasFailed) passing.push({ place, value: Math.log(Math.max(MS_MIN, durationMs)) });
  }
  const levels = new Float64Array(runs.length);
  if (passing.length === 0) return levels;
  let at = 0;
  for (let place = 0; place < runs.length; place++) {
    while (at + 1 < passing.length && passing[at + 1]!.place <= place) at++;
    const near = passing.slice(Math.max(0, at - NEIGHBOURS), at + NEIGHBOURS + 1);
    levels[place] = Math.exp(quantile(Float64Array.from(near, ({ value }) => value).sort(), 0.5));
  }
  return levels;
}
