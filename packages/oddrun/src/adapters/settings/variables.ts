import { problem } from "../../operations/problems.ts";
import type { Settings } from "../../operations/settings/settings.ts";
import { allowedHosts, webAddress } from "../notifications/web-address.ts";
import { webhookSecrets } from "../notifications/webhook-secret.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** An environment variable that a channel needs. */
export interface ChannelVariable {
  readonly channel: string;
  readonly name: string;
  readonly holds: "address" | "key";
  /** What is wrong with it now; null when it can be used. Never the value. */
  readonly fault: string | null;
}

/** Each environment variable that the channels name, in their order. */
export function channelVariables(settings: Settings, env: Env): readonly ChannelVariable[] {
  const found = Object.entries(settings.channels).flatMap(([channel, set]) => {
    if (set.kind === "github-issue") return [];
    const address = { channel, name: set.urlFrom, holds: "address" as const };
    const found: ChannelVariable[] = [{ ...address, fault: addressFault(env[set.urlFrom], env) }];
    if (set.kind === "webhook")
      found.push({ channel, name: set.secretFrom, holds: "key", fault: keyFault(env[set.secretFrom], env) });
    return found;
  });
  return found.filter(({ name }) => name !== "");
}

/** Problem: settings-variable, of the first one that cannot be used; it names the variable and not its value. */
export function requireVariables(settings: Settings, env: Env): void {
  const bad = channelVariables(settings, env).find(({ fault }) => fault !== null);
  if (bad !== undefined) throw problem("settings-variable", bad.name, bad.fault!, bad.channel, bad.holds);
}

function unset(value: string | undefined): string | null {
  if (value === undefined) return "is not set";
  return value.trim() === "" ? "is empty" : null;
}

function addressFault(value: string | undefined, env: Env): string | null {
  const fault = unset(value);
  if (fault !== null) return fault;
  const address = webAddress(value!, allowedHosts(env["ODDRUN_ALERT_HOSTS"]));
  return "why" in address ? `cannot be used: ${address.why}` : null;
}

function keyFault(value: string | undefined, env: Env): string | null {
  const fault = unset(value);
  if (fault !== null) return fault;
  if (value === env["ODDRUN_API_KEY"]) return "holds the same as ODDRUN_API_KEY";
  return webhookSecrets(value!) === null
    ? 'holds no key of 24 to 64 bytes in base64, as "openssl rand -base64 32" makes one'
    : null;
}
