import { join } from "node:path";
import { incidentName } from "@oddrun/core";
import { instantWords } from "../../operations/incidents/incidents-words.ts";
import type { StoredAlerts, StoredDelivery } from "../../operations/alerts/alert-store.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandContext, CommandInput } from "../command.ts";

const SHOWN_MAX = 50;

/** `oddrun alerts list`: what was said, to whom, and what waits and why. */
export async function listAction(input: CommandInput, context: CommandContext): Promise<number> {
  const { openStore } = await import("../../adapters/store/index.ts");
  const store = await openStore(join(context.dataDir, "oddrun.db"), { readOnly: true });
  try {
    const stored = await store.storedAlerts();
    if (input.isSet("json")) {
      const { jsonText } = await import("../json-text.ts");
      context.stdout.write(
        jsonText({ watching_since: instant(stored.watchingSinceMs), alerts: stored.alerts.map(alertJson) }),
      );
      return 0;
    }
    const titles = new Map<string, string>();
    for (const { id } of stored.alerts.slice(-SHOWN_MAX)) {
      const message = await store.alertMessage(id);
      if (message !== null) titles.set(id, message.title);
    }
    context.stdout.write(listText(stored, titles));
    return 0;
  } finally {
    await store.close();
  }
}

function listText({ alerts, watchingSinceMs }: StoredAlerts, titles: ReadonlyMap<string, string>): string {
  if (watchingSinceMs === null) return "Nothing was ever said: no pass over the alerts has been made yet.\n";
  if (alerts.length === 0) return `Nothing was said since watching began, ${instantWords(watchingSinceMs)}.\n`;
  const shown = alerts.slice(-SHOWN_MAX).toReversed();
  const lines = shown.flatMap(({ id, word, inbox, plannedAtMs, incidentNumbers, deliveries }) => [
    `${instantWords(plannedAtMs)}  ${word}  ${printable(titles.get(id) ?? incidentNumbers.map(incidentName).join(", "), 120)}`,
    ...(deliveries.length === 0
      ? [`  nobody to tell (${printable(inbox)})`]
      : deliveries.map((each) => `  ${deliveryWords(each)}`)),
  ]);
  const rest = alerts.length - shown.length;
  return `${[...lines, ...(rest > 0 ? [`and ${rest} earlier ones (--json)`] : [])].join("\n")}\n`;
}

function deliveryWords({ channel, state, atMs, nextTryAtMs, why, tries }: StoredDelivery): string {
  const reason = why === null ? "" : `: ${printable(why, 300)}`;
  const name = printable(channel);
  switch (state) {
    case "delivered":
      return `${name}: delivered ${instantWords(atMs)}`;
    case "in-flight":
      return `${name}: on its way since ${instantWords(atMs)}`;
    case "pending":
      return `${name}: waits, next try ${instantWords(nextTryAtMs)}${tries === 0 ? "" : ` after ${tries} tries`}${reason}`;
    case "refused":
      return `${name}: refused${reason}; tried again ${instantWords(nextTryAtMs)}`;
    case "given-up":
      return `${name}: given up, it is no news any more${reason}`;
  }
  return name;
}

const alertJson = ({ id, word, inbox, plannedAtMs, incidentNumbers, deliveries }: StoredAlerts["alerts"][number]) => ({
  id,
  word,
  inbox,
  planned_at: instant(plannedAtMs),
  incidents: incidentNumbers.map(incidentName),
  deliveries: deliveries.map(({ channel, state, atMs, nextTryAtMs, why, tries }) => ({
    channel,
    state,
    at: instant(atMs),
    next_try_at: state === "pending" || state === "refused" ? instant(nextTryAtMs) : null,
    tries,
    why,
  })),
});

const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
