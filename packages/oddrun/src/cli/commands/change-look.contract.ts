import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { type ChangeEvent, seriesOf } from "@oddrun/core";
import { openStore, type Store } from "../../adapters/store/index.ts";
import { detectChanges, type DetectChangesOptions } from "../../operations/changes/detect-changes.ts";
import type { Logger } from "../../operations/ports.ts";
import { HOUR_MS, REPOSITORY } from "./changing-history.contract.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-changes-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
export const WINDOW_MS = 6 * HOUR_MS;
let stores = 0;
export const newStore = () => openStore(join(folder, `${stores++}`, "oddrun.db"));

export function look(store: Store, nowMs: number, options: Partial<DetectChangesOptions> = {}) {
  const deps = { store, log: quiet, now: () => nowMs, signal: { aborted: false }, progress: () => {} };
  return detectChanges(deps, { place: "here", windowMs: WINDOW_MS, ...options });
}

export const held = async (store: Store) => store.heldWords(REPOSITORY.id, null);

/** The latest word on each change, as a reader of the list alone would have it. */
export async function standing(store: Store): Promise<readonly string[]> {
  const latest = new Map<string, ChangeEvent>();
  for (const { seriesId, event } of await store.changes()) latest.set(`${seriesId} ${event.changeNumber}`, event);
  return [...latest]
    .filter(([, { state }]) => state !== "withdrawn")
    .map(([key, event]) => `${key} ${JSON.stringify(event)}`)
    .sort();
}

export const told = async (store: Store, measure: string, scope = "run") =>
  (await store.changes()).filter(({ seriesId, event }) => {
    const series = seriesOf(seriesId);
    return series.measure === measure && series.scope === scope && event.state === "told";
  });
