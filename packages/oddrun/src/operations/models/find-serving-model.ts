import type { AzureConnection } from "../deploy/azure.ts";
import type { ModelFile } from "../deploy/cloud-registry.ts";

/** The model version that serves, or would be served next. */
export interface ServingModel {
  /** In words: "version 3 of pipeline-anomaly, the newest registered". */
  readonly place: string;
  readonly files: readonly ModelFile[];
}

/**
 * What a model just trained is to be compared with: the version that most of the endpoint's requests go to, where an endpoint is named
 * and exists, else the newest registered version; null when there is none.
 */
export async function findServingModel(
  { registry, endpoints }: Pick<AzureConnection, "registry" | "endpoints">,
  { modelName, endpoint }: { readonly modelName: string; readonly endpoint: string | null },
): Promise<ServingModel | null> {
  const serving = endpoint === null ? null : await endpoints.servingVersion(endpoint);
  if (serving !== null) {
    const { modelName: name, modelVersion: version, trafficPercent } = serving;
    const place = `version ${version} of ${name}, which gets ${trafficPercent} % of the requests to the endpoint ${endpoint}`;
    return { place, files: await registry.pull(name, version) };
  }
  const [newest] = await registry.versions(modelName);
  if (newest === undefined) return null;
  const place = `version ${newest.version} of ${newest.name}, the newest registered`;
  return { place, files: await registry.pull(newest.name, newest.version) };
}
