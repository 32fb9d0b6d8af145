import { mlError } from "../arm.ts";
import type { Call, Reply } from "../http.ts";
import type { Shape } from "../shape.ts";
import type { Json } from "../world.ts";
import { ASSET_FIELDS, type AssetKind, assetRoutes } from "./assets.ts";

const ROUTE: Shape = { isOptional: true, fields: { path: "text", port: "number" } };

/** Our own image needs its three routes said, all on one port. */
function refusedEnvironment(call: Call, { image, build }: Json): Reply | null {
  const isOne = (image === undefined || image === null) !== (build === undefined || build === null);
  return isOne ? null : mlError(call, 400, "Give either image or build.", { inner: "BadArgument" });
}

const ENVIRONMENT: AssetKind = {
  plural: "environments",
  word: "environment",
  of: ({ environments }) => environments,
  shape: {
    fields: {
      ...ASSET_FIELDS,
      autoRebuild: ["Disabled", "OnBaseImageUpdate"],
      build: { isOptional: true, fields: { contextUri: "text", dockerfilePath: "text?" } },
      condaFile: "text?",
      image: "text?",
      inferenceConfig: {
        isOptional: true,
        fields: { livenessRoute: ROUTE, readinessRoute: ROUTE, scoringRoute: ROUTE },
      },
      osType: ["Linux", "Windows"],
      stage: "text?",
    },
  },
  frozen: ["image", "build", "condaFile", "inferenceConfig", "osType"],
  refusal: refusedEnvironment,
};

export const ENVIRONMENT_ROUTES = assetRoutes(ENVIRONMENT);
