import { incidentName } from "@oddrun/core";
import { changePicture, CHANGE_PICTURE_STYLE } from "../changes/change-picture.ts";
import { type Html, html, textOf } from "../text/html.ts";
import { mainLines } from "../incidents/incidents-text.ts";
import { alsoChanged, instantWords, stateWords, titleWords } from "../incidents/incidents-words.ts";
import { evidenceSentence } from "./report-evidence.ts";
import type { ChangesReport, ReportedIncident } from "./report-changes.ts";
import { changesHeadline, costWords, dearestHeadline, dearestWords, isOld } from "./report-changes-text.ts";
import { type OddRunsReport, reportKey } from "../odd-runs/report-odd-runs.ts";
import { completedAt, headline, leftOut, verdictSentence } from "./report-text.ts";
import { runUrl } from "../text/run-url.ts";
import { cut } from "../text/visible-text.ts";

const NAME_CHARS = 80;
const ALSO_LINES = 8;

/** The whole report in one file that loads nothing: changes with a picture each, then odd runs. */
export function reportHtml(changes: ChangesReport | null, oddRuns: OddRunsReport | null, nowMs: number): string {
  return `<!doctype html>\n${textOf(html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>Oddrun report, ${instantWords(nowMs)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>Oddrun report</h1><p>as of ${instantWords(nowMs)}</p></header>
<main>
${changes === null ? null : changesSection(changes)}
${oddRuns === null ? null : oddRunsSection(oddRuns)}
</main>
</body>
</html>`)}\n`;
}

function changesSection(report: ChangesReport): Html {
  const { open, better, dearest } = report;
  const shown = new Set([...open, ...better]);
  return html`<section><h2>What has changed</h2><p class="headline">${changesHeadline(report)}.</p>
<p class="soft">An incident is all that changed for one cause; a change is a level that moved and stayed. Dots are runs; the dashed line is the usual level, the full one the level since.</p>
${open.map((each) => incidentCard(each, report))}
${better.length === 0 ? null : html`<h3>Better than usual</h3>${better.map((each) => incidentCard(each, report))}`}
${
  dearest.length === 0
    ? null
    : html`<h3>${dearestHeadline(report)}</h3><ol>${dearest.map((each) => html`<li>${dearestWords(each, report)}</li>`)}</ol>${dearest.filter((each) => !shown.has(each)).map((each) => incidentCard(each, report))}`
}</section>`;
}

function incidentCard(reported: ReportedIncident, { names, nowMs }: ChangesReport): Html {
  const { incident, cost, picture, knownUntilMs } = reported;
  const title = titleWords(incident, names);
  const also = alsoChanged(incident, names, ALSO_LINES);
  const costs = costWords(cost);
  const [level, ...rest] = mainLines(incident, names);
  return html`<article id="${incidentName(incident.number)}"><h4>${title} <span class="state">${stateWords(incident)}</span></h4>
<p class="level">${level ?? null}</p>${costs === null ? null : html`<p class="cost">${costs}</p>`}
${picture === null ? null : changePicture(picture, `${title}: ${level ?? ""}`)}
${isOld(reported, nowMs) ? html`<p class="soft">nothing has been heard of it since ${instantWords(knownUntilMs)}</p>` : null}${rest.map((line) => html`<p class="soft">${line}</p>`)}${also.length === 0 ? null : html`<p class="soft">With it moved:</p><ul>${also.map((line) => html`<li>${line}</li>`)}</ul>`}</article>`;
}

function oddRunsSection(report: OddRunsReport): Html {
  const left = leftOut(report);
  return html`<section><h2>Odd runs</h2><p class="headline">${headline(report)}.</p>
<p class="soft">An odd run is one run unlike its fellows; it says nothing about a level that moved.</p>
${
  report.listed.length === 0
    ? null
    : html`<table><thead><tr><th scope="col">ended</th><th scope="col">run</th><th scope="col">why</th><th scope="col">score</th></tr></thead><tbody>${report.listed.map(
        ({ run, judged }) => {
          const { verdict } = judged;
          const url = runUrl(run);
          const name = `${run.runId}${run.runAttempt > 1 ? ` attempt ${run.runAttempt}` : ""}`;
          const score = verdict.kind === "anomalous" || verdict.kind === "usual" ? verdict.score.toFixed(2) : "";
          const evidence = evidenceSentence(report.evidence.get(reportKey(run)) ?? []);
          return html`<tr><td>${completedAt(run)}</td><td>${cut(run.repositoryName, NAME_CHARS)} ${cut(run.workflowName, NAME_CHARS)} ${url === null ? name : html`<a href="${url}" rel="noopener noreferrer">${name}</a>`}${run.branch === null ? null : html` on ${cut(run.branch, NAME_CHARS)}`}</td><td>${verdictSentence(verdict)}${evidence === null ? null : html`<br><span class="soft">${cut(evidence, 1200)}</span>`}</td><td>${score}</td></tr>`;
        },
      )}</tbody></table>`
}
${left === null ? null : html`<p class="soft">${left}.</p>`}</section>`;
}

/** Without a character that would be escaped. The names of the colours are those of the page of `serve`. */
const STYLE = `:root{color-scheme:light dark;--paper:#f6f5f2;--card:#fff;--ink:#1d2126;--soft:#5c6570;--line:#dfdcd5;--band-line:#5d8a72;--odd:#b4400d;--link:#0b5394}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1c2125;--ink:#e8e6e1;--soft:#a0a9b2;--line:#30373d;--band-line:#7fb89b;--odd:#ff9a62;--link:#8ec2f5}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}
header,main{max-width:64rem;margin:0 auto;padding:0 1.5rem}
header{display:flex;align-items:baseline;gap:1rem;padding-top:1.75rem}
h1{font-size:1.35rem;margin:0}
header p,.soft{color:var(--soft);font-size:.9rem;margin:.25rem 0}
h2{font-size:1.2rem;margin:2rem 0 .3rem}
h3{font-size:1rem;margin:1.6rem 0 .5rem}
h4{font-size:1rem;margin:0;overflow-wrap:anywhere}
a{color:var(--link)}
.headline{margin:0;font-size:1.05rem}
article{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.25rem .9rem;margin:.9rem 0}
.state{font-weight:400;color:var(--soft);font-size:.9rem;margin-left:.4rem}
.level,.cost{margin:.3rem 0 0;overflow-wrap:anywhere}
.cost{font-weight:600}
ul,ol{margin:.2rem 0;padding-left:1.2rem;font-size:.92rem;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:.9rem;margin-top:.6rem}
th,td{border-top:1px solid var(--line);padding:.35rem .8rem .35rem 0;text-align:left;vertical-align:top;overflow-wrap:anywhere}
thead th{border:0;font-weight:400;color:var(--soft)}
@media print{body{background:#fff}article{break-inside:avoid}}
${CHANGE_PICTURE_STYLE}`;
