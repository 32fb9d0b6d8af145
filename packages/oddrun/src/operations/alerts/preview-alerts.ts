import { type ChangeStanding, incidentName } from "@oddrun/core";
import { type LedgerEntry, pushLedger } from "../budget/push-ledger.ts";
import type { StoredPastDeps } from "../budget/replay-store-past.ts";
import type { ChangeStore } from "../changes/change-store.ts";
import type { Settings } from "../settings/settings.ts";
import { isWatched } from "../settings/watched-workflow.ts";
import type { AlertComposerOptions } from "./alert-composer.ts";
import { type AlertMaterialStore, alertMaterial } from "./alert-material.ts";
import type { AlertMessage } from "./alert-message.ts";
import { composeAlert } from "./compose-alert.ts";
import { routeAlert } from "./routing.ts";

/** A message that would have been sent. */
export interface PreviewedAlert {
  readonly message: AlertMessage;
  readonly inboxes: readonly string[];
  /** Names of channels. */
  readonly channels: readonly string[];
  /** What it turned out to be, once 40 runs had come since. */
  readonly hindsight: LedgerEntry["hindsight"];
  readonly why: LedgerEntry["why"];
}

export interface AlertsPreview {
  readonly fromMs: number;
  readonly untilMs: number;
  /** In time order. */
  readonly alerts: readonly PreviewedAlert[];
  /** What the digest would hold now, dearest first. */
  readonly digest: readonly LedgerEntry[];
  /** Messages in each week, oldest first, as each inbox got them. */
  readonly weeks: readonly { readonly fromMs: number; readonly count: number }[];
}

export interface PreviewOptions extends Omit<AlertComposerOptions, "privacy"> {
  readonly days: number;
  readonly nowMs: number;
  readonly settings: Pick<Settings, "alerts" | "privacy" | "channels" | "routes" | "watch">;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** What would have been sent lately under the budget of the settings. Each message is worded by what is known of it today. Null when stopped. */
export async function previewAlerts(
  deps: Omit<StoredPastDeps, "store"> & { readonly store: AlertMaterialStore & ChangeStore },
  { days, nowMs, settings, prices, otherwiseVisibility }: PreviewOptions,
): Promise<AlertsPreview | null> {
  const store = await watchedOf(deps.store, settings);
  const ledger = await pushLedger({ ...deps, store }, { budget: settings.alerts.budget, nowMs });
  if (ledger === null) return null;
  const fromMs = Math.max(nowMs - days * DAY_MS, ledger.sinceMs);
  const pushes = ledger.pushes.filter(({ atMs }) => atMs >= fromMs);
  const alerts: PreviewedAlert[] = [];
  for (const [number, entries] of Map.groupBy(pushes, ({ incidentNumber }) => incidentNumber)) {
    const [first] = entries;
    const { atMs, hindsight, why } = first!;
    const material = await alertMaterial(deps.store, number, { nowMs, prices, otherwiseVisibility });
    const id = `preview:${incidentName(number)}`;
    const message = composeAlert(material, { id, word: "new", atMs, privacy: settings.privacy });
    const inboxes = [...new Set(entries.map(({ inbox }) => inbox))];
    alerts.push({ message, inboxes, channels: routeAlert(message, settings, []), hindsight, why });
  }
  return { fromMs, untilMs: nowMs, alerts, digest: ledger.digest, weeks: weeksOf(alerts, fromMs, nowMs) };
}

/** The same store, whose incidents hold only changes that the team wants to hear of. */
async function watchedOf<Store extends AlertMaterialStore>(
  store: Store,
  settings: Pick<Settings, "watch">,
): Promise<Store> {
  const repositoryIds = (await store.repositories()).map(({ id }) => id);
  const ignored = new Set(
    (await store.workflowsOf(repositoryIds))
      .filter((workflow) => !isWatched(workflow, settings))
      .map(({ repositoryId, id }) => `${repositoryId}/${id}`),
  );
  const isHeard = ({ series: { repositoryId, workflowId, branches } }: ChangeStanding): boolean =>
    (settings.watch.branches === "all" || branches !== "topic") && !ignored.has(`${repositoryId}/${workflowId}`);
  const watched = Object.create(store) as Store;
  watched.incidents = async (filter, nowMs) =>
    (await store.incidents(filter, nowMs)).map((incident) => ({
      ...incident,
      changes: incident.changes.filter(isHeard),
    }));
  return watched;
}

function weeksOf(alerts: readonly PreviewedAlert[], fromMs: number, untilMs: number): AlertsPreview["weeks"] {
  const count = Math.max(1, Math.ceil((untilMs - fromMs) / WEEK_MS));
  return Array.from({ length: count }, (_, at) => {
    const weekMs = untilMs - (count - at) * WEEK_MS;
    const within = alerts.filter(({ message: { atMs } }) => atMs >= weekMs && atMs < weekMs + WEEK_MS);
    return { fromMs: weekMs, count: within.length };
  });
}
