import type { CloudRegistry, ModelFile } from "./cloud-registry.ts";
import type { DoctorCheck } from "../doctor/doctor.ts";
import type { EndpointPlatform, EndpointScorer } from "./endpoint-platform.ts";
import type { Logger } from "../ports.ts";

/** Which Azure Machine Learning workspace is meant. */
export interface AzureWorkspaceName {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly workspace: string;
}

/** The part of an AbortSignal that those who wait use; Azure's libraries take it as one. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** What Azure's adapter has of the world outside. */
export interface AzureContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  readonly log: Logger;
  /** Aborted when the command is to stop: requests and waits end soon. */
  readonly signal: StopSignal;
  /** One line of progress. */
  readonly progress: (line: string) => void;
}

/** A workspace and what it does for Oddrun. Nothing is asked before a member is used. */
export interface AzureConnection {
  /** In words, for messages: "workspace ml-a in resource group rg". */
  readonly place: string;
  readonly registry: CloudRegistry;
  readonly endpoints: EndpointPlatform;
}

/** What "oddrun doctor" is to look at in Azure. */
export interface AzureDoctorRequest {
  /** Null looks at the sign-in alone. */
  readonly workspace: { readonly name: AzureWorkspaceName; readonly connection: AzureConnection } | null;
  /** Must be there, and is scored with one record; null when none was asked for. */
  readonly endpoint: string | null;
  /** The endpoint that settings name, looked at when none was asked for; null means the workspace's own. */
  readonly usualEndpoint: string | null;
  /** Whose newest version is to be loadable. */
  readonly modelName: string;
  /** Reads a model from its files and says what it is; throws when they are none. */
  readonly describeModel: (files: readonly ModelFile[]) => string;
}

/** What the optional package @oddrun/azure exports. */
export interface AzurePackage {
  connectWorkspace(name: AzureWorkspaceName, context: AzureContext): AzureConnection;
  /** An endpoint by its address alone: https, and a key that is sent as a bearer token. */
  connectEndpoint(address: { readonly url: string; readonly key: string }, context: AzureContext): EndpointScorer;
  /** What to look at, in the order to show it; nothing is asked before that. The only thing written is a tiny file, deleted at once. */
  doctorChecks(request: AzureDoctorRequest, context: AzureContext): readonly DoctorCheck[];
  /** The value of the Key Vault secret at "https://VAULT.vault.azure.net/secrets/NAME[/VERSION]"; `setting` is who wants it, for messages. */
  readVaultSecret(setting: string, address: string, context: AzureContext): Promise<string>;
}
