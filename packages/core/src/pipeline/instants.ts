/** The first of these instants; null where none is known. */
export function earliest(instants: readonly (number | null)[]): number | null {
  return instants.reduce<number | null>(
    (least, ms) => (least === null || (ms !== null && ms < least) ? ms : least),
    null,
  );
}

/** The last of these instants; null where none is known. */
export function latest(instants: readonly (number | null)[]): number | null {
  return instants.reduce(laterOf, null);
}

export function laterOf(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}

export function isWithin(ms: number | null, fromMs: number | null, toMs: number | null): boolean {
  return ms !== null && fromMs !== null && toMs !== null && fromMs < ms && ms < toMs;
}
