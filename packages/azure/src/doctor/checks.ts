import { type AzureContext, type AzurePackage, blockedBy, type CheckOutcome, type DoctorCheck } from "oddrun/ports";
import { clockOutcome, once, orNull } from "oddrun/ports";
import { ARM_ORIGIN } from "../arm-address.ts";
import { armClient } from "../arm-client.ts";
import { azureSignIn } from "../credential.ts";
import { azureRequests } from "../requests.ts";
import { endpointOutcome } from "./endpoint-check.ts";
import { modelOutcome } from "./model-check.ts";
import { registryOutcome } from "./registry-check.ts";
import { signInOutcome } from "./sign-in-check.ts";
import { datastoreOutcome } from "./storage-check.ts";
import { diagnosisOutcome, identityOutcome, readWorkspace, workspaceOutcome } from "./workspace-check.ts";

const SIGN_IN = "Azure sign-in";
const WORKSPACE = "Azure ML workspace";
const SCOPE = `${ARM_ORIGIN}/.default`;

/** Each check asks Azure for itself; those that build on another are skipped when that one failed. */
export const doctorChecks: AzurePackage["doctorChecks"] = (request, context) => {
  // a look takes no minutes: a credential that is too new is told, not waited for
  const signIn = azureSignIn(context, { isPatient: false });
  const token = once(async () => (await signIn.credential.getToken(SCOPE))?.token ?? "");
  const subscriptionId = request.workspace?.name.subscriptionId ?? null;
  const general: DoctorCheck[] = [
    { name: "Clock against Azure", area: "settings", look: () => clockAgainstAzure(context, subscriptionId) },
    { name: SIGN_IN, area: "remote", look: async () => signInOutcome(signIn, await token()) },
  ];
  if (request.workspace === null) return [...general, { name: WORKSPACE, area: "remote", look: unnamed }];

  const { name, connection } = request.workspace;
  const arm = armClient({ credential: signIn.credential, context });
  const workspace = once(() => readWorkspace(arm, name));
  const signedIn = (look: () => Promise<CheckOutcome>) => async (): Promise<CheckOutcome> =>
    (await orNull(token())) === null ? blockedBy(SIGN_IN) : await look();
  const inWorkspace = (look: () => Promise<CheckOutcome>) =>
    signedIn(async () => ((await orNull(workspace())) === null ? blockedBy(WORKSPACE) : await look()));
  const remote = (checkName: string, look: () => Promise<CheckOutcome>): DoctorCheck => ({
    name: checkName,
    area: "remote",
    look,
  });
  return [
    ...general,
    remote(
      WORKSPACE,
      signedIn(async () => workspaceOutcome(await workspace())),
    ),
    remote(
      "Workspace's identity",
      inWorkspace(async () => identityOutcome(await workspace(), name)),
    ),
    remote(
      "Workspace's dependencies",
      inWorkspace(() => diagnosisOutcome(arm, name)),
    ),
    remote(
      "Default datastore",
      inWorkspace(() => datastoreOutcome(arm, name, signIn.credential, context)),
    ),
    remote(
      "Container registry",
      inWorkspace(async () => registryOutcome(arm, (await workspace()).containerRegistry)),
    ),
    remote(
      "Registered model",
      inWorkspace(() => modelOutcome(connection.registry, request)),
    ),
    remote(
      "Endpoint",
      inWorkspace(() => endpointOutcome(connection.endpoints, request)),
    ),
  ];
};

async function unnamed(): Promise<CheckOutcome> {
  return {
    status: "skipped",
    found: "no workspace named; set AZURE_ML_WORKSPACE, AZURE_RESOURCE_GROUP and AZURE_SUBSCRIPTION_ID",
  };
}

/** Without a token Azure refuses, and tells its time all the same: a wrong clock is often why there is no token. */
async function clockAgainstAzure(context: AzureContext, subscriptionId: string | null): Promise<CheckOutcome> {
  const send = azureRequests({ credential: null, scope: SCOPE, context });
  const path = subscriptionId === null ? "/subscriptions" : `/subscriptions/${encodeURIComponent(subscriptionId)}`;
  const answer = await orNull(send({ method: "GET", url: `${ARM_ORIGIN}${path}?api-version=2022-12-01` }));
  const dateMs = Date.parse(answer?.header("date") ?? "");
  if (Number.isNaN(dateMs)) return { status: "skipped", found: "Azure told no time" };
  return clockOutcome(dateMs - context.now(), "Azure's clock");
}
