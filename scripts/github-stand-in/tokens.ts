import { createHash } from "node:crypto";

/** What a token may write to or not, apart from each other. */
export type Area = "issues" | "pullRequests";

export interface Token {
  readonly text: string;
  /** Tells tokens apart in logs without giving them away. */
  readonly id: string;
  /** Of the account or installation; rate limits belong to it, not to the token's text. */
  readonly owner: string;
  /** Who writes with it: a person, or a bot with "[bot]". */
  readonly login: string;
  readonly permissions: Readonly<Record<Area, "none" | "read" | "write">>;
  /** Of an App, as the token of a workflow's job is: it belongs to no person. */
  readonly isIntegration: boolean;
  readonly limit: number | null;
  readonly expiresAtMs: number;
  /** The token answers 401 once this many requests were made with it. */
  readonly requestsMax: number;
  /** Repositories it sees, by id; null for all. */
  readonly repositoryIds: ReadonlySet<number> | null;
  requestCount: number;
  isRevoked: boolean;
}

export interface TokenPlan {
  readonly text: string;
  readonly owner?: string;
  /** "octo-dev" when not given; "github-actions[bot]" is that of a workflow's job. */
  readonly login?: string;
  /** "write" where not given. */
  readonly permissions?: Partial<Token["permissions"]>;
  /** Requests an hour; null for the stand-in's usual limit. */
  readonly limit?: number | null;
  readonly expiresAtMs?: number;
  readonly requestsMax?: number;
  readonly repositoryIds?: readonly number[];
}

export interface Tokens {
  add(plan: TokenPlan): Token;
  /** The token, valid or not. */
  find(text: string): Token | undefined;
  withId(id: string): Token | undefined;
}

export function createTokens(): Tokens {
  const tokens = new Map<string, Token>();
  return {
    add(plan) {
      const token: Token = {
        text: plan.text,
        id: createHash("sha256").update(plan.text).digest("hex").slice(0, 12),
        owner: plan.owner ?? plan.text,
        login: plan.login ?? "octo-dev",
        permissions: { issues: "write", pullRequests: "write", ...plan.permissions },
        isIntegration: plan.login?.endsWith("[bot]") === true,
        limit: plan.limit ?? null,
        expiresAtMs: plan.expiresAtMs ?? Infinity,
        requestsMax: plan.requestsMax ?? Infinity,
        repositoryIds: plan.repositoryIds === undefined ? null : new Set(plan.repositoryIds),
        requestCount: 0,
        isRevoked: false,
      };
      tokens.set(token.text, token);
      return token;
    },
    find: (text) => tokens.get(text),
    withId: (id) => [...tokens.values()].find((token) => token.id === id),
  };
}

export function isUsable(token: Token, nowMs: number): boolean {
  return !token.isRevoked && nowMs < token.expiresAtMs && token.requestCount < token.requestsMax;
}
