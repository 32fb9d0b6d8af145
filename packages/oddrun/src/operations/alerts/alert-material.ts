import type { HindsightRecord, Incident, PriceTable, Repository } from "@oddrun/core";
import type { CollectionStore } from "../collect/collection-store.ts";
import type { ExplainingStore } from "../explain/explain-groups.ts";
import { explainIncident } from "../explain/explain-incident.ts";
import type { IncidentNames } from "../incidents/incidents-names.ts";
import { contextRuns } from "../odd-runs/report-context-runs.ts";
import type { ReportChangesStore } from "../report/report-changes.ts";
import { costByItsRuns, type IncidentCost } from "../report/report-changes-cost.ts";
import type { AlertMessage } from "./alert-message.ts";
import { leadOf } from "./alert-words.ts";
import type { AlertMaterial } from "./compose-alert.ts";

/** What a message is made from is read of this. */
export type AlertMaterialStore = ReportChangesStore & ExplainingStore & CollectionStore;

export interface AlertMaterialOptions {
  readonly nowMs: number;
  readonly prices: PriceTable;
  /** Taken for repositories of which it was never told; null leaves it unknown. */
  readonly otherwiseVisibility: Repository["visibility"];
  /** What became of earlier alerts of its series, where that is known. */
  readonly record?: HindsightRecord | null;
}

/**
 * Reads what there is to say of an incident.
 *
 * @throws Problem "incident-not-found".
 */
export async function alertMaterial(
  store: AlertMaterialStore,
  number: number,
  { nowMs, prices, otherwiseVisibility, record = null }: AlertMaterialOptions,
): Promise<AlertMaterial> {
  const explained = await explainIncident(number, store, nowMs);
  const { incident, names, explanation } = explained;
  const repositoryId = incident.repositoryIds[0] ?? incident.repositoryId;
  const webUrl = explanation?.onset?.webUrl ?? (await siteOf(store, leadOf(incident)?.latest.at.runId ?? null));
  return {
    explained,
    cost: await incidentCost(store, incident, names, { nowMs, prices, otherwiseVisibility }),
    record,
    repository: {
      id: repositoryId,
      fullName: names.repository(repositoryId),
      webUrl: webUrl ?? "https://github.com",
    },
    workflow: await workflowOf(store, incident, names),
  };
}

/** What it costs, by its runs. */
export async function incidentCost(
  store: ReportChangesStore,
  incident: Incident,
  names: IncidentNames,
  { nowMs, prices, otherwiseVisibility }: Omit<AlertMaterialOptions, "record">,
): Promise<IncidentCost> {
  const repositoryId = incident.repositoryIds[0] ?? incident.repositoryId;
  const known = (await store.repositories()).find(({ id }) => id === repositoryId);
  const runs = await contextRuns(store, incident, names, nowMs);
  return costByItsRuns(incident, runs, {
    prices,
    visibility: known?.visibility ?? otherwiseVisibility,
    untilMs: nowMs,
  });
}

async function siteOf(store: AlertMaterialStore, runId: number | null): Promise<string | null> {
  return runId === null ? null : ((await store.attemptsOf(runId))[0]?.webUrl ?? null);
}

/** The one workflow that it is about. */
async function workflowOf(
  store: AlertMaterialStore,
  { repositoryIds, changes }: AlertMaterial["explained"]["incident"],
  names: IncidentNames,
): Promise<AlertMessage["workflow"]> {
  const ids = new Set(changes.map(({ series }) => series.workflowId).filter((id) => id !== 0));
  const [repositoryId] = repositoryIds;
  const [id] = ids;
  if (repositoryIds.length !== 1 || ids.size !== 1) return null;
  const found = (await store.workflowsOf([repositoryId!])).find((one) => one.id === id);
  return { id: id!, name: names.workflow(repositoryId!, id!), path: found?.path ?? null };
}
