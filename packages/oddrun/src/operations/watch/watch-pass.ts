import type { ChangeStore } from "../changes/change-store.ts";
import { type ChangesFound, lookForChanges } from "../changes/look-for-changes.ts";
import {
  type CollectProgress,
  collectRuns,
  type CollectRequest,
  type CollectSummary,
} from "../collect/collect-runs.ts";
import type { CollectionStore } from "../collect/collection-store.ts";
import type { RunSource } from "../collect/run-source.ts";
import type { IncidentStore } from "../incidents/incident-store.ts";
import { detectOddRuns, type DetectSummary } from "../odd-runs/detect-odd-runs.ts";
import type { Logger, ModelRegistry, RunStore } from "../ports.ts";

/** What one pass of watching has of the world outside. */
export interface WatchDeps<Alerts> {
  readonly source: RunSource;
  readonly store: RunStore & CollectionStore & ChangeStore & IncidentStore;
  readonly registry: ModelRegistry;
  readonly log: Logger;
  readonly now: () => number;
  /** Aborted: what was done stays, and the next pass goes on from there. */
  readonly signal: { readonly aborted: boolean };
  readonly progress: (line: string) => void;
  readonly onCollect: (progress: CollectProgress) => void;
  /** Says what is to be said, once everything was looked at; null says nothing to anybody. */
  readonly tell: (() => Promise<Alerts>) | null;
  /** Whether what was said leaves something that the next pass has to know. */
  readonly isNews: (alerts: Alerts) => boolean;
}

export interface WatchRequest extends CollectRequest {
  /** Where the runs are kept, for messages. */
  readonly place: string;
}

export interface WatchSummary<Alerts> {
  readonly collected: CollectSummary;
  /** null where nothing is stored. */
  readonly judged: DetectSummary | null;
  /** null where there was nothing to look at, or it was stopped before. */
  readonly changes: ChangesFound | null;
  /** null where nobody was to be told, or it was stopped before. */
  readonly alerts: Alerts | null;
  /** False when it was stopped before the end. */
  readonly isComplete: boolean;
  /** Whether the store holds something now that it did not hold before. */
  readonly hasNews: boolean;
}

/**
 * One pass of watching, as the Action and a timer run it: collects what is new, judges it, looks for changes, brings incidents up to date
 * and says what is to be said. It may be stopped anywhere, and the next pass goes on from there. A collection that could not be completed
 * (a limit, a server's fault) does not keep the rest from being done with what is there.
 *
 * @throws Problem when nothing could be collected and nothing was stored before.
 */
export async function watchPass<Alerts>(deps: WatchDeps<Alerts>, request: WatchRequest): Promise<WatchSummary<Alerts>> {
  const { source, store, registry, log, now, signal, progress } = deps;
  const { place } = request;
  const collected = await collectRuns({ source, store, log, now, signal, onProgress: deps.onCollect }, request);
  const { attempts, jobs } = collected;
  const hasRuns = (await store.countRuns()) > 0;
  const ends = { collected, judged: null, changes: null, alerts: null, isComplete: !signal.aborted };
  const hasCollected = attempts.added + attempts.changed + jobs.added + jobs.changed > 0;
  if (signal.aborted || !hasRuns) return { ...ends, hasNews: hasCollected };

  const judged = await detectOddRuns({ store, registry, log, now, signal, progress }, { place });
  const changes = judged.isComplete ? await lookForChanges({ store, log, now, signal, progress }, { place }) : null;
  const isComplete = changes?.summary.isComplete === true && !signal.aborted;
  const told = isComplete && deps.tell !== null ? { alerts: await deps.tell() } : null;
  const hasFound = judged.judgedCount > 0 || (changes?.incidents.length ?? 0) > 0;
  const hasNews = hasCollected || hasFound || (told !== null && deps.isNews(told.alerts));
  const alerts = told?.alerts ?? null;
  return { collected, judged, changes, alerts, isComplete: isComplete && !signal.aborted, hasNews };
}
