import type { AlertChannel } from "../../operations/alerts/alert-channel.ts";
import { printableJson } from "../../operations/text/visible-text.ts";
import { type CloudEventOptions, cloudEvent, eventId } from "./cloud-event.ts";
import { deliverPost, isPage, type TransportOptions } from "./deliver-post.ts";
import type { WebAddress } from "./web-address.ts";
import { signedHeaders, type WebhookSecrets } from "./webhook-secret.ts";

export interface WebhookOptions extends TransportOptions, CloudEventOptions {
  readonly secrets: WebhookSecrets;
  readonly now: () => number;
}

/** Any receiver: a CloudEvent, signed after Standard Webhooks. The receiver tells repeats by its id. */
export function webhookChannel(name: string, address: WebAddress, options: WebhookOptions): AlertChannel {
  return {
    name,
    kind: "webhook",
    isIdempotent: true,
    deliver: (message, context) => {
      const body = printableJson(JSON.stringify(cloudEvent(message, context, options)));
      const headers = signedHeaders(options.secrets, { id: eventId(message.id), body, nowMs: options.now() });
      return deliverPost(
        {
          address,
          headers: { "content-type": "application/cloudevents+json; charset=utf-8", ...headers },
          body,
          isIdempotent: true,
          whyNotDelivered: (answer) =>
            isPage(answer) ? "leads to a page, not to a webhook: look at the address" : null,
        },
        options,
      );
    },
  };
}
