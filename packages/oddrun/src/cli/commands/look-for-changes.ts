import type { Store } from "../../adapters/store/index.ts";
import type { DetectChangesSummary } from "../../operations/changes/detect-changes.ts";
import type { CommandContext } from "../command.ts";

export interface ChangesFound {
  readonly summary: DetectChangesSummary;
  /** Numbers of incidents that are new or have something new. */
  readonly incidents: readonly number[];
}

export interface LookOptions {
  readonly windowMs?: number;
  /** All states are made anew, from the first run on. */
  readonly isAnew?: boolean;
}

/** Looks for changes, with what people said of earlier ones in mind, and reads what is found into incidents. */
export async function lookForChanges(
  store: Store,
  context: Pick<CommandContext, "log" | "now" | "signal" | "progress" | "dataDir">,
  { windowMs, isAnew = false }: LookOptions = {},
): Promise<ChangesFound> {
  const { detectChanges, LATENESS_WINDOW_MS } = await import("../../operations/changes/detect-changes.ts");
  const { updateIncidents } = await import("../../operations/incidents/incidents-update.ts");
  const { log, now, signal, progress, dataDir } = context;
  if (isAnew) for (const { id } of await store.repositories()) await store.forgetWatch(id);
  const feedback = { bars: await store.barsOfSeries(), accepted: await store.acceptedChanges() };
  const latenessMs = windowMs ?? LATENESS_WINDOW_MS;
  const summary = await detectChanges(
    { store, log, now, signal, progress: (line) => progress(line) },
    { place: dataDir, feedback, windowMs: latenessMs },
  );
  const { numbers } = await updateIncidents(store, { latenessMs, isStopped: () => signal.aborted });
  return { summary, incidents: numbers };
}
