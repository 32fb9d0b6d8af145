import type { Incident } from "@oddrun/core";
import type { CollectionStore } from "../collect/collection-store.ts";
import type { RunStore } from "../ports.ts";

/** What the ids in incidents are called; as they came, for whoever shows them to make them harmless. */
export interface IncidentNames {
  repository(repositoryId: number): string;
  workflow(repositoryId: number, workflowId: number): string;
}

export async function namesIn(
  store: Pick<RunStore, "repositories"> & Pick<CollectionStore, "workflowsOf">,
  incidents: readonly Incident[],
): Promise<IncidentNames> {
  const repositoryIds = [
    ...new Set(incidents.flatMap(({ repositoryId, repositoryIds: all }) => [repositoryId, ...all])),
  ];
  const repositories = new Map((await store.repositories()).map(({ id, fullName }) => [id, fullName]));
  const known = repositoryIds.length === 0 ? [] : await store.workflowsOf(repositoryIds);
  const workflows = new Map(known.map(({ repositoryId, id, name }) => [`${repositoryId}/${id}`, name]));
  return {
    repository: (id) => repositories.get(id) ?? `repository ${id}`,
    workflow: (repositoryId, id) => workflows.get(`${repositoryId}/${id}`) ?? `workflow ${id}`,
  };
}
