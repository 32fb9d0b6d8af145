import { incidentName } from "@oddrun/core";
import { changePicture } from "../../operations/changes/change-picture.ts";
import { mainLines } from "../../operations/incidents/incidents-text.ts";
import { alsoChanged, instantWords, stateWords, titleWords } from "../../operations/incidents/incidents-words.ts";
import type { ChangesReport, ReportedIncident } from "../../operations/report/report-changes.ts";
import {
  changesHeadline,
  costWords,
  dearestHeadline,
  dearestWords,
  isOld,
} from "../../operations/report/report-changes-text.ts";
import { type Html, html } from "./html.ts";

const ALSO_LINES = 3;

/** What has changed, apart from the odd runs below it; nothing where nobody has looked for changes yet. */
export function changesSection(report: ChangesReport): Html | null {
  const { open, better, dearest, openCount, suspectedCount, overCount } = report;
  if (openCount + suspectedCount + overCount === 0) return null;
  const shown = [...open, ...better];
  return html`<section class="changes"><h2>What has changed</h2>
  <p>${changesHeadline(report)}. An incident is all that changed for one cause; a change is a level that moved and stayed. Dots are runs, the dashed line is the usual level, the full one the level since.</p>
  ${shown.map((each) => incidentCard(each, report))}
  ${openCount > shown.length ? html`<p>${openCount - shown.length} more are open: <code>oddrun incidents list</code> lists them all.</p>` : null}
  ${dearest.length === 0 ? null : html`<h3>${dearestHeadline(report)}</h3><ol>${dearest.map((each) => html`<li>${dearestWords(each, report)}</li>`)}</ol>`}
</section>
<section class="changes"><h2>Odd runs</h2><p>An odd run is one run unlike its fellows; it says nothing about a level that moved.</p></section>`;
}

function incidentCard(reported: ReportedIncident, { names, nowMs }: ChangesReport): Html {
  const { incident, cost, picture, knownUntilMs } = reported;
  const title = titleWords(incident, names);
  const [level, ...rest] = mainLines(incident, names);
  const costs = costWords(cost);
  const also = alsoChanged(incident, names, ALSO_LINES);
  const lines = [
    ...rest,
    ...(isOld(reported, nowMs) ? [`nothing has been heard of it since ${instantWords(knownUntilMs)}`] : []),
    ...(also.length === 0 ? [] : [`with it: ${also.join("; ")}`]),
  ];
  return html`<article class="incident" id="${incidentName(incident.number)}">
  <h3>${title} <span class="state">${stateWords(incident)}</span></h3>
  <p class="level">${level ?? null}</p>${costs === null ? null : html`<p class="cost">${costs}</p>`}
  ${picture === null ? null : changePicture(picture, `${title}: ${level ?? ""}`)}
  ${lines.map((line) => html`<p class="soft">${line}</p>`)}
</article>`;
}
