import type { MinutesAccount, MinutesPart } from "./minutes-account.ts";

/** What the account comes down to, in one word for people and programs. */
export type NamedCause =
  /** One line of the account carries most of the difference. */
  | { readonly kind: "part"; readonly part: MinutesPart; readonly share: number }
  /** All steps take longer (or shorter) alike: the machine, not the work. `ratio` is how many times as long. */
  | { readonly kind: "everything"; readonly ratio: number; readonly ms: number; readonly share: number };

/** Steps of less than this say nothing about a ratio: their times are whole seconds. */
const STEP_MS_MIN = 10_000;
/** How many times as large, or as small, as that of all together the growth of each may be to be called alike. */
const UNLIKE_MAX = 2;
/** All steps alike carry at least this share of the difference, or it is not what it comes down to. */
const EVERYTHING_SHARE_MIN = 0.5;

/**
 * What most of the difference comes down to: the largest part in its direction, or everything alike; null when nothing differs.
 */
export function namedCause({ parts, differenceMs }: MinutesAccount): NamedCause | null {
  const direction = Math.sign(differenceMs);
  const everything = allAlike(parts, direction);
  if (everything !== null && everything.ms / differenceMs >= EVERYTHING_SHARE_MIN) {
    return { kind: "everything", ...everything, share: everything.ms / differenceMs };
  }
  const candidates = [...parts.filter(({ kind }) => kind !== "queue"), ...allQueues(parts)];
  const largest = candidates
    .filter(({ ms }) => Math.sign(ms) === direction)
    .sort((a, b) => Math.abs(b.ms) - Math.abs(a.ms))[0];
  return largest === undefined ? null : { kind: "part", part: largest, share: largest.ms / differenceMs };
}

/** Jobs that wait one after the other wait for the same runners: all waiting is one candidate. */
function allQueues(parts: readonly MinutesPart[]): readonly MinutesPart[] {
  const queues = parts.filter(({ kind, ms }) => kind === "queue" && ms !== 0);
  const [first] = queues;
  if (first === undefined || queues.length === 1) return queues;
  const sum = (of: (part: MinutesPart) => number): number => queues.reduce((total, part) => total + of(part), 0);
  const labels = queues.every((part) => part.labels === first.labels) ? first.labels : null;
  const [beforeMs, afterMs] = [sum((part) => part.beforeMs ?? 0), sum((part) => part.afterMs ?? 0)];
  return [{ ...first, job: null, labels, ms: sum(({ ms }) => ms), beforeMs, afterMs }];
}

function allAlike(
  parts: readonly MinutesPart[],
  direction: number,
): { readonly ratio: number; readonly ms: number } | null {
  const steps = parts.filter(
    ({ step, beforeMs, afterMs }) => step !== null && Math.max(beforeMs!, afterMs!) >= STEP_MS_MIN && beforeMs! > 0,
  );
  const usualMs = steps.reduce((sum, { beforeMs }) => sum + beforeMs!, 0);
  const extraMs = steps.reduce((sum, { beforeMs, afterMs }) => sum + afterMs! - beforeMs!, 0);
  if (steps.length < 2 || Math.sign(extraMs) !== direction) return null;
  const growth = extraMs / usualMs;
  const isAlike = steps.every(({ beforeMs, afterMs }) => {
    const own = (afterMs! - beforeMs!) / beforeMs! / growth;
    return own >= 1 / UNLIKE_MAX && own <= UNLIKE_MAX;
  });
  if (!isAlike) return null;
  return { ratio: (usualMs + extraMs) / usualMs, ms: steps.reduce((sum, { ms }) => sum + ms, 0) };
}
