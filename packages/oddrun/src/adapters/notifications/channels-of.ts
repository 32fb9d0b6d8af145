import type { AlertChannel } from "../../operations/alerts/alert-channel.ts";
import type { ChannelSettings, Settings } from "../../operations/settings/settings.ts";
import { scaledWaits } from "../github/waits.ts";
import { CLOUD_EVENT_TYPES } from "./cloud-event.ts";
import type { TransportOptions } from "./deliver-post.ts";
import { slackChannel } from "./slack-channel.ts";
import { teamsChannel } from "./teams-channel.ts";
import { allowedHosts, webAddress } from "./web-address.ts";
import { webhookChannel } from "./webhook-channel.ts";
import { webhookSecrets } from "./webhook-secret.ts";

export interface ChannelsOptions {
  /** Addresses and keys are read from here, under the names that the settings give. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** "1.2.3" */
  readonly version: string;
  readonly now: () => number;
  /** Makes the channel of issues; null where there is no token for it. */
  readonly issues:
    | ((name: string, settings: Extract<ChannelSettings, { kind: "github-issue" }>) => AlertChannel)
    | null;
}

/**
 * The channels of the settings, in their order. One that lacks its address or key is among them and refuses each message with the reason, so
 * that the others get theirs and nothing is taken for delivered.
 */
export function channelsOf(
  { channels }: Pick<Settings, "channels">,
  options: ChannelsOptions,
): readonly AlertChannel[] {
  return Object.entries(channels).map(([name, settings]) => channelOf(name, settings, options));
}

function channelOf(name: string, settings: ChannelSettings, options: ChannelsOptions): AlertChannel {
  const { env, signal, version, now, issues } = options;
  if (settings.kind === "github-issue") {
    return issues === null
      ? refusing(name, settings.kind, "there is no token for GitHub: set GITHUB_TOKEN, with issues: write")
      : issues(name, settings);
  }
  const { kind, urlFrom } = settings;
  const allowed = allowedHosts(env["ODDRUN_ALERT_HOSTS"]);
  const text = env[urlFrom];
  if (text === undefined || text.trim() === "")
    return refusing(name, kind, `${urlFrom} is not set: it is to hold the address`);
  const address = webAddress(text, allowed);
  if ("why" in address) return refusing(name, kind, `the address in ${urlFrom} can't be used: ${address.why}`);
  const waits = scaledWaits(env["ODDRUN_WAIT_SCALE"], signal);
  const transport: TransportOptions = { allowed, signal, waits, userAgent: `oddrun/${version}` };
  if (kind === "slack") return slackChannel(name, address, transport);
  if (kind === "teams") return teamsChannel(name, address, transport);
  const secrets = webhookSecrets(env[settings.secretFrom] ?? "");
  if (secrets === null) {
    const why = `${settings.secretFrom} must hold a key of 24 to 64 bytes in base64, as "openssl rand -base64 32" makes one`;
    return refusing(name, kind, why);
  }
  return webhookChannel(name, address, { ...transport, secrets, now, typePrefix: CLOUD_EVENT_TYPES });
}

/** A channel that can't be used until somebody mends its settings. */
function refusing(name: string, kind: AlertChannel["kind"], why: string): AlertChannel {
  return { name, kind, isIdempotent: true, deliver: () => Promise.resolve({ kind: "refused", why }) };
}
