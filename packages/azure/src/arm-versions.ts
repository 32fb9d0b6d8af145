/**
 * The one version of each provider's interface that is spoken: what is sent and read is written against it, and Azure keeps it as it
 * is. Raising one is a change of this file, with the fields read again.
 */
const API_VERSIONS: Readonly<Record<string, string>> = {
  "microsoft.machinelearningservices": "2025-06-01",
  "microsoft.authorization": "2022-04-01",
  "microsoft.containerregistry": "2023-07-01",
};

/** The version for a resource's path: that of the last provider in it. */
export function apiVersionFor(path: string): string {
  const provider = [...path.matchAll(/\/providers\/([^/?]+)/gi)].at(-1)?.[1]?.toLowerCase() ?? "";
  const version = API_VERSIONS[provider];
  if (version === undefined) throw new Error(`no interface version is pinned for the provider "${provider}"`);
  return version;
}
