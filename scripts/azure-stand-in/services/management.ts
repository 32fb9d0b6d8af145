import { admitArm, armError, refuseArm } from "../arm.ts";
import type { Service } from "../http.ts";
import { OPERATION_ROUTES } from "../operations.ts";
import { AUTHORIZATION_ROUTES } from "./authorization.ts";
import { DIAGNOSE_ROUTES } from "./diagnose.ts";
import { ENVIRONMENT_ROUTES } from "./environments.ts";
import { MODEL_ROUTES } from "./models.ts";
import { DEPLOYMENT_ROUTES } from "./online-deployments.ts";
import { ENDPOINT_ROUTES } from "./online-endpoints.ts";
import { RESOURCE_ROUTES } from "./resources.ts";
import { WORKSPACE_ROUTES } from "./workspace.ts";

/** The resource manager and, behind it, Azure ML's management routes. */
export const MANAGEMENT: Service = {
  name: "management",
  hosts: /^management\.azure\.com$/,
  admit: admitArm,
  noRoute: (call) => armError(404, "InvalidResourceType", `The stand-in has no ${call.method} ${call.path}.`),
  refuse: refuseArm,
  headers: () => ({ "x-ms-ratelimit-remaining-subscription-reads": "11999" }),
  routes: [
    ...WORKSPACE_ROUTES,
    ...DIAGNOSE_ROUTES,
    ...MODEL_ROUTES,
    ...ENVIRONMENT_ROUTES,
    ...ENDPOINT_ROUTES,
    ...DEPLOYMENT_ROUTES,
    ...OPERATION_ROUTES,
    ...RESOURCE_ROUTES,
    ...AUTHORIZATION_ROUTES,
  ],
};
