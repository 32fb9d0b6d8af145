import type { Problem } from "../problems.ts";

/** One file of a model, as it lies in the model folder. */
export interface ModelFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ModelToRegister {
  /** Name of the model asset; its versions count up from 1. */
  readonly name: string;
  readonly description: string;
  /** The manifest and what it names. Their hashes are the version's identity: the same files are registered once. */
  readonly files: readonly ModelFile[];
  /** What the forest was trained with, as text: seed, trees, subsample, contamination. */
  readonly parameters: ReadonlyMap<string, string>;
  /** What training measured. */
  readonly metrics: ReadonlyMap<string, number>;
  /** Where it comes from: data window, source, git commit, hashes. */
  readonly properties: ReadonlyMap<string, string>;
}

export interface CloudModelVersion {
  readonly name: string;
  /** A whole number as text: "1", "2", ... */
  readonly version: string;
  readonly createdAtMs: number | null;
  /** Where its files are, as the workspace names it; null when it does not say. */
  readonly modelUri: string | null;
  readonly properties: ReadonlyMap<string, string>;
}

/** The training as the workspace's own pages show it: its parameters, metrics and where it comes from. */
export type RunRecord =
  | { readonly kind: "recorded"; readonly id: string; readonly pageUrl: string }
  /** The version is there all the same; registering the same model again completes the record. */
  | { readonly kind: "failed"; readonly problem: Problem };

export interface CloudRegistration extends CloudModelVersion {
  /** False when a version of the very same files was there already: then nothing was added. */
  readonly isNew: boolean;
  /** Page of the version in the cloud's own studio. */
  readonly pageUrl: string;
  readonly run: RunRecord;
}

/**
 * Model versions kept in a workspace. A version is registered whole or not at all: its files are there and checked before it is listed,
 * and a registration that was interrupted is completed by doing it again.
 */
export interface CloudRegistry {
  register(model: ModelToRegister): Promise<CloudRegistration>;
  /** Newest first; empty when there is no such model. Archived ones are left out, and those whose name is no whole number. */
  versions(name: string): Promise<readonly CloudModelVersion[]>;
  /** The files of a version, each checked against the hash that was registered with it. */
  pull(name: string, version: string): Promise<readonly ModelFile[]>;
}
