import { changeExplanationMarkdown, changeExplanationText } from "./explain-change-text.ts";
import type { IncidentExplanation } from "./explain-incident.ts";
import { changeExplanationJson } from "./explain-json.ts";
import { incidentJson } from "../incidents/incidents-json.ts";
import { alsoChanged, stateWords, titleWords } from "../incidents/incidents-words.ts";
import { neutralSentence } from "../text/neutral-markdown.ts";

const ALSO_LINES = 8;

/** The explanation of an incident for a terminal. */
export function incidentExplanationText({ incident, names, explanation }: IncidentExplanation): string {
  const lines = [`${titleWords(incident, names)}: ${stateWords(incident)}`];
  lines.push("", explanation === null ? NOTHING : changeExplanationText(explanation).trimEnd());
  const also = alsoChanged(incident, names, ALSO_LINES);
  if (also.length > 0) lines.push("", "With it moved:", ...also.map((line) => `  ${line}`));
  return `${lines.join("\n")}\n`;
}

/** The same as Markdown; names from outside are harmless in it. */
export function incidentExplanationMarkdown({ incident, names, explanation }: IncidentExplanation): string {
  const lines = [`## ${neutralSentence(titleWords(incident, names))}`, "", stateWords(incident)];
  lines.push("", explanation === null ? NOTHING : changeExplanationMarkdown(explanation).trimEnd());
  const also = alsoChanged(incident, names, ALSO_LINES);
  if (also.length > 0) lines.push("", "With it moved:", "", ...also.map((line) => `- ${neutralSentence(line)}`));
  return `${lines.join("\n")}\n`;
}

const NOTHING = "None of its changes stands any more.";

/** The same for programs. */
export function incidentExplanationJson({ incident, names, explanation }: IncidentExplanation) {
  return {
    ...incidentJson(incident, names),
    explanation: explanation === null ? null : changeExplanationJson(explanation),
  };
}
