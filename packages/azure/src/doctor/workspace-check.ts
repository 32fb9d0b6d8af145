import { type AzureWorkspaceName, type CheckOutcome, Problem, problem } from "oddrun/ports";
import { z } from "zod";
import { type ArmClient, workspacePath } from "../arm-client.ts";
import { shown } from "../shown.ts";

const WORKSPACE = z.object({
  location: z.string(),
  identity: z
    .object({
      type: z.string(),
      principalId: z.string().nullish(),
      userAssignedIdentities: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
  properties: z.object({
    provisioningState: z.string().nullish(),
    containerRegistry: z.string().nullish(),
  }),
});

export interface WorkspaceFound {
  readonly location: string;
  readonly state: string;
  readonly identityType: string;
  /** Of the system-assigned identity; null when it has none. */
  readonly principalId: string | null;
  readonly userAssignedIds: readonly string[];
  /** ARM id; null when the workspace has no registry of its own. */
  readonly containerRegistry: string | null;
}

/** The workspace as Azure has it; one that is not ready is a problem too, as nothing else can be done with it. */
export async function readWorkspace(arm: ArmClient, name: AzureWorkspaceName): Promise<WorkspaceFound> {
  const found = await arm.find(workspacePath(name), WORKSPACE);
  if (found === null) throw problem("azure-workspace-missing", shown(name.workspace), shown(name.resourceGroup));
  const { location, identity, properties } = found;
  const state = properties.provisioningState ?? "unknown";
  if (/^soft/i.test(state)) throw problem("azure-workspace-missing", shown(name.workspace), shown(name.resourceGroup));
  return {
    location,
    state,
    identityType: identity?.type ?? "None",
    principalId: identity?.principalId ?? null,
    userAssignedIds: Object.keys(identity?.userAssignedIdentities ?? {}),
    containerRegistry: properties.containerRegistry ?? null,
  };
}

export function workspaceOutcome({ location, state }: WorkspaceFound): CheckOutcome {
  const found = `in ${shown(location, 40)}, state ${shown(state, 40)}`;
  if (/^(succeeded|unknown)$/i.test(state)) return { status: "ok", found };
  if (/^(creating|updating|provisioning)/i.test(state)) {
    return { status: "warning", found, mend: "Azure is still at work on it; look again in some minutes." };
  }
  return {
    status: "failed",
    found,
    mend: 'Run "terraform apply" again, and see the activity log of the workspace in the portal for why it failed.',
  };
}

/** The managed identity that the workspace itself works with. */
export function identityOutcome(found: WorkspaceFound, name: AzureWorkspaceName): CheckOutcome {
  const { identityType, principalId, userAssignedIds } = found;
  const ids = [
    ...(principalId === null ? [] : [`principal ${shown(principalId, 60)}`]),
    ...userAssignedIds.map((id) => shown(id, 200)),
  ];
  if (ids.length > 0) return { status: "ok", found: `${shown(identityType, 60)}, ${ids.join(", ")}` };
  return {
    status: "failed",
    found: "the workspace has no managed identity, so it can reach neither its storage nor its vault",
    mend: `Run "terraform apply", which gives it one, or "az ml workspace update --name ${shown(name.workspace, 60)} --resource-group ${shown(name.resourceGroup, 90)} --system-assigned".`,
  };
}

const RESULT = z.object({ code: z.string().nullish(), level: z.string().nullish(), message: z.string().nullish() });
const DIAGNOSIS = z.object({ value: z.record(z.string(), z.array(RESULT).nullish()).nullish() });

/** What Azure ML's own diagnostics say of what the workspace builds on: storage, vault, registry, network, locks. */
export async function diagnosisOutcome(arm: ArmClient, name: AzureWorkspaceName): Promise<CheckOutcome> {
  const everything = Object.fromEntries(
    [
      "udr",
      "nsg",
      "resourceLock",
      "dnsResolution",
      "storageAccount",
      "keyVault",
      "containerRegistry",
      "applicationInsights",
      "others",
    ].map((part) => [part, {}]),
  );
  let answer: z.infer<typeof DIAGNOSIS>;
  try {
    const options = { doing: "Diagnosing the workspace", waitMaxMs: 120_000 };
    answer = await arm.post(workspacePath(name, "diagnose"), { value: everything }, DIAGNOSIS, options);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "azure-forbidden") throw error;
    const mend =
      'Give the role "AzureML Data Scientist" on the workspace, or run the diagnostics in the studio, under "?".';
    return { status: "warning", found: "this identity may not run the workspace's diagnostics", mend };
  }
  const results = Object.entries(answer.value ?? {}).flatMap(([part, list]) =>
    (list ?? []).map((result) => ({ part, ...result })),
  );
  const grave = results.filter(({ level }) => level?.toLowerCase() === "error");
  const light = results.filter(({ level }) => level?.toLowerCase() === "warning");
  if (grave.length + light.length === 0) return { status: "ok", found: "Azure ML's diagnostics report nothing" };
  return {
    status: grave.length > 0 ? "failed" : "warning",
    found: `Azure ML's diagnostics report ${grave.length} errors and ${light.length} warnings`,
    mend: 'Do what each line says; missing roles of the workspace\'s identity are given by "terraform apply".',
    details: [...grave, ...light]
      .slice(0, 10)
      .map(
        ({ part, code, message }) =>
          `${shown(part.replace(/Results$/, ""), 40)}: ${shown(message ?? code ?? "no reason given", 300)}`,
      ),
  };
}
