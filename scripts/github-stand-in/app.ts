import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import type { Account } from "./corpus.ts";
import { failure, type Reply } from "./reply.ts";
import type { Token, Tokens } from "./tokens.ts";

const HOUR_MS = 3_600_000;
/** GitHub refuses a JWT that lives longer. */
const JWT_LONGEST_S = 600;

/** A GitHub App that is installed on every account of the stand-in. */
export interface GitHubApp {
  readonly id: number;
  readonly clientId: string;
  readonly slug: string;
  /** PEM as GitHub hands it out (PKCS#1); made anew for each stand-in. */
  readonly privateKey: string;
  /** The same key as PKCS#8. */
  readonly privateKeyPkcs8: string;
  /** Ids of its installations by account. */
  readonly installations: ReadonlyMap<string, number>;
  /** Installation tokens handed out so far. */
  readonly issued: readonly Token[];
  /** Each installation token answers 401 once this many requests were made with it. */
  tokenRequestsMax: number;
  /** Uninstalls it: no more tokens, and the old ones answer 401. */
  revoke(): void;
}

export interface AppState extends GitHubApp {
  readonly publicKey: string;
  readonly isRevoked: boolean;
  issue(owner: string, nowMs: number): Token;
}

export function createApp(accounts: readonly Account[], tokens: Tokens): AppState {
  let pair: { publicKey: string; privateKey: string; pkcs8: string } | null = null;
  const keys = () => {
    if (pair === null) {
      const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      pair = {
        publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
        privateKey: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
        pkcs8: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      };
    }
    return pair;
  };
  const issued: Token[] = [];
  let isRevoked = false;
  const app: AppState = {
    id: 123_456,
    clientId: "Iv23StandIn0000000000",
    slug: "oddrun-stand-in",
    get privateKey() {
      return keys().privateKey;
    },
    get privateKeyPkcs8() {
      return keys().pkcs8;
    },
    installations: new Map(accounts.map((account, at) => [account.login, 50_000_001 + at])),
    issued,
    tokenRequestsMax: Infinity,
    get publicKey() {
      return keys().publicKey;
    },
    get isRevoked() {
      return isRevoked;
    },
    issue(owner, nowMs) {
      const token = tokens.add({
        text: `ghs_standin${String(issued.length + 1).padStart(29, "0")}`,
        owner: `installation of ${owner}`,
        login: `${app.slug}[bot]`,
        expiresAtMs: nowMs + HOUR_MS,
        requestsMax: app.tokenRequestsMax,
      });
      issued.push(token);
      return token;
    },
    revoke() {
      isRevoked = true;
      for (const token of issued) token.isRevoked = true;
    },
  };
  return app;
}

/** GitHub's own words: clients mend their clocks by them. */
export function jwtRefusal(app: AppState, authorization: string | null, nowMs: number): Reply | null {
  const jwt = /^bearer (.+)$/i.exec(authorization ?? "")?.[1]?.split(".") ?? [];
  const [head = "", claims = "", signature = ""] = jwt;
  const notDecoded = failure(401, "A JSON web token could not be decoded");
  if (jwt.length !== 3) return notDecoded;
  const claim = readJson(claims);
  if (claim === null || readJson(head)?.["alg"] !== "RS256") return notDecoded;
  const key = createPublicKey(app.publicKey);
  if (!verify("RSA-SHA256", Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, "base64url")))
    return notDecoded;
  const issuer = String(claim["iss"]);
  if (issuer !== String(app.id) && issuer !== app.clientId)
    return failure(401, "Integration must generate a public key");
  const nowS = Math.floor(nowMs / 1000);
  const { iat, exp } = claim;
  if (typeof iat !== "number" || iat > nowS) {
    return failure(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  if (typeof exp !== "number" || exp <= nowS) {
    return failure(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > nowS + JWT_LONGEST_S) return failure(401, "'Expiration time' claim ('exp') is too far in the future");
  return app.isRevoked ? failure(404, "Integration not found") : null;
}

function readJson(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
