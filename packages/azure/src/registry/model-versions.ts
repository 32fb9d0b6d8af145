import { type AzureContext, type AzureWorkspaceName, type CloudModelVersion, Problem, problem } from "oddrun/ports";
import { z } from "zod";
import { type ArmClient, workspacePath } from "../arm-client.ts";
import { pause } from "../pause.ts";

/** The identity of a model among a version's properties: SHA-256 of its model.json. */
export const IDENTITY_PROPERTY = "oddrun_model_sha256";
/** Hashes by name of file, as JSON. */
export const FILES_PROPERTY = "oddrun_files";
const TRIES_MAX = 10;
const CONFLICT_WAIT_MS = 1_000;
const EMPTY_CONFLICTS_MAX = 3;
/** Of the refusal of a number that a deleted version had: it is in no list, and never free again (azureml-assets, pull request 2919). */
const WAS_DELETED = "cannot be recreated";

/** A version as the workspace has it. */
export interface AssetVersion extends CloudModelVersion {
  /** The run that made it, when one was named. */
  readonly jobName: string | null;
  readonly isArchived: boolean;
}

const versionShape = z.object({
  name: z.string(),
  properties: z.object({
    properties: z.record(z.string(), z.string().nullable()).nullish(),
    modelUri: z.string().nullish(),
    jobName: z.string().nullish(),
    isArchived: z.boolean().nullish(),
  }),
  systemData: z.object({ createdAt: z.string().nullish() }).nullish(),
});

const containerShape = z.object({ properties: z.object({ nextVersion: z.string().nullish() }) });

/** All versions whose name is a whole number, newest first; archived ones too, whose numbers are taken. */
export async function listVersions(
  arm: ArmClient,
  workspace: AzureWorkspaceName,
  name: string,
): Promise<readonly AssetVersion[]> {
  const path = workspacePath(workspace, "models", name, "versions");
  try {
    const listed = await arm.list(path, versionShape, { query: { listViewType: "All" } });
    return listed
      .map((asset) => versionOf(name, asset))
      .filter(({ version }) => /^[1-9]\d{0,8}$/.test(version))
      .sort((a, b) => Number(b.version) - Number(a.version));
  } catch (error) {
    // a model that was never registered has no list at all; a workspace that is not there has no list either
    if (!(error instanceof Problem) || error.code !== "azure-not-found") throw error;
    await arm.get(workspacePath(workspace), z.object({ name: z.string() }));
    return [];
  }
}

export async function findVersion(
  arm: ArmClient,
  workspace: AzureWorkspaceName,
  name: string,
  version: string,
): Promise<AssetVersion | null> {
  const found = await arm.find(workspacePath(workspace, "models", name, "versions", version), versionShape);
  return found === null ? null : versionOf(name, found);
}

/**
 * Makes the next version. Its number is the caller's to choose, so two trainers may choose the same: each reads back what stands there
 * after its PUT, and goes on to the next number when it is the other's.
 */
export async function createNextVersion(
  arm: ArmClient,
  workspace: AzureWorkspaceName,
  name: string,
  { properties, latest, context }: NextVersion,
): Promise<AssetVersion> {
  let number = latest + 1;
  let emptyConflictCount = 0;
  for (let tryCount = 1; tryCount <= TRIES_MAX; tryCount += 1) {
    const version = String(number);
    const path = workspacePath(workspace, "models", name, "versions", version);
    const doing = `Registering version ${version} of ${name}`;
    const refusal = await arm.create(path, { properties }, z.unknown(), { doing }).then(
      (made) => (made === null ? "conflict" : null),
      (error: unknown) => {
        // what a version is made of can't be changed, which some kinds of asset say with status 400
        if (error instanceof Problem && error.code === "azure-refused") return error;
        throw error;
      },
    );
    const there = await findVersion(arm, workspace, name, version);
    if (there !== null && there.properties.get(IDENTITY_PROPERTY) === properties.properties[IDENTITY_PROPERTY]) {
      return there;
    }
    if (there === null && refusal instanceof Problem && refusal.message.includes(WAS_DELETED)) {
      number = Math.max(number + 1, await nextNumber(arm, workspace, name));
      continue;
    }
    if (there === null) {
      // what was made is not shown yet, or another change of the model is going on and this number is still free
      if (refusal instanceof Problem) throw refusal;
      await pause(context, CONFLICT_WAIT_MS * tryCount);
      if (refusal === "conflict") emptyConflictCount += 1;
      // a conflict that stays and shows nothing: the number may have been a deleted version's
      if (emptyConflictCount < EMPTY_CONFLICTS_MAX) continue;
    }
    const listed = await listVersions(arm, workspace, name);
    // a third trainer took our number, and a second one has registered this very model meanwhile
    const same = sameModel(listed, properties.properties[IDENTITY_PROPERTY]);
    if (same !== undefined) return same;
    const listedMax = Number(listed[0]?.version ?? 0);
    number =
      there === null
        ? Math.max(number, listedMax + 1, await nextNumber(arm, workspace, name))
        : Math.max(number, listedMax) + 1;
  }
  throw problem("azure-conflict", `model ${name}`, `it was being changed by others ${TRIES_MAX} times in a row`);
}

/** The version of the very model, if it is in use: an archived one was put away by somebody. */
export function sameModel(versions: readonly AssetVersion[], identity: string | undefined): AssetVersion | undefined {
  if (identity === undefined) return undefined;
  return versions.find(({ properties, isArchived }) => properties.get(IDENTITY_PROPERTY) === identity && !isArchived);
}

/** The number that the service itself would give, 0 when it does not say; it counts deleted versions too. */
async function nextNumber(arm: ArmClient, workspace: AzureWorkspaceName, name: string): Promise<number> {
  const found = await arm.find(workspacePath(workspace, "models", name), containerShape);
  return Number(/^\d{1,9}$/.exec(found?.properties.nextVersion ?? "")?.[0] ?? 0);
}

export interface NextVersion {
  readonly properties: VersionProperties;
  /** The highest number there is; 0 when there is none. */
  readonly latest: number;
  readonly context: AzureContext;
}

export interface VersionProperties {
  readonly modelType: "custom_model";
  readonly modelUri: string;
  readonly jobName?: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
}

function versionOf(
  name: string,
  { name: version, properties, systemData }: z.infer<typeof versionShape>,
): AssetVersion {
  const createdAtMs = Date.parse(systemData?.createdAt ?? "");
  const entries = Object.entries(properties.properties ?? {}).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return {
    name,
    version,
    createdAtMs: Number.isNaN(createdAtMs) ? null : createdAtMs,
    modelUri: properties.modelUri ?? null,
    jobName: properties.jobName ?? null,
    isArchived: properties.isArchived === true,
    properties: new Map(entries),
  };
}
