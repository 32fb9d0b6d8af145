import type { GithubConnection } from "./connect.ts";
import { loginOf } from "./github-issue.ts";
import { isObject } from "./json.ts";
import type { Credential } from "./requests.ts";

/** Who acts for the token that GitHub gives to a workflow's job. */
const ACTIONS_BOT = "github-actions[bot]";

const known = new WeakMap<GithubConnection, Map<string, Promise<string>>>();

/**
 * The login that what we write is signed with. GraphQL's viewer tells it for every kind of token, also for those of Apps, to which
 * `GET /user` answers 403; where neither is answered, it is taken to be a workflow's own.
 */
export function ownLogin(connection: GithubConnection, owner: string): Promise<string> {
  const logins = known.get(connection) ?? new Map<string, Promise<string>>();
  known.set(connection, logins);
  // One token for all owners, but of an App one for each.
  const key = connection.isApp ? owner.toLowerCase() : "";
  const login = logins.get(key) ?? askLogin(connection, connection.credentialFor(owner));
  logins.set(key, login);
  // What failed once, such as a connection that broke, is asked again.
  login.catch(() => logins.delete(key));
  return login;
}

async function askLogin({ api, requests }: GithubConnection, credential: Credential): Promise<string> {
  if (api.path === "") {
    const body = { query: "query { viewer { login } }" };
    const reply = await requests.ask({ method: "POST", path: "/graphql", body, isRead: true, credential });
    const data = reply.kind === "ok" && isObject(reply.json) ? reply.json["data"] : null;
    const login = isObject(data) ? loginOf(data["viewer"]) : null;
    if (login !== null) return login;
  }
  const reply = await requests.ask({ path: "/user", credential });
  return (reply.kind === "ok" ? loginOf(reply.json) : null) ?? ACTIONS_BOT;
}
