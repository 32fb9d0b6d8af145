import { join } from "node:path";
import { problem } from "../../operations/problems.ts";
import type { AlertsPreview, PreviewedAlert } from "../../operations/alerts/preview-alerts.ts";
import type { Settings } from "../../operations/settings/settings.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandContext, CommandInput } from "../command.ts";
import { oneOf, wholeNumber } from "../options.ts";
import { priceTable } from "../price-table.ts";
import { alertSettings } from "./alerts-settings.ts";

const STOPPED = 130;

/** `oddrun alerts preview`: what would have been sent lately, and what the digest would hold. */
export async function previewAction(input: CommandInput, context: CommandContext): Promise<number> {
  const days = wholeNumber(input, "days", { min: 1, max: 280, otherwise: 90 });
  const shown = wholeNumber(input, "show", { min: 0, max: 100_000, otherwise: 0 });
  const settings = await alertSettings(input, context);
  const { openStore } = await import("../../adapters/store/index.ts");
  const { previewAlerts } = await import("../../operations/alerts/preview-alerts.ts");
  const prices = await priceTable(input, context);
  const told = oneOf(input, "visibility", ["public", "private", "unknown"] as const, "unknown");
  const otherwiseVisibility = told === "unknown" ? null : told;
  const { signal, dataDir } = context;
  const store = await openStore(join(dataDir, "oddrun.db"), { readOnly: true });
  try {
    const progress = (line: string): void => context.progress(line);
    const options = { days, nowMs: context.now(), settings, prices, otherwiseVisibility };
    const preview = await previewAlerts({ store, signal, progress }, options);
    if (preview === null) return STOPPED;
    context.stdout.write(await textOf(preview, settings, input, shown));
    return 0;
  } finally {
    await store.close();
  }
}

async function textOf(preview: AlertsPreview, settings: Settings, input: CommandInput, shown: number): Promise<string> {
  const { jsonText } = await import("../json-text.ts");
  if (shown > 0) {
    const alert = preview.alerts[shown - 1];
    if (alert === undefined) {
      const count = preview.alerts.length;
      throw problem(
        "bad-usage",
        `--show ${shown}: there ${count === 1 ? "is 1 message" : `are ${count} messages`} in this time.`,
      );
    }
    return fullText(alert, settings);
  }
  if (input.isSet("json")) return jsonText(preview);
  const { previewText } = await import("../../operations/alerts/preview-alerts-text.ts");
  return previewText(preview);
}

/** The message as each of its channels would be sent it. */
async function fullText({ message, channels }: PreviewedAlert, settings: Settings): Promise<string> {
  const { payloadOf } = await import("../../adapters/notifications/index.ts");
  const { messageText } = await import("../../operations/alerts/alert-message-text.ts");
  const { jsonText } = await import("../json-text.ts");
  const parts = [messageText(message)];
  for (const name of channels) {
    const { kind } = settings.channels[name]!;
    const payload = payloadOf(kind, message);
    parts.push(
      `--- ${printable(name)} (${kind}) ---\n${payload === null ? "An issue with the text above.\n" : jsonText(payload)}`,
    );
  }
  return parts.join("\n");
}
