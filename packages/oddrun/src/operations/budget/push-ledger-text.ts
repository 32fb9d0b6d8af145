import type { LedgerEntry, LedgerInbox, PushLedger } from "./push-ledger.ts";
import { onceEach, pushText } from "./replay-store-text.ts";
import { printable } from "../text/visible-text.ts";

const SHOWN_MAX = 15;
const day = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);
const short = (value: number): string => String(Number(value.toFixed(1)));

/** What was promised, what came and what it turned out to be; then the digest, dearest first. */
export function pushLedgerText(ledger: PushLedger): string {
  const { pushes, digest, inboxes, untilMs } = ledger;
  const latest = pushes.filter(({ atMs }) => atMs >= untilMs - 4 * 7 * 86_400_000);
  return `${[
    "Alerts under this budget, in the last 4 weeks:",
    ...sharedFirst(inboxes)
      .filter((inbox) => inbox.cameCount > 0 || inboxes.length <= SHOWN_MAX)
      .map(inboxLine),
    ...(latest.length === 0
      ? ["  nothing to push"]
      : onceEach(latest)
          .slice(-SHOWN_MAX)
          .map(({ entry, to }) => `${entryLine(entry)} (to ${to === "both" ? "both inboxes" : `the ${to}`})`)),
    hindsightLine(ledger),
    ...(digest.length === 0
      ? ["The digest is empty."]
      : ["For the digest, by minutes a week and how sure:", ...digest.slice(0, SHOWN_MAX).map(entryLine)]),
  ].join("\n")}\n`;
}

const isShared = ({ inbox }: LedgerInbox): boolean => inbox.startsWith("organisation ");
const sharedFirst = (inboxes: readonly LedgerInbox[]): readonly LedgerInbox[] =>
  [...inboxes].sort((one, other) => Number(isShared(other)) - Number(isShared(one)));

function inboxLine({ inbox, promised, cameCount, cameAWeek, isInside }: LedgerInbox): string {
  const came = `${short(cameAWeek)} a week came (${cameCount})`;
  if (promised === null)
    return `  ${printable(inbox)}: ${came}; too little was known four weeks ago to promise anything`;
  const { lowAWeek, highAWeek } = promised;
  const word = isInside === true ? "as promised" : cameAWeek > highAWeek ? "more than promised" : "fewer than promised";
  return `  ${printable(inbox)}: promised ${short(lowAWeek)} to ${short(highAWeek)} pushes a week, ${came}: ${word}`;
}

const entryLine = (entry: LedgerEntry): string =>
  `  INC-${entry.incidentNumber}  ${day(entry.atMs)}  ${pushText(entry)}`;

function hindsightLine({ hindsight, sinceMs }: PushLedger): string {
  const { real, faded } = hindsight;
  const [small, unseen, open] = [hindsight["too-small"], hindsight["not-seen"], hindsight["not-yet"]];
  const judged = real + faded + small + unseen;
  if (judged + open === 0) return `Since ${day(sinceMs)} nothing was pushed.`;
  const told = `${real} real, ${faded} faded, ${small} too small, ${unseen} not to be seen`;
  return `Pushed since ${day(sinceMs)}, measured again 40 runs after: ${told}; ${open} not looked back on yet.`;
}
