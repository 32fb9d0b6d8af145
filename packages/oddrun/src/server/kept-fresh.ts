const FRESH_MS_MIN = 1000;
/** Reading a store holds up everything else, scoring included: reading gets at most this part of the time. */
const READING_SHARE_MAX = 0.02;

/** What was read serves again for a second, and for longer where reading took long. */
export function keptFresh<Result>(read: () => Promise<Result>, now: () => number): () => Promise<Result> {
  let kept: Promise<Result> | null = null;
  let keptUntilMs = Number.NEGATIVE_INFINITY;
  const readNow = async (): Promise<Result> => {
    const startMs = now();
    try {
      const result = await read();
      const endMs = now();
      keptUntilMs = endMs + Math.max(FRESH_MS_MIN, (endMs - startMs) / READING_SHARE_MAX);
      return result;
    } catch (error) {
      kept = null;
      throw error;
    }
  };
  return () => {
    if (kept === null || now() >= keptUntilMs) {
      // Those who ask meanwhile wait for this reading.
      keptUntilMs = Number.POSITIVE_INFINITY;
      kept = readNow();
    }
    return kept;
  };
}
