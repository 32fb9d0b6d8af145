import { type AzureWorkspaceName, problem } from "oddrun/ports";

/** A folder in a datastore. */
export interface ModelPlace {
  readonly datastore: string;
  /** Without a slash at either end. */
  readonly folder: string;
}

const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._=-]{0,254}$/;
const IN_FULL =
  /^azureml:\/\/subscriptions\/([^/]+)\/resource[gG]roups\/([^/]+)\/(?:providers\/Microsoft\.MachineLearningServices\/)?workspaces\/([^/]+)\/datastores\/([^/]+)\/paths\/(.+)$/;
const IN_SHORT = /^azureml:\/\/datastores\/([^/]+)\/paths\/(.+)$/;

export function modelUri(workspace: AzureWorkspaceName, { datastore, folder }: ModelPlace): string {
  const { subscriptionId, resourceGroup, workspace: name } = workspace;
  return `azureml://subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${name}/datastores/${datastore}/paths/${folder}`;
}

/** Reads where a version's files are; `what` names the version in a problem. Only a plain folder in a datastore of this workspace is taken. */
export function placeOf(uri: string | null, workspace: AzureWorkspaceName, what: string): ModelPlace {
  const refuse = (why: string) => problem("cloud-model-refused", what, why);
  if (uri === null) throw refuse("the registry does not say where its files are");
  const full = IN_FULL.exec(uri);
  const [datastore, path] = full === null ? (IN_SHORT.exec(uri)?.slice(1) ?? []) : full.slice(4);
  if (datastore === undefined || path === undefined) throw refuse("its files are in no datastore of a workspace");
  if (full !== null) {
    const own = [workspace.subscriptionId, workspace.resourceGroup, workspace.workspace];
    if (own.some((part, at) => part.toLowerCase() !== full[at + 1]!.toLowerCase())) {
      throw refuse("its files are in another workspace");
    }
  }
  const segments = path.replace(/\/$/, "").split("/");
  if (!SEGMENT.test(datastore) || segments.length > 20 || !segments.every((segment) => SEGMENT.test(segment))) {
    throw refuse("the place of its files is not a plain folder");
  }
  return { datastore, folder: segments.join("/") };
}

/** A name that a model's file may have: nothing that could lead out of the folder it is written to. */
export function isPlainFileName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name);
}
