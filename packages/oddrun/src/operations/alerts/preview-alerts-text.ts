import { incidentName } from "@oddrun/core";
import type { LedgerEntry } from "../budget/push-ledger.ts";
import { pushText } from "../budget/replay-store-text.ts";
import { instantWords } from "../incidents/incidents-words.ts";
import { printable } from "../text/visible-text.ts";
import type { AlertsPreview } from "./preview-alerts.ts";

const DIGEST_SHOWN = 10;
const HINDSIGHT_WORDS: Readonly<Record<LedgerEntry["hindsight"], string>> = {
  real: "it proved real",
  faded: "it faded",
  "too-small": "it proved too small to care",
  "not-seen": "it could not be seen again",
  "not-yet": "too early to tell whether it was real",
};

/** The preview for a terminal. */
export function previewText({ fromMs, untilMs, alerts, digest, weeks }: AlertsPreview): string {
  const most = Math.max(0, ...weeks.map(({ count }) => count));
  const mean = alerts.length / weeks.length;
  const lines = [
    `From ${day(fromMs)} to ${day(untilMs)}, ${alerts.length} ${alerts.length === 1 ? "message" : "messages"} would have been sent: ${mean.toFixed(1)} a week, at most ${most} in one.`,
    `By week: ${weeks.map(({ count }) => String(count)).join(" ")}`,
  ];
  for (const [at, { message, inboxes, channels, hindsight, why }] of alerts.entries()) {
    lines.push(
      "",
      `${String(at + 1).padStart(3)}. ${instantWords(message.atMs)}  ${printable(message.title, 120)}`,
      `     to ${channels.length === 0 ? "no channel" : channels.map((name) => printable(name)).join(", ")} (${inboxes.map((inbox) => printable(inbox, 120)).join(", ")})`,
      `     ${why === "sure-enough" ? "sure enough for the budget" : why}; ${HINDSIGHT_WORDS[hindsight]}`,
    );
  }
  if (digest.length > 0) {
    lines.push("", `The digest would hold ${digest.length} more, the dearest first:`);
    for (const entry of digest.slice(0, DIGEST_SHOWN)) {
      lines.push(`  ${incidentName(entry.incidentNumber)} ${pushText(entry)}`);
    }
    if (digest.length > DIGEST_SHOWN) lines.push(`  and ${digest.length - DIGEST_SHOWN} more`);
  }
  if (alerts.length > 0)
    lines.push("", 'One of them in full, as each channel would get it: "oddrun alerts preview --show 1".');
  return `${lines.join("\n")}\n`;
}

const day = (ms: number): string => instantWords(ms).slice(0, 10);
