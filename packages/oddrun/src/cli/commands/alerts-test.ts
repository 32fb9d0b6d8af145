import { randomUUID } from "node:crypto";
import type { Delivery } from "../../operations/alerts/alert-channel.ts";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandContext, CommandInput } from "../command.ts";
import { alertSettings } from "./alerts-settings.ts";

const FAILED = 4;

/** `oddrun alerts test`: sends a test through every channel, and says what became of each. Exit 4 where one failed. */
export async function testAction(input: CommandInput, context: CommandContext): Promise<number> {
  const settings = await alertSettings(input, context);
  const { channelsOf } = await import("../../adapters/notifications/index.ts");
  const { composeTest } = await import("../../operations/alerts/compose-test.ts");
  const { version } = await import("../version.ts");
  const { env, signal, now } = context;
  const all = channelsOf(settings, { env, signal, now, version: version(), issues: null });
  const wanted = input.text("channel");
  const channels = all.filter(({ name }) => wanted === undefined || name === wanted);
  if (channels.length === 0) {
    const names = all.map(({ name }) => printable(name)).join(", ");
    throw problem(
      "bad-usage",
      `--channel is "${printable(wanted ?? "")}"; the channels of the settings are ${names === "" ? "none" : names}.`,
    );
  }
  const outcomes: { readonly channel: string; readonly kind: string; readonly delivery: Delivery | null }[] = [];
  for (const channel of channels) {
    const { name, kind } = channel;
    // an issue that says nothing would stay there for all to see
    const message = composeTest({ id: `test:${randomUUID()}`, atMs: now(), channel: name });
    const delivery = kind === "github-issue" ? null : await channel.deliver(message, { earlier: [], mayRepeat: false });
    outcomes.push({ channel: name, kind, delivery });
    if (!input.isSet("json")) context.stdout.write(`${printable(name)} (${kind}): ${words(delivery)}\n`);
  }
  if (input.isSet("json")) {
    const { jsonText } = await import("../json-text.ts");
    context.stdout.write(jsonText(outcomes));
  }
  return outcomes.every(({ delivery }) => delivery === null || delivery.kind === "delivered") ? 0 : FAILED;
}

function words(delivery: Delivery | null): string {
  if (delivery === null) return "not tried: a test opens no issue";
  if (delivery.kind === "delivered") return "delivered: look whether it is there";
  return `${delivery.kind === "refused" ? "refused" : "not now"}: ${printable(delivery.why, 400)}`;
}
