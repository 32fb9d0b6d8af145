import type { AlertChannel } from "../../operations/alerts/alert-channel.ts";
import type { AlertMessage } from "../../operations/alerts/alert-message.ts";
import { CLOUD_EVENT_TYPES, cloudEvent } from "./cloud-event.ts";
import { slackMessage } from "./slack-blocks.ts";
import { teamsMessage } from "./teams-card.ts";

const ONCE = { mayRepeat: false } as const;

/** What a channel of that kind is sent for a message; null where it is no JSON. */
export function payloadOf(kind: AlertChannel["kind"], message: AlertMessage): object | null {
  if (kind === "slack") return slackMessage(message, ONCE);
  if (kind === "teams") return teamsMessage(message, ONCE);
  return kind === "webhook" ? cloudEvent(message, ONCE, { typePrefix: CLOUD_EVENT_TYPES }) : null;
}
