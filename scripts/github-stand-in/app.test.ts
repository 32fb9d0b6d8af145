import assert from "node:assert/strict";
import { createPrivateKey, sign } from "node:crypto";
import { after, test } from "node:test";
import { ask } from "./ask.ts";
import { defineCorpus, type GitHubStandIn, startGitHubStandIn } from "./index.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const NOW_S = NOW_MS / 1000;
const standIn: GitHubStandIn = await startGitHubStandIn({
  corpus: defineCorpus({ repositories: [{ fullName: "octo-org/app" }] }),
  nowMs: NOW_MS,
});
after(() => standIn.close());

function jwt(claims: object, head: object = { alg: "RS256", typ: "JWT" }): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = `${part(head)}.${part(claims)}`;
  const key = createPrivateKey(standIn.app.privateKey);
  return `${body}.${sign("RSA-SHA256", Buffer.from(body), key).toString("base64url")}`;
}

const GOOD = { iat: NOW_S - 60, exp: NOW_S + 300, iss: standIn.app.id };
const post = (id: number, token: string): Promise<Response> =>
  fetch(`${standIn.url}/app/installations/${id}/access_tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "user-agent": "test" },
  });

test("an App finds its installation and gets a token that works for an hour", async () => {
  const authorization = `Bearer ${jwt(GOOD)}`;
  for (const path of ["/orgs/octo-org/installation", "/repos/octo-org/app/installation"]) {
    const { status, json } = await ask(standIn, path, { authorization });
    assert.equal(status, 200);
    assert.equal((json as { id: number }).id, standIn.app.installations.get("octo-org"));
  }
  const response = await post(standIn.app.installations.get("octo-org")!, jwt({ ...GOOD, iss: standIn.app.clientId }));
  assert.equal(response.status, 201);
  const { token, expires_at: expires } = (await response.json()) as { token: string; expires_at: string };
  assert.match(expires, /^2026-11-20T13:00:0\dZ$/);
  const withToken = { authorization: `token ${token}` };
  const listed = await ask(standIn, "/installation/repositories", withToken);
  assert.equal((listed.json as { total_count: number }).total_count, 1);
  assert.equal((await ask(standIn, "/repos/octo-org/app", withToken)).status, 200);
});

test("a JWT must be signed with the key and be of now by the stand-in's clock", async () => {
  const message = async (token: string): Promise<string> => {
    const { status, json } = await ask(standIn, "/app", { authorization: `Bearer ${token}` });
    assert.equal(status, 401);
    return (json as { message: string }).message;
  };
  assert.equal((await ask(standIn, "/app", { authorization: `Bearer ${jwt(GOOD)}` })).status, 200);
  assert.match(await message(jwt({ ...GOOD, iat: NOW_S + 3600 })), /'Issued at' claim \('iat'\)/);
  assert.match(
    await message(jwt({ ...GOOD, exp: NOW_S - 1 })),
    /'exp'\) must be a numeric value representing the future/,
  );
  assert.match(await message(jwt({ ...GOOD, exp: NOW_S + 3600 })), /'exp'\) is too far in the future/);
  assert.match(await message(jwt({ ...GOOD, iss: 1 })), /Integration/);
  assert.match(await message(jwt(GOOD, { alg: "none" })), /could not be decoded/);
  assert.match(await message(jwt(GOOD).slice(0, -4)), /could not be decoded/);
  assert.match(await message("nonsense"), /could not be decoded/);
});

test("an installation token can end early, by count, by hand or with the App", async () => {
  const id = standIn.app.installations.get("octo-org")!;
  const fresh = async (): Promise<string> => ((await (await post(id, jwt(GOOD))).json()) as { token: string }).token;
  const status = async (token: string): Promise<number> =>
    (await ask(standIn, "/repos/octo-org/app", { authorization: `token ${token}` })).status;
  standIn.app.tokenRequestsMax = 2;
  const short = await fresh();
  assert.deepEqual([await status(short), await status(short), await status(short)], [200, 200, 401]);
  standIn.app.tokenRequestsMax = Infinity;
  const byHand = await fresh();
  standIn.mutate.expireToken(byHand);
  assert.equal(await status(byHand), 401);
  const last = await fresh();
  assert.equal(await status(last), 200);
  standIn.app.revoke();
  assert.equal(await status(last), 401);
  assert.equal((await post(id, jwt(GOOD))).status, 404);
});
