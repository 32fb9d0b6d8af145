import { problem } from "../../operations/problems.ts";
import { type AppIdentity, appJwt } from "./app-key.ts";
import { isObject, readId, readInstant } from "./json.ts";
import type { Credential, Question, Reply, Requests } from "./requests.ts";
import type { ServerClock } from "./server-clock.ts";
import type { Waits } from "./waits.ts";

export interface AppCredentialOptions {
  readonly app: AppIdentity;
  readonly requests: Pick<Requests, "ask">;
  readonly clock: ServerClock;
  readonly waits: Waits;
}

interface InstallationToken {
  readonly authorization: string;
  /** By the server's clock. */
  readonly expiresAtMs: number;
}

/** A token is renewed so long before its end, which also covers the time that a request takes. */
const RENEWED_BEFORE_MS = 60_000;
const TOKEN_LASTS_MS = 3_600_000;
/** A new token is not known to all of GitHub's servers at once. */
const SPREADING_TRIES = 3;
const SPREADING_FIRST_MS = 1000;
/** A credential that turns out to be dated so far off may for that not have been taken. */
const CLOCK_CORRECTION_MS = 30_000;

/** The App in the name of its installation with `owner`; one owner's questions share a token, renewed by one request at a time. */
export function appCredentials(options: AppCredentialOptions): (owner: string) => Credential {
  const credentials = new Map<string, Credential>();
  return (owner) => {
    const key = options.app.installationId === null ? owner.toLowerCase() : "";
    const credential = credentials.get(key) ?? installationCredential(options, owner);
    credentials.set(key, credential);
    return credential;
  };
}

function installationCredential(options: AppCredentialOptions, owner: string): Credential {
  let installationId = options.app.installationId;
  let token: InstallationToken | null = null;
  let renewal: Promise<InstallationToken> | null = null;

  const renew = async (): Promise<InstallationToken> => {
    installationId ??= await findInstallation(options, owner);
    return newToken(options, installationId);
  };
  const renewed = (): Promise<InstallationToken> => {
    renewal ??= renew()
      .then((fresh) => {
        token = fresh;
        return fresh;
      })
      .finally(() => {
        renewal = null;
      });
    return renewal;
  };
  return {
    async authorization() {
      const isFresh = token !== null && options.clock.nowMs() < token.expiresAtMs - RENEWED_BEFORE_MS;
      return (isFresh ? token! : await renewed()).authorization;
    },
    async refused(authorization, refusals) {
      if (token !== null && token.authorization !== authorization) return true;
      if (refusals === 1) {
        token = null;
        return true;
      }
      if (refusals > SPREADING_TRIES) {
        throw problem("github-app-refused", `GitHub takes none of the tokens that it gives to the App for ${owner}.`);
      }
      await options.waits.pause(SPREADING_FIRST_MS * (refusals - 1));
      return true;
    },
  };
}

/** Asks as the App itself. When the answer shows that our clock is off, the App's credential is made anew by the server's. */
async function askAsApp(options: AppCredentialOptions, question: Omit<Question, "credential">): Promise<Reply> {
  const { app, clock, requests } = options;
  let signedAtMs = clock.nowMs();
  return requests.ask({
    ...question,
    hasPlace: true,
    credential: {
      async authorization() {
        signedAtMs = clock.nowMs();
        return `Bearer ${appJwt(app, signedAtMs)}`;
      },
      async refused(_authorization, refusals) {
        if (refusals === 1 && Math.abs(clock.nowMs() - signedAtMs) > CLOCK_CORRECTION_MS) return true;
        throw problem("github-app-refused", "GitHub does not take the App's private key (401).");
      },
    },
  });
}

async function findInstallation(options: AppCredentialOptions, owner: string): Promise<number> {
  for (const kind of ["orgs", "users"]) {
    const reply = await askAsApp(options, { path: `/${kind}/${encodeURIComponent(owner)}/installation` });
    const id = reply.kind === "ok" && isObject(reply.json) ? readId(reply.json["id"]) : null;
    if (id !== null) return id;
  }
  throw problem("github-app-refused", `The App is not installed with ${owner}.`);
}

async function newToken(options: AppCredentialOptions, installationId: number): Promise<InstallationToken> {
  const path = `/app/installations/${installationId}/access_tokens`;
  const reply = await askAsApp(options, { method: "POST", path });
  if (reply.kind !== "ok") {
    const status = reply.kind === "gone" || reply.kind === "refused" ? ` (${reply.status})` : "";
    throw problem("github-app-refused", `GitHub gives the App no token for installation ${installationId}${status}.`);
  }
  const text = isObject(reply.json) ? reply.json["token"] : null;
  if (!isObject(reply.json) || typeof text !== "string" || !/^[\x21-\x7e]{1,10000}$/.test(text)) {
    throw problem("github-answer-unreadable", path, "there is no token in it");
  }
  const expiresAtMs = readInstant(reply.json["expires_at"]) ?? reply.atMs + TOKEN_LASTS_MS;
  return { authorization: `Bearer ${text}`, expiresAtMs };
}
