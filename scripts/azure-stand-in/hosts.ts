import type { Service } from "./http.ts";
import { BLOB } from "./services/blob.ts";
import { ENTRA } from "./services/entra.ts";
import { GITHUB_OIDC } from "./services/github-oidc.ts";
import { KEY_VAULT } from "./services/key-vault.ts";
import { MANAGEMENT } from "./services/management.ts";
import { MLFLOW } from "./services/mlflow.ts";
import { PRICES } from "./services/prices.ts";
import { SCORING } from "./services/scoring.ts";

export const SERVICES: readonly Service[] = [ENTRA, GITHUB_OIDC, MANAGEMENT, BLOB, MLFLOW, KEY_VAULT, SCORING, PRICES];

/** What the certificate is made for; the endpoints' hosts have one label more, so their region is named. */
export const certificateHosts = (location: string): readonly string[] => [
  "login.microsoftonline.com",
  "management.azure.com",
  "prices.azure.com",
  "*.actions.githubusercontent.com",
  "*.blob.core.windows.net",
  "*.vault.azure.net",
  "*.api.azureml.ms",
  `*.${location}.inference.ml.azure.com`,
];

export const serviceOf = (host: string): Service | null =>
  SERVICES.find(({ hosts }) => hosts.test(host.toLowerCase())) ?? null;
