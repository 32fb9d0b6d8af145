import { updateIncidents } from "../incidents/incidents-update.ts";
import type { IncidentStore } from "../incidents/incident-store.ts";
import {
  detectChanges,
  type DetectChangesDeps,
  type DetectChangesSummary,
  LATENESS_WINDOW_MS,
} from "./detect-changes.ts";

export interface ChangesFound {
  readonly summary: DetectChangesSummary;
  /** Numbers of incidents that are new or have something new. */
  readonly incidents: readonly number[];
}

export interface LookOptions {
  /** Where the runs are kept, for messages: ".oddrun". */
  readonly place: string;
  readonly windowMs?: number;
  /** All states are made anew, from the first run on. */
  readonly isAnew?: boolean;
}

/** Looks for changes, with what people said of earlier ones in mind, and reads what is found into incidents. */
export async function lookForChanges(
  deps: Omit<DetectChangesDeps, "store"> & { readonly store: DetectChangesDeps["store"] & IncidentStore },
  { place, windowMs = LATENESS_WINDOW_MS, isAnew = false }: LookOptions,
): Promise<ChangesFound> {
  const { store, signal } = deps;
  if (isAnew) for (const { id } of await store.repositories()) await store.forgetWatch(id);
  const feedback = { bars: await store.barsOfSeries(), accepted: await store.acceptedChanges() };
  const summary = await detectChanges(deps, { place, feedback, windowMs });
  const { numbers } = await updateIncidents(store, { latenessMs: windowMs, isStopped: () => signal.aborted });
  return { summary, incidents: numbers };
}
