import { type CheckOutcome, Problem } from "oddrun/ports";
import { z } from "zod";
import type { ArmClient } from "../arm-client.ts";
import { shown } from "../shown.ts";

const REGISTRY = z.object({
  properties: z.object({
    loginServer: z.string(),
    provisioningState: z.string().nullish(),
    adminUserEnabled: z.boolean().nullish(),
  }),
});
const PERMISSION = z.object({ actions: z.array(z.string()).nullish(), notActions: z.array(z.string()).nullish() });
const REGISTRY_ID =
  /^\/subscriptions\/[\w-]{1,64}\/resourceGroups\/[\w.()-]{1,90}\/providers\/Microsoft\.ContainerRegistry\/registries\/[a-z0-9]{5,50}$/i;

const PUSH = "Microsoft.ContainerRegistry/registries/push/write";
const PULL = "Microsoft.ContainerRegistry/registries/pull/read";

/** The workspace's registry, and what the one who asks may do there by Azure's own list of permissions. */
export async function registryOutcome(arm: ArmClient, registryId: string | null): Promise<CheckOutcome> {
  if (registryId === null) {
    const mend = 'Give it one with "terraform apply" before you deploy: the scoring image is pulled from there.';
    return { status: "warning", found: "the workspace has no container registry", mend };
  }
  if (!REGISTRY_ID.test(registryId)) {
    const mend = "See the workspace's properties in the portal.";
    return { status: "failed", found: `the workspace names no registry: ${shown(registryId)}`, mend };
  }
  const registry = await arm.find(registryId, REGISTRY);
  if (registry === null) {
    const mend = 'Run "terraform apply": the workspace still names it.';
    return { status: "failed", found: `the registry ${shown(registryId.split("/").at(-1)!)} is not there`, mend };
  }
  const { loginServer, provisioningState, adminUserEnabled } = registry.properties;
  const place = shown(loginServer, 80);
  if (provisioningState != null && provisioningState !== "Succeeded") {
    const mend = "See its activity log in the portal.";
    return { status: "failed", found: `${place} is in state ${shown(provisioningState, 40)}`, mend };
  }
  const may = await permitted(arm, registryId);
  if (may === null) return { status: "ok", found: `${place} is there; its permissions may not be read` };
  if (!may(PULL)) {
    // an identity that only registers models has no business there
    const mend = `To look at or push images, as the workflow does to deploy, give the signed-in identity "AcrPull" or "AcrPush" on ${place}; to register models and to score it needs neither.`;
    return { status: "warning", found: `${place} may not be pulled from by the signed-in identity`, mend };
  }
  const found = `${place} may be ${may(PUSH) ? "pulled from and pushed to" : "pulled from, not pushed to"}`;
  if (adminUserEnabled !== true) return { status: "ok", found };
  const mend =
    "Switch the admin user off: its password opens the registry to anybody who has it, and nothing here needs it.";
  return { status: "warning", found: `${found}; its admin user is on`, mend };
}

/** Tells which actions are allowed; null when that may not be asked. */
async function permitted(arm: ArmClient, scope: string): Promise<((action: string) => boolean) | null> {
  try {
    const list = await arm.list(`${scope}/providers/Microsoft.Authorization/permissions`, PERMISSION);
    return (action) =>
      list.some(
        ({ actions, notActions }) =>
          (actions ?? []).some((rule) => covers(rule, action)) &&
          !(notActions ?? []).some((rule) => covers(rule, action)),
      );
  } catch (error) {
    if (error instanceof Problem && ["azure-forbidden", "azure-not-found"].includes(error.code)) return null;
    throw error;
  }
}

/** Whether a rule such as "Microsoft.ContainerRegistry/registries/*" covers the action. */
function covers(rule: string, action: string): boolean {
  const [first = "", ...rest] = rule.toLowerCase().split("*");
  const asked = action.toLowerCase();
  if (rest.length === 0) return first === asked;
  if (!asked.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest.slice(0, -1)) {
    const at = asked.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  const last = rest.at(-1)!;
  return asked.length - last.length >= from && asked.endsWith(last);
}
