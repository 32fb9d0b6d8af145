import { armPage } from "../arm.ts";
import type { Call, Reply, Route } from "../http.ts";

const VERSIONS = ["2022-04-01"];
const SUBSCRIPTION = "/subscriptions/{subscription}";
const GROUP = `${SUBSCRIPTION}/resourceGroups/{group}`;
const PERMISSIONS = "providers/Microsoft.Authorization/permissions";
/** Ids of the built-in role, as everywhere in Azure. */
const CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c";

/** What the caller may do here: everything, less what was taken away; data and management apart, as Azure tells them. */
function listPermissions(call: Call): Reply {
  const denied = [...call.world.denied];
  const isData = (action: string) => /\/blobs\/|\/vaults\/secrets\/|\/score\/action$/i.test(action);
  const permission = {
    actions: ["*"],
    notActions: denied.filter((action) => !isData(action)),
    dataActions: ["*"],
    notDataActions: denied.filter(isData),
  };
  return armPage(call, [permission]);
}

function listAssignments(call: Call): Reply {
  const { names } = call.world;
  const scope = call.path.replace(/\/providers\/Microsoft\.Authorization\/roleAssignments\/?$/i, "");
  const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/66666666-6666-4666-8666-666666666666`;
  const assignment = {
    id,
    name: "66666666-6666-4666-8666-666666666666",
    type: "Microsoft.Authorization/roleAssignments",
    properties: {
      roleDefinitionId: `/subscriptions/${names.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${CONTRIBUTOR}`,
      principalId: names.objectId,
      principalType: "ServicePrincipal",
      scope,
      condition: null,
      conditionVersion: null,
    },
  };
  return armPage(call, [assignment]);
}

const scopes = [
  SUBSCRIPTION,
  GROUP,
  `${GROUP}/providers/{provider}/{type}/{resource}`,
  `${GROUP}/providers/{provider}/{type}/{resource}/{childType}/{child}`,
];

export const AUTHORIZATION_ROUTES: readonly Route[] = scopes.flatMap((scope): readonly Route[] => [
  {
    method: "GET",
    path: `${scope}/${PERMISSIONS}`,
    step: "permissions list",
    apiVersions: VERSIONS,
    handle: listPermissions,
  },
  {
    method: "GET",
    path: `${scope}/providers/Microsoft.Authorization/roleAssignments`,
    step: "role assignments list",
    apiVersions: VERSIONS,
    permission: "Microsoft.Authorization/roleAssignments/read",
    handle: listAssignments,
  },
]);
