import { type AzureWorkspaceName, printable, problem } from "oddrun/ports";
import { z } from "zod";
import { type ArmClient, workspacePath } from "../arm-client.ts";

/** A container of a storage account under the name that the workspace has for it. */
export interface Datastore {
  readonly name: string;
  readonly accountName: string;
  readonly containerName: string;
  /** https, the account's own host and nothing else. */
  readonly accountUrl: string;
}

const datastoreShape = z.object({
  name: z.string(),
  properties: z.object({
    datastoreType: z.string(),
    isDefault: z.boolean().nullish(),
    accountName: z.string().nullish(),
    containerName: z.string().nullish(),
    endpoint: z.string().nullish(),
  }),
});

const ACCOUNT = /^[a-z0-9]{3,24}$/;
const CONTAINER = /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
/** The public cloud and the two sovereign ones: tokens for storage go to these hosts only. */
const ENDPOINTS: readonly string[] = ["core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn"];

/** The one that a workspace keeps its models in when no other is named. */
export async function defaultDatastore(arm: ArmClient, workspace: AzureWorkspaceName): Promise<Datastore> {
  const path = workspacePath(workspace, "datastores");
  const listed = await arm.list(path, datastoreShape, { query: { isDefault: "true" } });
  const found = listed.find(({ properties }) => properties.isDefault === true) ?? listed[0];
  if (found === undefined) throw problem("azure-datastore", "The workspace's default datastore", "there is none");
  return datastoreOf(found);
}

export async function namedDatastore(arm: ArmClient, workspace: AzureWorkspaceName, name: string): Promise<Datastore> {
  return datastoreOf(await arm.get(workspacePath(workspace, "datastores", name), datastoreShape));
}

function datastoreOf({ name, properties }: z.infer<typeof datastoreShape>): Datastore {
  const { datastoreType, accountName, containerName, endpoint } = properties;
  const refuse = (why: string) => problem("azure-datastore", `The datastore ${printable(name)}`, why);
  if (datastoreType !== "AzureBlob") throw refuse(`it is of the kind ${printable(datastoreType)}`);
  if (!ACCOUNT.test(accountName ?? "")) throw refuse("it names no storage account");
  if (!CONTAINER.test(containerName ?? "")) throw refuse("it names no container");
  const host = endpoint ?? ENDPOINTS[0]!;
  if (!ENDPOINTS.includes(host)) throw refuse(`its storage is at ${printable(host)}, which is not Azure's`);
  return {
    name,
    accountName: accountName!,
    containerName: containerName!,
    accountUrl: `https://${accountName!}.blob.${host}`,
  };
}
