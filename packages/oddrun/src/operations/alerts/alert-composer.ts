import type { DueAlert, Incident, PriceTable, Repository } from "@oddrun/core";
import type { IncidentExplanation } from "../explain/explain-incident.ts";
import { namesIn } from "../incidents/incidents-names.ts";
import type { PrivacySettings } from "../settings/settings.ts";
import { type AlertMaterialStore, alertMaterial, incidentCost } from "./alert-material.ts";
import type { AlertMessage, AlertRepository } from "./alert-message.ts";
import type { AlertStore } from "./alert-store.ts";
import { composeAlert } from "./compose-alert.ts";
import { composeDigest } from "./compose-digest.ts";
import { composeStorm } from "./compose-storm.ts";

export interface AlertComposerOptions {
  readonly privacy: PrivacySettings;
  readonly prices: PriceTable;
  /** Taken for repositories of which it was never told; null leaves it unknown. */
  readonly otherwiseVisibility: Repository["visibility"];
}

const WEEK_MS = 7 * 86_400_000;
/** What else changed is looked up for so many of a storm: it takes some hundred runs each. */
const EXPLAINED_MAX = 12;
const DIGEST_MAX = 200;

/** Makes each message that is due from what the store holds by then. */
export function alertComposer(
  store: AlertMaterialStore & Pick<AlertStore, "storedAlerts">,
  { privacy, prices, otherwiseVisibility }: AlertComposerOptions,
): (due: DueAlert, incidents: readonly Incident[]) => Promise<AlertMessage> {
  return async (due, incidents) => {
    const { id, word, atMs } = due;
    const options = { nowMs: atMs, prices, otherwiseVisibility };
    if (word === "new" || word === "grown" || word === "reminder" || word === "recovered") {
      const [number] = due.incidentNumbers;
      return composeAlert(await alertMaterial(store, number!, options), { id, word, atMs, privacy });
    }
    const names = await namesIn(store, incidents);
    const repository = await repositoryOf(store, due, incidents);
    if (word === "storm") {
      const explanations: IncidentExplanation[] = [];
      for (const { number } of incidents.slice(0, EXPLAINED_MAX)) {
        explanations.push((await alertMaterial(store, number, options)).explained);
      }
      const activity = await store.workflowActivity();
      const all = await namesIn(store, [...incidents, ...activityAsIncidents(activity, incidents)]);
      return composeStorm({ id, atMs, incidents, names: all, activity, explanations, repository });
    }
    const items = [];
    for (const incident of incidents.slice(0, DIGEST_MAX)) {
      items.push({ incident, cost: await incidentCost(store, incident, names, options), record: null });
    }
    const { alerts } = await store.storedAlerts();
    const sinceMs = atMs - WEEK_MS;
    const pushed = alerts.filter(
      (one) => one.inbox === due.inbox && one.word !== "digest" && one.plannedAtMs >= sinceMs,
    );
    const pushedCount = new Set(pushed.flatMap(({ incidentNumbers }) => incidentNumbers)).size;
    return composeDigest({ id, atMs, sinceMs, items, pushedCount, names, repository });
  };
}

/** Workflows that did not move are named as well: the names of their repositories are looked up by these. */
function activityAsIncidents(
  activity: Awaited<ReturnType<AlertMaterialStore["workflowActivity"]>>,
  [first]: readonly Incident[],
): readonly Incident[] {
  const repositoryIds = [...new Set(activity.map(({ repositoryId }) => repositoryId))];
  return first === undefined ? [] : [{ ...first, repositoryIds }];
}

/** The one repository that a message is about; null for several. */
async function repositoryOf(
  store: AlertMaterialStore,
  { scope, repositoryId }: DueAlert,
  incidents: readonly Incident[],
): Promise<AlertRepository | null> {
  const ids = new Set(incidents.flatMap((incident) => incident.repositoryIds));
  if (scope !== "repository" && (ids.size !== 1 || !ids.has(repositoryId))) return null;
  const found = (await store.repositories()).find(({ id }) => id === repositoryId);
  if (found === undefined) return null;
  const webUrl = (await siteOf(store, incidents)) ?? "https://github.com";
  return { id: repositoryId, fullName: found.fullName, webUrl };
}

/** Where its pages are: as the run tells that an incident began with. */
async function siteOf(store: AlertMaterialStore, incidents: readonly Incident[]): Promise<string | null> {
  for (const { changes } of incidents) {
    const [lead] = changes;
    const [run] = lead === undefined ? [] : await store.attemptsOf(lead.latest.at.runId);
    if (run !== undefined) return run.webUrl;
  }
  return null;
}
