import { createHmac } from "node:crypto";

/** Keys to sign with: the first is the one in force, a second one serves while they are changed. */
export interface WebhookSecrets {
  readonly keys: readonly Buffer[];
}

const BYTES_MIN = 24;
const BYTES_MAX = 64;
const SECRETS_MAX = 2;

/**
 * One or two secrets, with a space between, as Standard Webhooks writes them: "whsec_" and 24 to 64 bytes in base64; the prefix may be
 * left out (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md). Null for anything else.
 */
export function webhookSecrets(text: string): WebhookSecrets | null {
  const parts = text.trim().split(/\s+/);
  if (parts.length > SECRETS_MAX) return null;
  const keys = parts.map((part) => {
    const [, base64] = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/.exec(part) ?? [];
    return base64 === undefined || base64.length % 4 !== 0 ? null : Buffer.from(base64, "base64");
  });
  const isFit = keys.every((key) => key !== null && key.length >= BYTES_MIN && key.length <= BYTES_MAX);
  return isFit ? { keys: keys as readonly Buffer[] } : null;
}

/** The three headers of a signed message: its id, when it is sent in seconds, and a signature by each key. */
export function signedHeaders(
  { keys }: WebhookSecrets,
  { id, body, nowMs }: { readonly id: string; readonly body: string; readonly nowMs: number },
): Readonly<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>> {
  const seconds = String(Math.floor(nowMs / 1000));
  const signatures = keys.map(
    (key) => `v1,${createHmac("sha256", key).update(`${id}.${seconds}.${body}`, "utf8").digest("base64")}`,
  );
  return { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": signatures.join(" ") };
}
