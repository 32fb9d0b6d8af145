import type { EndpointResource } from "./shapes.ts";

/** What of an endpoint is sent back when it is written: all that is not the service's own. */
export function writable({ location, kind, sku, tags, identity, properties }: EndpointResource) {
  const { provisioningState: _, scoringUri: __, ...settable } = properties;
  const identities = Object.keys(identity?.userAssignedIdentities ?? {}).map((id) => [id, {}]);
  return withoutNulls({
    location,
    kind,
    sku,
    tags,
    identity:
      identity &&
      withoutNulls({
        type: identity.type,
        userAssignedIdentities: identities.length === 0 ? null : Object.fromEntries(identities),
      }),
    properties: withoutNulls(settable),
  });
}

function withoutNulls<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null && each !== undefined)) as T;
}

/** Who has how much of the traffic; who has none is as good as not there. */
export function sharesText(traffic: ReadonlyMap<string, number>): string {
  const shares = [...traffic].filter(([, percent]) => percent > 0).map(([name, percent]) => `${name}=${percent}`);
  return shares.sort().join();
}
