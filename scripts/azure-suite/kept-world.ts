import type { World } from "../azure-stand-in/index.ts";

/** Puts a world back to how it was when it was kept. */
export interface KeptWorld {
  putBack(): void;
}

/** Copies a Map with what lies in it, as deep as the services change it in place. */
const copied = <V>(map: ReadonlyMap<string, V>, copy: (value: V) => V = (value) => value): Map<string, V> =>
  new Map([...map].map(([key, value]) => [key, copy(value)]));

/** Keeps what the services of a stand-in have, containers aside: those of the fault suite have no state. */
export function keptWorld(world: World): KeptWorld {
  const snapshot = copyOf(world);
  return {
    putBack() {
      for (const [name, map] of Object.entries(copyOf(snapshot))) {
        const live = world[name as keyof Copied] as Map<string, unknown>;
        live.clear();
        for (const [key, value] of map) live.set(key, value);
      }
      world.operations.clear();
      world.failures.splice(0);
    },
  };
}

type Copied = Pick<World, "blobs" | "blocks" | "models" | "environments" | "experiments" | "runs" | "endpoints">;

function copyOf(world: Copied): Copied {
  const assets = (kind: World["models"]) => copied(kind, (asset) => ({ ...asset, versions: new Map(asset.versions) }));
  return {
    blobs: copied(world.blobs),
    blocks: copied(world.blocks, (blocks) => new Map(blocks)),
    models: assets(world.models),
    environments: assets(world.environments),
    experiments: copied(world.experiments, (experiment) => ({ ...experiment, tags: new Map(experiment.tags) })),
    runs: copied(world.runs, (run) => ({
      ...run,
      params: new Map(run.params),
      metrics: [...run.metrics],
      tags: new Map(run.tags),
    })),
    endpoints: copied(world.endpoints, (endpoint) => ({
      ...endpoint,
      deployments: copied(endpoint.deployments, (deployment) => ({ ...deployment })),
    })),
  };
}
