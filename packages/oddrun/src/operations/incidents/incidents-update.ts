import { amendIncidents, type ChangeKey } from "@oddrun/core";
import type { ChangeStore, StoredChange } from "../changes/change-store.ts";
import type { IncidentStore } from "./incident-store.ts";

const DAY_MS = 86_400_000;
/** How late a run may come: within it the order in which changes are heard of does not matter. */
const LATENESS_MS = 26 * 3_600_000;
/** As far back as incidents may take in a change that is told now, and as a fleet's usual rate is taken from. */
const REACH_MS = 70 * DAY_MS;
/** A fleet is looked for among what is read at once: of a first look all of it, but for enormous ones. */
const CHANGES_AT_ONCE = 100_000;

export interface IncidentsUpdate {
  /** What was said of changes and was not read before. */
  readonly changeCount: number;
  /** Numbers of incidents that are new or have something new, in order. */
  readonly numbers: readonly number[];
}

export interface UpdateIncidentsOptions {
  readonly latenessMs?: number;
  readonly isStopped?: () => boolean;
}

/**
 * Reads what was said of changes since the last time into incidents. What is read and how far are kept together: a kill at any
 * point loses nothing, and two processes at once read nothing twice.
 */
export async function updateIncidents(
  store: IncidentStore & Pick<ChangeStore, "changes">,
  { latenessMs = LATENESS_MS, isStopped = () => false }: UpdateIncidentsOptions = {},
): Promise<IncidentsUpdate> {
  const activity = await store.workflowActivity();
  const numbers = new Set<number>();
  let changeCount = 0;
  while (!isStopped()) {
    const fromPlace = await store.readPlace();
    const said = await store.changes({ afterPlace: fromPlace, limit: CHANGES_AT_ONCE });
    if (said.length === 0) break;
    const readPlace = said.at(-1)!.place;
    const wanted = { changes: said.map(keyOf), sinceMs: earliestOnsetMs(said) - REACH_MS };
    const { records, isRead } = await store.amendIncidents(wanted, (known, ledger) => {
      // another process was quicker: it has read these, and all that is kept is as it left it
      if (ledger.readPlace !== fromPlace) return { records: [], isRead: false };
      const { nextNumber } = ledger;
      const amended = amendIncidents({ known, nextNumber, words: said, activity, latenessMs });
      return { records: amended, readPlace, isRead: true };
    });
    if (isRead) changeCount += said.length;
    for (const { number } of records) numbers.add(number);
  }
  return { changeCount, numbers: [...numbers].toSorted((one, other) => one - other) };
}

const keyOf = ({ seriesId, event }: StoredChange): ChangeKey => ({ seriesId, changeNumber: event.changeNumber });
const earliestOnsetMs = (said: readonly StoredChange[]): number =>
  said.reduce((earliest, { event }) => Math.min(earliest, event.onset.atMs), Number.POSITIVE_INFINITY);
