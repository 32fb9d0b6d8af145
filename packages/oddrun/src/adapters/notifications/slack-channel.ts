import type { AlertChannel } from "../../operations/alerts/alert-channel.ts";
import { deliverPost, isPage, type TransportOptions } from "./deliver-post.ts";
import { slackMessage } from "./slack-blocks.ts";
import type { WebAddress } from "./web-address.ts";

/**
 * An incoming webhook of Slack. It can neither answer in a thread nor tell repeats, and its answer is "ok" or a word for what is
 * wrong, such as "no_service" (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
 */
export function slackChannel(name: string, address: WebAddress, options: TransportOptions): AlertChannel {
  return {
    name,
    kind: "slack",
    isIdempotent: false,
    deliver: (message, context) =>
      deliverPost(
        {
          address,
          headers: { "content-type": "application/json; charset=utf-8" },
          body: JSON.stringify(slackMessage(message, context)),
          isIdempotent: false,
          whyNotDelivered: (answer) =>
            isPage(answer) ? "leads to a page, not to an incoming webhook: look at the address" : null,
          wordsOf: ({ text }) => (/^[a-z_]{1,60}$/.test(text.trim()) ? text.trim() : null),
        },
        options,
      ),
  };
}
