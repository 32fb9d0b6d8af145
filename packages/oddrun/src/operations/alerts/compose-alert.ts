import type { HindsightRecord } from "@oddrun/core";
import { identityOf, incidentName } from "@oddrun/core";
import type { IncidentExplanation } from "../explain/explain-incident.ts";
import type { IncidentCost } from "../report/report-changes-cost.ts";
import type { PrivacySettings } from "../settings/settings.ts";
import type { AlertFact, AlertMessage, AlertRepository } from "./alert-message.ts";
import { alertLinks } from "./alert-links.ts";
import { causeFact, costFact, onsetFact, recoveredFact, suspectsFact } from "./alert-facts.ts";
import { alertTitle } from "./alert-title.ts";
import { leadOf, shownLine, surenessWords, valueThen, whatWords } from "./alert-words.ts";
import { printable } from "../text/visible-text.ts";
import { withoutAddresses } from "../text/without-addresses.ts";
import { alsoChanged } from "../incidents/incidents-words.ts";

/** All that a message about one incident is made from. */
export interface AlertMaterial {
  readonly explained: IncidentExplanation;
  readonly cost: IncidentCost;
  /** What became of earlier alerts of the same series; null where nobody looked. */
  readonly record: HindsightRecord | null;
  /** Of the incident's first repository. */
  readonly repository: AlertRepository;
  /** null for several, and for runners. */
  readonly workflow: AlertMessage["workflow"];
}

export interface ComposeAlertOptions {
  /** The message's id, which no other message has. */
  readonly id: string;
  readonly word: "new" | "grown" | "reminder" | "recovered";
  readonly atMs: number;
  readonly privacy: PrivacySettings;
}

const ALSO_LINES = 3;
/** Routes are found by these names: they are cut only where no real one reaches. */
const PLACE_CHARS_MAX = 255;
const shownPlace = (text: string): string => withoutAddresses(printable(text, PLACE_CHARS_MAX));

/** The repository as a message names it. */
export const shownRepository = (repository: AlertRepository): AlertRepository => ({
  ...repository,
  fullName: shownPlace(repository.fullName),
});

/**
 * What is said of one incident: what, since when, how sure, where the time goes, what it costs, what else changed. The same
 * material and options give the same message.
 */
export function composeAlert(material: AlertMaterial, { id, word, atMs, privacy }: ComposeAlertOptions): AlertMessage {
  const { explained, cost, record, repository, workflow } = material;
  const { incident, names, explanation } = explained;
  const lead = leadOf(incident);
  const facts: (AlertFact | null)[] = [];
  const say = (label: string, text: string): void => void facts.push({ label, text });
  if (lead !== null) {
    if (word === "recovered") facts.push(recoveredFact(incident, lead, cost));
    else say("What", whatWords(lead));
    if (word === "grown") say("Before", valueThen(lead));
    facts.push(onsetFact(lead, explanation, privacy, word));
    if (word !== "recovered") {
      const failures = explanation?.failures ?? null;
      const failed =
        failures === null
          ? null
          : `${failures.sinceFailed} of ${failures.sinceRuns} runs failed since, ${failures.beforeFailed} of ${failures.beforeRuns} before`;
      say("How sure", surenessWords(lead, { failed, usualRunCount: explanation?.usualRunCount ?? 0 }, record));
      facts.push(causeFact(explanation), costFact(cost, word === "reminder"), suspectsFact(lead, explanation));
      const also = alsoChanged(incident, names, ALSO_LINES);
      if (also.length > 0) say("With it moved", also.join("; "));
    }
  }
  const name = incidentName(incident.number);
  return {
    id,
    word,
    atMs,
    incident: { number: incident.number, kind: incident.kind, identity: identityOf(incident) },
    repository: shownRepository(repository),
    workflow:
      workflow === null
        ? null
        : {
            id: workflow.id,
            name: shownPlace(workflow.name),
            path: workflow.path === null ? null : shownPlace(workflow.path),
          },
    title: alertTitle(incident, names, word, atMs),
    facts: facts.flatMap((fact) => (fact === null ? [] : [{ label: fact.label, text: shownLine(fact.text) }])),
    lines: [],
    links: alertLinks(material),
    howToMute:
      word === "recovered"
        ? "This is the last message about it, unless it comes back."
        : `To hear no more of it, comment "/oddrun mute 14d" on its issue, or run "oddrun incidents mute ${name} --until 14d".`,
  };
}
