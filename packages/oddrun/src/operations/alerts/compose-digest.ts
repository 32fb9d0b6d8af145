import { type HindsightRecord, type Incident, isImprovement, rankDigest } from "@oddrun/core";
import type { IncidentNames } from "../incidents/incidents-names.ts";
import { instantWords } from "../incidents/incidents-words.ts";
import type { IncidentCost } from "../report/report-changes-cost.ts";
import { minutesWords } from "../report/report-changes-text.ts";
import { cut } from "../text/visible-text.ts";
import type { AlertFact, AlertMessage, AlertRepository } from "./alert-message.ts";
import { shownRepository } from "./compose-alert.ts";
import { changeSureness, leadOf, shownLine, shownName } from "./alert-words.ts";
import { incidentLine } from "./compose-storm.ts";

export interface DigestItem {
  readonly incident: Incident;
  readonly cost: IncidentCost;
  readonly record: HindsightRecord | null;
}

export interface ComposeDigestInput {
  readonly id: string;
  readonly atMs: number;
  /** What it tells of came up since then. */
  readonly sinceMs: number;
  /** What was not pushed, in any order. */
  readonly items: readonly DigestItem[];
  /** How many incidents were pushed in this time: they are not told again. */
  readonly pushedCount: number;
  readonly names: IncidentNames;
  /** null for several. */
  readonly repository: AlertRepository | null;
}

const LINES_MAX = 20;

/** What did not fit into the budget, the dearest and surest first: one message for a week. */
export function composeDigest(input: ComposeDigestInput): AlertMessage {
  const { id, atMs, sinceMs, items, names, repository, pushedCount } = input;
  const ranked = rankDigest(
    items.map((item) => {
      const lead = leadOf(item.incident);
      return {
        ...item,
        extraMinutesAWeek: item.cost.minutesAWeek,
        sureness: lead === null || lead.series.measure === "schedule" ? 1 : changeSureness(lead, item.record),
      };
    }),
  );
  const worse = ranked.filter(({ incident }) => !isImprovement(incident.kind));
  const minutes = worse.reduce((sum, { cost }) => sum + Math.max(0, cost.minutesAWeek ?? 0), 0);
  const where = repository === null ? "your repositories" : shownName(repository.fullName);
  const counted = [
    worse.length === 0 ? "" : `${worse.length} for the worse`,
    ranked.length === worse.length ? "" : `${ranked.length - worse.length} for the better`,
  ].filter((part) => part !== "");
  const title = `Weekly digest of ${where}: ${counted.length === 0 ? "nothing new" : counted.join(", ")}`;
  const facts: AlertFact[] = [
    {
      label: "Since",
      text: `${instantWords(sinceMs).slice(0, 10)}: ${ranked.length} ${ranked.length === 1 ? "change" : "changes"} that nobody was alerted to, the dearest and surest first.`,
    },
    ...(minutes > 0
      ? [{ label: "Costs", text: `Those for the worse come to about ${minutesWords(minutes)} a week.` }]
      : []),
    ...(pushedCount > 0
      ? [
          {
            label: "Told already",
            text: `${pushedCount} ${pushedCount === 1 ? "incident" : "incidents"} in this time, not repeated here.`,
          },
        ]
      : []),
    ...(ranked.length > LINES_MAX
      ? [
          {
            label: "Not shown",
            text: `${ranked.length - LINES_MAX} smaller ones: "oddrun incidents list" has them all.`,
          },
        ]
      : []),
  ];
  return {
    id,
    word: "digest",
    atMs,
    incident: null,
    repository: repository === null ? null : shownRepository(repository),
    workflow: null,
    title: cut(title, 120),
    facts: facts.map(({ label, text }) => ({ label, text: shownLine(text) })),
    lines: ranked.slice(0, LINES_MAX).map(({ incident, cost }) => {
      const { minutesAWeek } = cost;
      const more =
        minutesAWeek === null
          ? ""
          : `; ${minutesAWeek < 0 ? "saves" : "costs"} about ${minutesWords(minutesAWeek)} a week`;
      return incidentLine(incident, names, repository?.webUrl ?? null, more);
    }),
    links: [],
    howToMute: `What you never want to hear of can be muted ("oddrun incidents mute INC-… --until 30d") or taken as usual ("accept"); the digest is switched off with alerts.digest in oddrun.yaml.`,
  };
}
