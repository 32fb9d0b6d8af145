import type { Container } from "./containers.ts";
import type { Json } from "./world.ts";

/**
 * How making a deployment goes wrong: at once (quota, capacity of the subscription), or later, told by the operation: the image cannot
 * be pulled, the container ends, it never gets ready, the region has no machine left.
 */
export type Failure = "quota" | "image-pull" | "crash" | "not-ready" | "region-capacity";

export interface Endpoint {
  readonly name: string;
  readonly createdAtMs: number;
  /** As last sent: authMode, traffic, description, ... */
  properties: Json;
  tags: Json;
  identity: Json;
  provisioningState: string;
  keys: { primaryKey: string; secondaryKey: string };
  readonly deployments: Map<string, Deployment>;
}

export interface Deployment {
  readonly name: string;
  readonly endpoint: string;
  readonly createdAtMs: number;
  properties: Json;
  tags: Json;
  sku: Json;
  provisioningState: string;
  /** None while it is being made and when making it failed. */
  container: Container | null;
  /** What a container that is gone wrote. */
  lastLogs: string;
  inFlight: number;
}

/** A long operation; it has ended when `status` is not "InProgress". */
export interface Operation {
  readonly id: string;
  /** Path of the resource it works on, in lower case. */
  readonly target: string;
  status: "InProgress" | "Succeeded" | "Failed";
  error: { readonly code: string | null; readonly message: string } | null;
  pollsLeft: number;
  /** Ends when the work has; null when it went well, else what to say. */
  readonly work: Promise<string | null>;
  /** What the work found, once it ended. */
  found: string | null | undefined;
  /** Called once, when the operation ends. */
  readonly settle: (message: string | null) => void;
}
