import { createHash } from "node:crypto";
import type { Container } from "./containers.ts";
import type { Deployment, Endpoint, Failure, Operation } from "./endpoint-state.ts";
import type { Names } from "./names.ts";
import { type SigningKey, signingKey } from "./tokens.ts";

export interface StoredBlob {
  readonly bytes: Buffer;
  readonly contentType: string;
  /** x-ms-meta-NAME, names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly etag: string;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

export type Json = { readonly [name: string]: unknown };

/** A model or an environment: versions under a name. */
export interface AssetVersion {
  readonly name: string;
  readonly version: string;
  readonly properties: Json;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

export interface AssetContainer {
  readonly name: string;
  readonly properties: Json;
  readonly versions: Map<string, AssetVersion>;
  readonly createdAtMs: number;
}

export interface MlflowExperiment {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly tags: Map<string, string>;
}

export interface MlflowMetric {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}

export interface MlflowRun {
  readonly id: string;
  readonly experimentId: string;
  readonly userId: string;
  name: string;
  status: string;
  startTimeMs: number;
  endTimeMs: number | null;
  lifecycle: "active" | "deleted";
  readonly params: Map<string, string>;
  readonly metrics: MlflowMetric[];
  readonly tags: Map<string, string>;
}

export interface SecretVersion {
  readonly version: string;
  readonly value: string;
  readonly isEnabled: boolean;
  readonly createdAtMs: number;
}

/** Everything the services keep. */
export interface World {
  readonly names: Names;
  readonly now: () => number;
  readonly entraKey: SigningKey;
  readonly githubKey: SigningKey;
  /** Of access tokens. */
  tokenLifetimeS: number;
  /** Subjects of the federated credentials of the application. */
  readonly federatedSubjects: Set<string>;
  /** Actions taken away from the caller; one that ends with "*" takes all that begin so. */
  readonly denied: Set<string>;
  /** True when another server keeps the blobs: then nothing here knows what is there. */
  readonly areBlobsOutside: boolean;
  /** By "CONTAINER/NAME". */
  readonly blobs: Map<string, StoredBlob>;
  /** Blocks not yet committed, by "CONTAINER/NAME", then by id. */
  readonly blocks: Map<string, Map<string, Buffer>>;
  readonly models: Map<string, AssetContainer>;
  readonly environments: Map<string, AssetContainer>;
  readonly experiments: Map<string, MlflowExperiment>;
  readonly runs: Map<string, MlflowRun>;
  /** By name, oldest version first. */
  readonly secrets: Map<string, SecretVersion[]>;
  readonly endpoints: Map<string, Endpoint>;
  readonly operations: Map<string, Operation>;
  /** What the workspace's diagnostics report, by the part of the answer; nothing is a clean bill. */
  readonly diagnosis: Map<
    string,
    readonly { readonly code: string; readonly level: string; readonly message: string }[]
  >;
  /** How deployments that are asked for next will fail, in this order; "none" lets one pass. */
  readonly failures: (Failure | "none")[];
  readonly startContainer: (deployment: Deployment, environment: AssetVersion) => Container;
  /** So often a long operation answers "in progress" before it is looked at whether it is done. */
  readonly operationPolls: number;
  /** Items of one page of a list. */
  readonly pageSize: number;
}

export interface WorldOptions {
  readonly names: Names;
  readonly now: () => number;
  readonly tokenLifetimeS: number;
  readonly pageSize: number;
  readonly operationPolls: number;
  readonly areBlobsOutside: boolean;
  readonly startContainer: (world: World, deployment: Deployment, environment: AssetVersion) => Container;
}

export function createWorld(options: WorldOptions): World {
  const { names, now, tokenLifetimeS, pageSize, operationPolls, areBlobsOutside } = options;
  const world: World = {
    names,
    now,
    entraKey: signingKey("entra"),
    githubKey: signingKey("github"),
    tokenLifetimeS,
    federatedSubjects: new Set(),
    denied: new Set(),
    areBlobsOutside,
    blobs: new Map(),
    blocks: new Map(),
    models: new Map(),
    environments: new Map(),
    experiments: new Map(),
    runs: new Map(),
    secrets: new Map(),
    endpoints: new Map(),
    operations: new Map(),
    diagnosis: new Map(),
    failures: [],
    startContainer: (deployment, environment) => options.startContainer(world, deployment, environment),
    operationPolls,
    pageSize,
  };
  return world;
}

export function isAllowed(world: World, action: string): boolean {
  const asked = action.toLowerCase();
  return [...world.denied].every((denied) => {
    const rule = denied.toLowerCase();
    return rule.endsWith("*") ? !asked.startsWith(rule.slice(0, -1)) : asked !== rule;
  });
}

/** A made-up id that is the same for the same text. */
export function stableId(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
