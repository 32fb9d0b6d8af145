import { createHash } from "node:crypto";

export interface Token {
  readonly text: string;
  /** Tells tokens apart in logs without giving them away. */
  readonly id: string;
  /** Of the account or installation; rate limits belong to it, not to the token's text. */
  readonly owner: string;
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
