import type { CheckOutcome } from "oddrun/ports";
import { z } from "zod";
import type { AzureSignIn } from "../credential.ts";
import { shown } from "../shown.ts";

const CLAIMS = z.object({ tid: z.string().optional(), oid: z.string().optional(), appid: z.string().optional() });

/** Who is signed in, by what the token says of itself; the token is not shown. */
export function signInOutcome({ way, lastClaims }: AzureSignIn, token: string): CheckOutcome {
  const claims = CLAIMS.safeParse(payloadOf(token)).data ?? {};
  const told = [
    ["tenant", claims.tid],
    ["object id", claims.oid],
    ["client id", claims.appid],
  ].flatMap(([name, id]) => (id === undefined ? [] : [`${name} ${shown(id, 60)}`]));
  const sent = lastClaims();
  return {
    status: "ok",
    found: [`by ${shown(way, 80)}`, ...told].join(", "),
    ...(sent === null ? {} : { details: [`subject of this job  ${shown(sent.subject, 600)}`] }),
  };
}

function payloadOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
  } catch {
    return null;
  }
}
