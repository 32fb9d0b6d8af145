import { type Comparison, comparisonLabel, comparisonUnit, formatRange, formatValue } from "@oddrun/core";
import { isoInstant, LIMITS, writeCursor } from "../../api/index.ts";
import { runUrl } from "../../operations/text/run-url.ts";
import { type Problem, PROBLEMS } from "../../operations/problems.ts";
import type { ChangesReport } from "../../operations/report/report-changes.ts";
import { evidenceSentence } from "../../operations/report/report-evidence.ts";
import { cut } from "../../operations/text/visible-text.ts";
import type { HistorySummary } from "../history-summary.ts";
import type { ListedRun, OddRunsPage } from "../odd-runs-list.ts";
import { changesSection } from "./changes-section.ts";
import { agoInWords, clockInWords, countInWords, dateInWords, dayInWords } from "./dates.ts";
import { type Html, html, textOf } from "./html.ts";
import { rangePicture } from "./range-picture.ts";

export interface OddRunsPageParts {
  readonly page: OddRunsPage;
  readonly summary: HistorySummary;
  /** What has changed, above the odd runs; null on later pages. */
  readonly changes: ChangesReport | null;
  readonly isFirst: boolean;
  readonly limit: number;
  /** The model that `POST /score` uses, for the foot of the page. */
  readonly servedVersion: string | null;
  readonly nowMs: number;
}

/** Long names are cut: the page must stay readable whatever a branch is called. */
const NAME_CHARS = 80;
const REASON_CHARS = 600;
const EVIDENCE_CHARS = 1200;

/** The page of odd runs, newest first. All text of runs is a stranger's: it is escaped, cut, and never part of a link's address. */
export function oddRunsPage({
  page,
  summary,
  changes,
  isFirst,
  limit,
  servedVersion,
  nowMs,
}: OddRunsPageParts): string {
  const { runs, next } = page;
  const list = runs.length === 0 ? emptyNotice(summary, isFirst) : daySections(runs, nowMs);
  const older =
    next === null ? null : `/?before=${writeCursor(next)}${limit === LIMITS.pageRunsDefault ? "" : `&limit=${limit}`}`;
  const changed = changes === null ? null : changesSection(changes);
  const body = html`
    ${changed}
    ${summaryHead(summary)}
    ${list}
    <nav class="pages" aria-label="Pages">
      ${isFirst ? null : html`<a href="/" rel="first">Newest runs</a>`}
      ${older === null ? null : html`<a href="${older}" rel="next">Older odd runs</a>`}
    </nav>
    <footer>
      <p>The band is what is usual for runs like this one, the line in it the middle, the mark this run. A diamond lies outside the band.</p>
      <p>Scores run from 0 to 1, higher is odder. The same list as JSON: <a href="/api/odd-runs">/api/odd-runs</a>; what has changed: <a href="/api/incidents">/api/incidents</a>. ${
        servedVersion === null
          ? "POST /score answers once a model is trained."
          : html`POST /score uses model ${servedVersion}.`
      } <a href="/openapi.json">All routes</a></p>
    </footer>`;
  return pageShell(changed === null ? "Odd runs" : "Changes and odd runs", body);
}

/** A page that says what is wrong and what to do. */
export function noticePage(problem: Problem): string {
  const { title } = PROBLEMS[problem.code];
  return pageShell(
    title,
    html`<section class="notice"><h2>${title}</h2><p>${problem.message}</p><p><a href="/">Back to the newest odd runs</a></p></section>`,
  );
}

function pageShell(title: string, body: Html): string {
  return `<!doctype html>\n${textOf(html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Oddrun</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect x='1' y='5' width='9' height='6' rx='1' fill='%2388a'/%3E%3Cpath d='M12.5 4.5 16 8l-3.5 3.5L9 8z' fill='%23c2410c'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header class="top"><a class="brand" href="/">Oddrun</a><h1>${title}</h1></header>
<main>${body}</main>
</body>
</html>`)}\n`;
}

function summaryHead({ verdicts, window, modelVersion }: HistorySummary): Html {
  const odd = verdicts.anomalous;
  const judged = odd + verdicts.usual;
  const share = judged === 0 ? null : ` (${formatValue(odd / judged, "share")})`;
  const facts: readonly (readonly [string, string | null])[] = [
    ["Runs judged", countInWords(judged)],
    ["Odd", `${countInWords(odd)}${share ?? ""}`],
    ["Too little history", countInWords(verdicts["too-little-history"])],
    ["Runs from", window === null ? null : `${dateInWords(window.firstMs)} to ${dateInWords(window.lastMs)}`],
    ["Model", modelVersion],
  ];
  return html`<dl class="summary">${facts.map(([name, value]) =>
    value === null ? null : html`<div><dt>${name}</dt><dd>${cut(value, NAME_CHARS)}</dd></div>`,
  )}</dl>`;
}

function emptyNotice({ verdicts, runCount }: HistorySummary, isFirst: boolean): Html {
  if (!isFirst) return notice("No older odd runs", html`This is the end of the list.`);
  if (runCount === 0) {
    return notice(
      "No runs yet",
      html`Bring in some history with <code>oddrun collect OWNER/REPO</code> or <code>oddrun import FILE</code>, judge it with <code>oddrun detect</code>, and reload this page. <code>oddrun demo</code> shows it with a made-up organisation.`,
    );
  }
  if (verdicts.anomalous + verdicts.usual + verdicts["too-little-history"] === 0) {
    return notice(
      `${countInWords(runCount)} ${runCount === 1 ? "run" : "runs"}, none judged yet`,
      html`Judge them with <code>oddrun detect</code> and reload this page.`,
    );
  }
  const waiting = verdicts["too-little-history"];
  if (verdicts.usual === 0) {
    return notice(
      "Too little history so far",
      html`${countInWords(waiting)} ${waiting === 1 ? "run has" : "runs have"} too few fellows to be compared with. Import more history of the same workflows, then run <code>oddrun detect</code> again.`,
    );
  }
  return notice("Nothing odd", html`All ${countInWords(verdicts.usual)} judged runs are like their fellows.`);
}

function notice(title: string, text: Html): Html {
  return html`<section class="notice"><h2>${title}</h2><p>${text}</p></section>`;
}

/** Runs under a heading for each day they ended on. */
function daySections(runs: readonly ListedRun[], nowMs: number): Html {
  const days = new Map<string, ListedRun[]>();
  for (const judged of runs) {
    const ms = endOf(judged);
    const day = ms === null ? "End not known" : dayInWords(ms);
    const list = days.get(day);
    if (list === undefined) days.set(day, [judged]);
    else list.push(judged);
  }
  return html`${[...days].map(
    ([day, list]) =>
      html`<section class="day"><h2>${day}</h2>${list.map((judged) => runCard(judged, nowMs))}</section>`,
  )}`;
}

function endOf({ run }: ListedRun): number | null {
  return isoInstant(run.completedAtMs) === null ? null : run.completedAtMs;
}

function runCard(listedRun: ListedRun, nowMs: number): Html | null {
  const { run, judged } = listedRun;
  const { verdict } = judged;
  if (verdict.kind !== "anomalous") return null;
  const evidence = evidenceSentence(listedRun.evidence);
  const url = runUrl(run);
  const name = run.runNumber === null ? `run ${run.runId}` : `#${run.runNumber}`;
  const attempt = run.runAttempt > 1 ? `, attempt ${run.runAttempt}` : "";
  const link =
    url === null
      ? html`<span class="run">${name}${attempt}</span>`
      : html`<a class="run" href="${url}" rel="noopener noreferrer">${name}${attempt}</a>`;
  const ms = endOf(listedRun);
  const when =
    ms === null
      ? null
      : html`<time datetime="${isoInstant(ms)}">${clockInWords(ms)}</time><span class="ago">${agoInWords(ms, nowMs)}</span>`;
  const chips = [
    run.branch === null
      ? null
      : html`<span class="chip"><span class="what">branch</span> ${cut(run.branch, NAME_CHARS)}</span>`,
    run.event === null
      ? null
      : html`<span class="chip"><span class="what">event</span> ${cut(run.event, NAME_CHARS)}</span>`,
    run.conclusion === null
      ? null
      : html`<span class="chip"><span class="what">ended in</span> ${run.conclusion.replaceAll("_", " ")}</span>`,
  ];
  return html`<article>
  <header><p class="when">${when}</p><h3><span class="repository">${cut(run.repositoryName, NAME_CHARS)}</span> <span class="workflow">${cut(run.workflowName, NAME_CHARS)}</span> ${link}</h3><p class="score" title="Odd from ${verdict.threshold.toFixed(2)}">score <b>${verdict.score.toFixed(2)}</b></p></header>
  <p class="reason">${cut(verdict.reason, REASON_CHARS)}</p>
  ${run.title === null || run.title === "" ? null : html`<p class="title">${cut(run.title, NAME_CHARS)}</p>`}
  ${comparisonTable(verdict.comparisons)}
  ${evidence === null ? null : html`<p class="evidence">${cut(evidence, EVIDENCE_CHARS)}</p>`}
  <p class="chips">${chips}</p>
</article>`;
}

/** What lies outside comes first; a number that is always the same, and is so here, says nothing. */
function comparisonTable(comparisons: readonly Comparison[]): Html | null {
  const telling = comparisons.filter(({ value, usualLow, usualHigh }) => value !== usualLow || value !== usualHigh);
  if (telling.length === 0) return null;
  const ordered = [...telling].sort((a, b) => Number(isOutside(b)) - Number(isOutside(a)));
  return html`<table><thead><tr><th scope="col">Measure</th><th scope="col">This run</th><th scope="col">Usual</th><th scope="col" class="picture">Against usual</th></tr></thead><tbody>${ordered.map(comparisonRow)}</tbody></table>`;
}

function isOutside({ value, usualLow, usualHigh }: Comparison): boolean {
  return value < usualLow || value > usualHigh;
}

function comparisonRow(comparison: Comparison): Html {
  const { feature, value, usualLow, usualHigh } = comparison;
  const unit = comparisonUnit(feature);
  const label = cut(comparisonLabel(feature), NAME_CHARS);
  const shown = formatValue(value, unit);
  const usual = formatRange(usualLow, usualHigh, unit);
  const side = value > usualHigh ? "above usual" : value < usualLow ? "below usual" : "as usual";
  const picture = Number.isFinite(value)
    ? rangePicture(comparison, `${label}: ${shown}, ${side}; usual ${usual}`)
    : null;
  return html`<tr class="${isOutside(comparison) ? "outside" : "inside"}"><th scope="row">${label}</th><td data-label="This run"><b>${shown}</b> <span class="side">${side}</span></td><td data-label="Usual">${usual}</td><td class="picture">${picture}</td></tr>`;
}
