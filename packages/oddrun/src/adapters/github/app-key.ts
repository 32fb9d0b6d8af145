import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { problem } from "../../operations/problems.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A GitHub App, able to say who it is. */
export interface AppIdentity {
  readonly appId: string;
  readonly key: KeyObject;
  /** Where the App is installed; null when that is to be looked up by owner. */
  readonly installationId: number | null;
}

const JWT_LASTS_S = 540;
const CLOCK_MARGIN_S = 60;
const KEY_BYTES_MAX = 100_000;

/** The App set up in the environment; null when none is. */
export async function findApp(env: Environment): Promise<AppIdentity | null> {
  const appId = env["ODDRUN_GITHUB_APP_ID"]?.trim() ?? "";
  const text = env["ODDRUN_GITHUB_APP_PRIVATE_KEY"]?.trim() ?? "";
  const file = env["ODDRUN_GITHUB_APP_PRIVATE_KEY_FILE"]?.trim() ?? "";
  if (appId === "" && text === "" && file === "") return null;
  // App ids are numbers; the client id, "Iv23...", does as well.
  if (!/^[A-Za-z0-9.]{1,40}$/.test(appId)) {
    throw problem("github-app-settings", `ODDRUN_GITHUB_APP_ID is ${appId === "" ? "not set" : "no App id"}.`);
  }
  if (text === "" && file === "") throw problem("github-app-settings", "The App's private key is not set.");
  const key =
    text !== ""
      ? readKey(text, "ODDRUN_GITHUB_APP_PRIVATE_KEY")
      : readKey(await keyFile(file), "the file of ODDRUN_GITHUB_APP_PRIVATE_KEY_FILE");
  return { appId, key, installationId: readInstallationId(env["ODDRUN_GITHUB_APP_INSTALLATION_ID"]?.trim() ?? "") };
}

function readInstallationId(text: string): number | null {
  if (text === "") return null;
  const id = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (id === 0) throw problem("github-app-settings", "ODDRUN_GITHUB_APP_INSTALLATION_ID is not a number.");
  return id;
}

async function keyFile(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    return bytes.length > KEY_BYTES_MAX ? "" : bytes.toString("utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "it cannot be read";
    throw problem("github-app-key", "the file of ODDRUN_GITHUB_APP_PRIVATE_KEY_FILE", code);
  }
}

/** PEM of either kind (PKCS#1 as GitHub gives it out, PKCS#8), with its line ends, with "\n" for them, or in base64 as a whole. */
export function readKey(text: string, place: string): KeyObject {
  const refuse = (why: string) => problem("github-app-key", place, why);
  let pem = text.trim().replaceAll("\\r", "").replaceAll("\\n", "\n");
  if (!pem.includes("-----BEGIN") && /^[A-Za-z0-9+/=\s]+$/.test(pem)) pem = Buffer.from(pem, "base64").toString("utf8");
  if (pem.includes("PUBLIC KEY-----")) throw refuse("it is a public key");
  if (!pem.includes("-----BEGIN")) throw refuse("it does not begin with -----BEGIN");
  if (!pem.includes("-----END")) throw refuse("its end is missing");
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
    // A damaged key may read well and not sign.
    createPublicKey(key);
  } catch {
    throw refuse("it is no private key that can be read, or needs a password");
  }
  if (key.asymmetricKeyType !== "rsa") throw refuse(`it is of the kind ${key.asymmetricKeyType ?? "unknown"}, not RSA`);
  return key;
}

/**
 * The App's own credential, good for nine minutes of the server's time `serverNowMs`; as GitHub advises, it was issued a minute ago:
 * https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app.
 */
export function appJwt({ appId, key }: AppIdentity, serverNowMs: number): string {
  const nowS = Math.floor(serverNowMs / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iat: nowS - CLOCK_MARGIN_S, exp: nowS + JWT_LASTS_S - CLOCK_MARGIN_S, iss: appId };
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
}
