import type { AlertChannel } from "../../operations/alerts/alert-channel.ts";
import { deliverPost, isPage, type TransportOptions } from "./deliver-post.ts";
import { teamsMessage } from "./teams-card.ts";
import type { WebAddress } from "./web-address.ts";

/**
 * A workflow of Teams that begins with "When a Teams webhook request is received" and posts the card. It answers 202 as soon as it has
 * begun; whether the card was posted shows in the workflow's own history (learn.microsoft.com, "Create incoming webhooks with Workflows").
 */
export function teamsChannel(name: string, address: WebAddress, options: TransportOptions): AlertChannel {
  return {
    name,
    kind: "teams",
    isIdempotent: false,
    deliver: (message, context) =>
      deliverPost(
        {
          address,
          headers: { "content-type": "application/json; charset=utf-8" },
          body: JSON.stringify(teamsMessage(message, context)),
          isIdempotent: false,
          whyNotDelivered: (answer) =>
            isPage(answer) ? "leads to a page, not to a workflow's webhook: look at the address" : null,
        },
        options,
      ),
  };
}
