import { streamOf } from "./durations.ts";
import { lastingIncidents } from "./lasting-incidents.ts";
import type { PlannedIncident } from "./planted-incident.ts";
import type { PlannedRun } from "./rhythm.ts";
import { singleIncidents } from "./single-incidents.ts";

/** Chooses what goes wrong, and for which of the planned runs. No run carries two incidents. */
export function planIncidents(
  seed: number,
  runs: readonly PlannedRun[],
  startMs: number,
  endMs: number,
): readonly PlannedIncident[] {
  const random = streamOf(seed, 100);
  const lasting = lastingIncidents(random, runs, startMs, endMs);
  return [...lasting, ...singleIncidents(random, runs, lasting, startMs, endMs)];
}
