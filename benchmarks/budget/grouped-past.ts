import { amendIncidents, type PastReading, pastHistory, type RepositoryActivity, type SaidOfPast } from "@oddrun/core";

/** A past that was gone through, with its first and last instant. */
export interface GroupedPast extends SaidOfPast {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Has the detectors look at all readings, in their order, and groups what they say. */
export function groupedPast(readings: Iterable<PastReading>): GroupedPast {
  const history = pastHistory();
  let fromMs = Number.POSITIVE_INFINITY;
  let untilMs = 0;
  for (const reading of readings) {
    history.add(reading);
    fromMs = Math.min(fromMs, reading.mark.atMs);
    untilMs = Math.max(untilMs, reading.mark.atMs + 1);
  }
  const series = history.finish(untilMs);
  const words = [...series].flatMap(([seriesId, { events }]) => events.map((event) => ({ seriesId, event })));
  const activity = new Map<number, RepositoryActivity>();
  for (const { series: of, firstAtMs, lastAtMs } of series.values()) {
    const { repositoryId } = of;
    const known = activity.get(repositoryId) ?? { repositoryId, firstMs: firstAtMs, lastMs: lastAtMs };
    const firstMs = Math.min(known.firstMs, firstAtMs);
    activity.set(repositoryId, { repositoryId, firstMs, lastMs: Math.max(known.lastMs, lastAtMs) });
  }
  const given = { known: [], nextNumber: 1, words, activity: [...activity.values()] };
  return {
    series,
    words,
    incidents: amendIncidents({ ...given, latenessMs: Number.POSITIVE_INFINITY }),
    fromMs,
    untilMs,
  };
}
