import {
  createPublicKey,
  createSign,
  createVerify,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from "node:crypto";

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export type Claims = Readonly<Record<string, unknown>>;

/** Who a token was given to. */
export interface Principal {
  readonly clientId: string;
  readonly objectId: string;
}

export type TokenVerdict =
  | { readonly kind: "valid"; readonly principal: Principal; readonly claims: Claims }
  | { readonly kind: "missing" | "malformed" }
  | { readonly kind: "expired"; readonly expiredAt: Date }
  | { readonly kind: "wrong-audience"; readonly audience: string };

export type TokenRefusal = Exclude<TokenVerdict, { readonly kind: "valid" }>;

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const made = new Map<string, SigningKey>();

/** Made once in a process: a key takes longer than everything else at the start. */
export function signingKey(of: "entra" | "github"): SigningKey {
  const known = made.get(of);
  if (known !== undefined) return known;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { kid: randomUUID().replaceAll("-", ""), privateKey, publicKey: createPublicKey(privateKey) };
  made.set(of, key);
  return key;
}

export function signToken(key: SigningKey, claims: Claims): string {
  const signed = `${base64url({ typ: "JWT", alg: "RS256", kid: key.kid })}.${base64url(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key.privateKey).toString("base64url")}`;
}

/** The claims of a token that `key` signed; null for anything else. Times are not looked at. */
export function readToken(key: SigningKey, token: string): Claims | null {
  const parts = token.split(".");
  if (parts.length !== 3) return null;
  const [head, claims, signature] = parts as [string, string, string];
  const isSigned = createVerify("RSA-SHA256")
    .update(`${head}.${claims}`)
    .verify(key.publicKey, Buffer.from(signature, "base64url"));
  if (!isSigned) return null;
  return JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as Claims;
}

/** Judges the Authorization header as the services do: signature, then times, then audience. */
export function judgeToken(
  key: SigningKey,
  header: string | undefined,
  audiences: readonly string[],
  nowMs: number,
): TokenVerdict {
  if (header === undefined) return { kind: "missing" };
  const [, token] = /^Bearer\s+(\S+)$/i.exec(header) ?? [];
  const claims = token === undefined ? null : readToken(key, token);
  if (claims === null) return { kind: "malformed" };
  const expiresAtMs = Number(claims["exp"]) * 1000;
  if (expiresAtMs <= nowMs) return { kind: "expired", expiredAt: new Date(expiresAtMs) };
  const audience = String(claims["aud"]).replace(/\/$/, "");
  if (!audiences.includes(audience)) return { kind: "wrong-audience", audience: String(claims["aud"]) };
  return {
    kind: "valid",
    claims,
    principal: { clientId: String(claims["appid"]), objectId: String(claims["oid"]) },
  };
}
