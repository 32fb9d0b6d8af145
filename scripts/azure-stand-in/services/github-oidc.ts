import { randomUUID } from "node:crypto";
import type { Call, Reply, Service } from "../http.ts";
import { GITHUB_ISSUER } from "../names.ts";
import { refusalCode, refusalHeaders } from "../refusals.ts";
import { signToken } from "../tokens.ts";
import type { World } from "../world.ts";

/** Where GitHub gives a job its token; the first label of the host differs from run to run. */
export const GITHUB_HOST = "pipelinesghubeus1.actions.githubusercontent.com";
/** A request token in the form "TOKEN.SUBJECT": the stand-in knows by it which job is asking. */
const REQUEST_TOKEN = "stand-in-request-token";
const LIFETIME_S = 300;

/** The two variables GitHub sets in a job with `id-token: write`. */
export function githubOidcEnv(subject: string): Readonly<Record<string, string>> {
  return {
    ACTIONS_ID_TOKEN_REQUEST_URL: `https://${GITHUB_HOST}/stand-in/_apis/distributedtask/hubs/Actions/plans/1/jobs/1/idtoken?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: `${REQUEST_TOKEN}.${Buffer.from(subject).toString("base64url")}`,
  };
}

/** A token as GitHub signs it for a job. */
export function githubToken(world: World, subject: string, audience: string, lifetimeS = LIFETIME_S): string {
  const nowS = Math.floor(world.now() / 1000);
  return signToken(world.githubKey, {
    jti: randomUUID(),
    sub: subject,
    aud: audience,
    iss: GITHUB_ISSUER,
    repository: /^repo:([^:]+)/.exec(subject)?.[1] ?? "",
    nbf: nowS - 600,
    exp: nowS + lifetimeS,
    iat: nowS,
  });
}

function giveIdToken(call: Call): Reply {
  const [, subject] =
    new RegExp(`^bearer ${REQUEST_TOKEN}\\.(\\S+)$`, "i").exec(call.headers["authorization"] ?? "") ?? [];
  if (subject === undefined) return { status: 401, body: { message: "The request token is not the one of this job." } };
  if (call.query.get("api-version") === null) return { status: 400, body: { message: "api-version is missing." } };
  const audience = call.query.get("audience") ?? "https://github.com/octo-org";
  const value = githubToken(call.world, Buffer.from(subject, "base64url").toString("utf8"), audience);
  return { status: 200, body: { count: value.length, value } };
}

export const GITHUB_OIDC: Service = {
  name: "github oidc",
  hosts: /^[a-z0-9-]+\.actions\.githubusercontent\.com$/,
  admit: () => null,
  refuse: (_, status) => ({ status, headers: refusalHeaders(status), body: { message: refusalCode(status)[1] } }),
  noRoute: (call) => ({ status: 404, body: { message: `The stand-in has no ${call.method} ${call.path}.` } }),
  routes: [
    {
      method: "GET",
      path: "/stand-in/_apis/distributedtask/hubs/Actions/plans/1/jobs/1/idtoken",
      step: "github id token",
      handle: giveIdToken,
    },
  ],
};
