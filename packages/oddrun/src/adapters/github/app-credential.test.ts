import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { appCredentials } from "./app-credential.ts";
import { findApp } from "./app-key.ts";
import { githubSource } from "./index.ts";
import type { Reply } from "./requests.ts";
import { connectTo, keptLog, REPOSITORY, runJson, type Seen, scriptedGithub } from "./scripted-github.contract.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PKCS8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const PKCS1 = privateKey.export({ type: "pkcs1", format: "pem" }).toString();

const APP = {
  GITHUB_TOKEN: undefined,
  // Credentials are dated, and the servers here keep real time: a minute must be longer than this machine may stand still.
  ODDRUN_WAIT_SCALE: "0.05",
  ODDRUN_GITHUB_APP_ID: "4711",
  ODDRUN_GITHUB_APP_PRIVATE_KEY: PKCS1,
  ODDRUN_GITHUB_APP_INSTALLATION_ID: "99",
};

interface Claims {
  readonly iat: number;
  readonly exp: number;
  readonly iss: string;
}

/** The claims of the App's own credential, if its signature is right. */
function claimsOf({ headers }: Seen): Claims {
  const [head, claims, signature] = (headers.authorization ?? "").slice("Bearer ".length).split(".");
  const isSigned = verify(
    "sha256",
    Buffer.from(`${head}.${claims}`),
    publicKey,
    Buffer.from(signature ?? "", "base64url"),
  );
  assert.ok(isSigned, "the signature is not the App's");
  return JSON.parse(Buffer.from(claims!, "base64url").toString()) as Claims;
}

/** A GitHub that gives out tokens good for so many requests, by a clock that is so far ahead. */
async function appServer(t: TestContext, options: { tokenLasts: number; aheadMs?: number; delayMs?: number }) {
  const issued = { count: 0, left: 0, mintings: 0, mintingsMost: 0, refusedTokens: 0, refusedApp: 0 };
  const nowMs = (): number => Date.now() + (options.aheadMs ?? 0);
  const server = await scriptedGithub(t, (seen) => {
    const headers = { date: new Date(nowMs()).toUTCString() };
    if (seen.path === "/app/installations/99/access_tokens") {
      const { iat, exp, iss } = claimsOf(seen);
      const isInTime = iat * 1000 <= nowMs() && exp * 1000 > nowMs() && exp * 1000 <= nowMs() + 600_000;
      if (!isInTime || iss !== "4711") {
        issued.refusedApp += 1;
        return { status: 401, headers, body: { message: "'Expiration time' claim ('exp') is too far in the future" } };
      }
      issued.mintings += 1;
      issued.mintingsMost = Math.max(issued.mintingsMost, issued.mintings);
      return {
        act: (_request, response) => {
          setTimeout(() => {
            issued.mintings -= 1;
            issued.count += 1;
            issued.left = options.tokenLasts;
            const expires_at = new Date(nowMs() + 3_600_000).toISOString();
            response.writeHead(201, headers).end(JSON.stringify({ token: `ghs_${issued.count}`, expires_at }));
          }, options.delayMs ?? 0);
        },
      };
    }
    if (seen.headers.authorization !== `Bearer ghs_${issued.count}` || issued.left === 0) {
      issued.refusedTokens += 1;
      return { status: 401, headers, body: { message: "Bad credentials" } };
    }
    issued.left -= 1;
    return { headers, body: runJson(1) };
  });
  return { server, issued };
}

test("an App's token that runs out between requests is renewed once, in 20 cycles", async (t) => {
  const { server, issued } = await appServer(t, { tokenLasts: 5 });
  const source = githubSource(await connectTo(server, { env: APP }));
  for (let at = 0; at < 20 * 5; at++) assert.equal((await source.run(REPOSITORY, 1))!.run.runId, 1);
  assert.equal(issued.count, 20);
  assert.equal(issued.refusedTokens, 19);
  assert.equal(source.budget().sent, 100 + 20 + 19);
});

test("requests that meet the end of a token together share one renewal", async (t) => {
  const { server, issued } = await appServer(t, { tokenLasts: 25, delayMs: 5 });
  const source = githubSource(await connectTo(server, { env: APP }));
  const runs = await Promise.all(Array.from({ length: 100 }, () => source.run(REPOSITORY, 1)));
  assert.equal(runs.length, 100);
  assert.equal(issued.count, 4);
  assert.equal(issued.mintingsMost, 1);
  assert.ok(issued.refusedTokens <= 3 * 4, "at most those under way");
});

test("a server whose clock is a day off is asked in its own time", async (t) => {
  for (const aheadMs of [86_400_000, -86_400_000]) {
    const { server, issued } = await appServer(t, { tokenLasts: 1000, aheadMs });
    const source = githubSource(await connectTo(server, { env: APP }));
    await source.run(REPOSITORY, 1);
    await source.run(REPOSITORY, 1);
    assert.equal(issued.count, 1);
    assert.equal(issued.refusedApp, 1, "the first credential is made before the server's time is known");
    assert.ok(Math.abs(source.budget().clockAheadMs - aheadMs) < 5000);
  }
});

test("a token is renewed a minute before its end by the server's clock", async () => {
  let nowMs = Date.UTC(2026, 4, 1);
  let count = 0;
  const body = (): object => ({ token: `ghs_${++count}`, expires_at: new Date(nowMs + 3_600_000).toISOString() });
  const ask = async (): Promise<Reply> => ({
    kind: "ok",
    json: body(),
    text: "",
    headers: new Headers(),
    atMs: nowMs,
    hasMoved: false,
  });
  const credential = appCredentials({
    app: { appId: "4711", key: privateKey, installationId: 99 },
    requests: { ask },
    clock: { nowMs: () => nowMs, aheadMs: () => 0, observe: () => nowMs },
    waits: { pause: async () => {}, elapsedMs: () => 0, requestTimeoutMs: 1 },
  })("octo");
  assert.equal(await credential.authorization(), "Bearer ghs_1");
  nowMs += 3_539_000;
  assert.equal(await credential.authorization(), "Bearer ghs_1");
  nowMs += 2000;
  assert.deepEqual(await Promise.all([credential.authorization(), credential.authorization()]), [
    "Bearer ghs_2",
    "Bearer ghs_2",
  ]);
});

test("the App's credential is dated a minute back and lasts less than ten", async (t) => {
  const { server } = await appServer(t, { tokenLasts: 1 });
  await githubSource(await connectTo(server, { env: APP })).run(REPOSITORY, 1);
  const { iat, exp } = claimsOf(server.seen[0]!);
  assert.ok(Date.now() / 1000 - iat >= 59);
  assert.ok(exp - iat <= 600);
});

test("an App that was revoked, suspended or removed is a problem at once", async (t) => {
  for (const status of [401, 403, 404]) {
    const server = await scriptedGithub(t, () => ({ status, body: { message: "no" } }));
    const kept = keptLog();
    await assert.rejects(githubSource(await connectTo(server, { env: APP, log: kept.log })).run(REPOSITORY, 1), {
      code: "github-app-refused",
      exitCode: 4,
    });
    assert.equal(server.seen.length, 1);
    assert.doesNotMatch(JSON.stringify(kept.lines), /eyJ/);
  }
});

test("tokens that are never taken are given up after a few tries", async (t) => {
  const server = await scriptedGithub(t, ({ path }) =>
    path.startsWith("/app/") ? { status: 201, body: { token: "ghs_1" } } : { status: 401 },
  );
  await assert.rejects(githubSource(await connectTo(server, { env: APP })).run(REPOSITORY, 1), {
    code: "github-app-refused",
  });
  assert.ok(server.seen.length <= 7, String(server.seen.length));
});

test("where the App is installed is looked up by the owner, for an organisation or a person", async (t) => {
  for (const kind of ["orgs", "users"]) {
    const server = await scriptedGithub(t, ({ path }) => {
      if (path === `/${kind}/octo/installation`) return { body: { id: 99 } };
      if (path === "/app/installations/99/access_tokens") return { status: 201, body: { token: "ghs_1" } };
      return path.startsWith("/repos/") ? { body: runJson(1) } : { status: 404 };
    });
    const source = githubSource(
      await connectTo(server, { env: { ...APP, ODDRUN_GITHUB_APP_INSTALLATION_ID: undefined } }),
    );
    await source.run(REPOSITORY, 1);
    await source.run({ ...REPOSITORY, fullName: "Octo/gadgets" }, 1);
    assert.equal(server.seen.filter(({ path }) => path.endsWith("/access_tokens")).length, 1);
  }
});

test("a private key is taken in every form that it is kept in", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "oddrun-key-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "app.pem");
  writeFileSync(file, PKCS1);
  const forms = [
    PKCS1,
    PKCS8,
    PKCS1.replaceAll("\n", "\\n"),
    PKCS1.replaceAll("\n", "\r\n"),
    Buffer.from(PKCS8).toString("base64"),
  ];
  const environments = [
    ...forms.map((key) => ({ ODDRUN_GITHUB_APP_PRIVATE_KEY: key })),
    { ODDRUN_GITHUB_APP_PRIVATE_KEY_FILE: file },
  ];
  for (const environment of environments) {
    const app = await findApp({ ODDRUN_GITHUB_APP_ID: "4711", ...environment });
    assert.deepEqual(createPublicKey(app!.key).export({ format: "jwk" }), publicKey.export({ format: "jwk" }));
    assert.equal(app!.installationId, null);
  }
});

test("what is no usable private key is told and never shown", async () => {
  const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const keys: readonly [string, RegExp][] = [
    [PKCS1.slice(0, 900), /its end is missing/],
    [PKCS1.split("\n").toSpliced(5, 4).join("\n"), /no private key/],
    [publicKey.export({ type: "spki", format: "pem" }).toString(), /public key/],
    [elliptic.export({ type: "pkcs8", format: "pem" }).toString(), /not RSA/],
    ["hunter2-hunter2", /does not begin/],
  ];
  for (const [key, why] of keys) {
    await assert.rejects(
      findApp({ ODDRUN_GITHUB_APP_ID: "4711", ODDRUN_GITHUB_APP_PRIVATE_KEY: key }),
      (error: Error & { exitCode: number }) => {
        assert.equal(error.exitCode, 4);
        assert.match(error.message, why);
        for (const line of key.split("\n").filter((text) => text.length > 14 && !text.startsWith("---")))
          assert.ok(!error.message.includes(line));
        return true;
      },
    );
  }
  await assert.rejects(
    findApp({ ODDRUN_GITHUB_APP_ID: "4711", ODDRUN_GITHUB_APP_PRIVATE_KEY_FILE: "/nowhere/app.pem" }),
    {
      code: "github-app-key",
      message: /ENOENT/,
    },
  );
});

test("half-set settings of an App are told", async () => {
  const cases = [
    { ODDRUN_GITHUB_APP_ID: "4711" },
    { ODDRUN_GITHUB_APP_PRIVATE_KEY: PKCS1 },
    { ODDRUN_GITHUB_APP_ID: "my app!", ODDRUN_GITHUB_APP_PRIVATE_KEY: PKCS1 },
    { ODDRUN_GITHUB_APP_ID: "1", ODDRUN_GITHUB_APP_PRIVATE_KEY: PKCS1, ODDRUN_GITHUB_APP_INSTALLATION_ID: "x" },
  ];
  for (const environment of cases)
    await assert.rejects(findApp(environment), { code: "github-app-settings", exitCode: 2 });
  assert.equal(await findApp({}), null);
});
