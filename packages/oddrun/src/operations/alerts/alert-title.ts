import type { AlertWord, Incident } from "@oddrun/core";
import type { IncidentNames } from "../incidents/incidents-names.ts";
import { KIND_VERBS, seriesWords, valueWords, whereWords } from "../incidents/incidents-words.ts";
import { cut } from "../text/visible-text.ts";
import { withoutAddresses } from "../text/without-addresses.ts";
import { lastedWords, leadOf, movedWords } from "./alert-words.ts";

const TITLE_CHARS_MAX = 120;
/** What is left for the rest is enough to say what happened, whatever things are called. */
const WHERE_CHARS_MAX = 64;

type IncidentWords = Extract<AlertWord, "new" | "grown" | "reminder" | "recovered">;

/** "octo-org/shop CI takes longer: 18 min, usually 12 min (+50 %)", at most 120 characters. */
export function alertTitle(incident: Incident, names: IncidentNames, word: IncidentWords, atMs: number): string {
  const lead = leadOf(incident);
  const metric = lead?.series.measure === "metric" ? ` ${seriesWords(lead.series)}` : "";
  const where = cut(withoutAddresses(`${whereWords(incident, names)}${metric}`), WHERE_CHARS_MAX);
  return cut(`${where} ${saidOf(incident, word, atMs)}`, TITLE_CHARS_MAX);
}

function saidOf(incident: Incident, word: IncidentWords, atMs: number): string {
  const verb = KIND_VERBS[incident.kind];
  const lead = leadOf(incident);
  if (lead === null) return verb;
  const { onsetMs, overAtMs, kind } = incident;
  const { series, latest } = lead;
  if (word === "recovered") return `is back to usual after ${lastedWords((overAtMs ?? atMs) - onsetMs)}`;
  const isSilent = series.measure === "schedule";
  const moved = isSilent ? `usually a run every ${valueWords(series, latest.usual)}` : movedWords(series, latest);
  if (word === "new") return `${verb}: ${moved}`;
  const isMoved = kind === "moved";
  if (word === "grown") return `${isMoved ? "has moved further" : `${verb}, more than before`}: ${moved}`;
  const still = kind === "silent" ? "is still silent" : isMoved ? "is still elsewhere" : `still ${verb}`;
  return `${still} after ${lastedWords(atMs - onsetMs)}: ${moved}`;
}
