import { createHash } from "node:crypto";
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
  /** Items of one page of a list. */
  readonly pageSize: number;
}

export interface WorldOptions {
  readonly names: Names;
  readonly now: () => number;
  readonly tokenLifetimeS: number;
  readonly pageSize: number;
  readonly areBlobsOutside: boolean;
}

export function createWorld({ names, now, tokenLifetimeS, pageSize, areBlobsOutside }: WorldOptions): World {
  return {
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
    pageSize,
  };
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
