import { accountMarkdown } from "../explain/explain-run-text.ts";
import { causeWords } from "../explain/explain-words.ts";
import { checkNotes } from "../check/check-notes.ts";
import { percentText, sureText, usualRange, verdictWords } from "../check/check-words.ts";
import type { JobCheck, RunCheck } from "../check/run-check.ts";
import { spanText } from "../explain/explain-words.ts";
import { markdownTable } from "../text/markdown-table.ts";
import { neutralSentence } from "../text/neutral-markdown.ts";
import { runUrl } from "../text/run-url.ts";
import { accountChart } from "./mermaid.ts";
import { COMMENT_BYTES_MAX, type SummaryBlock, withinBytes } from "./summary-blocks.ts";
import { codeHtml, nameCell } from "./summary-words.ts";

/** The last line of the comment: by it the comment is found again and edited. It holds nothing from outside. */
export const CHECK_COMMENT_MARKER = "<!-- oddrun:check -->";

const JOBS_MAX = 8;
const CHECKS_MAX = 30;
const KIND_ORDER = ["failing", "slower", "faster", "within-noise", "too-little-history", "not-checked"] as const;

/** The comment on a pull request and the job summary: one sentence, one table; where the time went is folded. Quiet within noise. */
export function checkSummary(checks: readonly RunCheck[], { bytesMax = COMMENT_BYTES_MAX } = {}): string {
  return withinBytes(checkBlocks(checks), bytesMax);
}

function checkBlocks(checks: readonly RunCheck[]): readonly SummaryBlock[] {
  const order = (check: RunCheck): number => KIND_ORDER.indexOf(check.kind);
  const sorted = checks.toSorted((one, other) => order(one) - order(other));
  const shown = sorted.slice(0, CHECKS_MAX);
  const more = sorted.length - shown.length;
  return [
    { name: "the verdict", lines: [headline(checks)], rank: 0 },
    {
      name: "the table",
      lines: isQuiet(checks) ? quietTable(shown) : fullTable(shown),
      rank: 0,
    },
    { name: "more", lines: more > 0 ? [`And ${more} more workflows.`] : [], rank: 0 },
    ...shown.map((check, place) => detailsBlock(check, place)),
  ];
}

function headline(checks: readonly RunCheck[]): string {
  const count = (kind: RunCheck["kind"]): number => checks.filter((check) => check.kind === kind).length;
  const parts = (["failing", "slower", "faster"] as const)
    .filter((kind) => count(kind) > 0)
    .map((kind) => (checks.length === 1 ? kind : `${count(kind)} ${kind}`));
  const [only] = checks;
  if (only === undefined) return "### Oddrun: no finished runs to check yet";
  if (parts.length > 0) {
    const what =
      checks.length === 1 ? `this run is ${parts.join(", ")}` : `of ${checks.length} workflows ${parts.join(", ")}`;
    return `### Oddrun: ${what}`;
  }
  if (checks.some(({ failures }) => failures.length > 0)) return "### Oddrun: fails here as it does elsewhere";
  const isUnknown = checks.every(({ kind }) => kind === "too-little-history" || kind === "not-checked");
  return isUnknown ? "### Oddrun: too little history to compare with yet" : "### Oddrun: no difference beyond noise";
}

const isQuiet = (checks: readonly RunCheck[]): boolean =>
  checks.every(({ kind, failures, waitedMs }) => kind === "within-noise" && failures.length === 0 && waitedMs === 0);

const quietTable = (checks: readonly RunCheck[]): readonly string[] =>
  markdownTable(
    ["workflow", "this run:", "usual", "difference:"],
    checks.map((check) => row(check).slice(0, 4)),
  );

const fullTable = (checks: readonly RunCheck[]): readonly string[] =>
  markdownTable(["workflow", "this run:", "usual", "difference:", "how sure:", "verdict"], checks.map(row));

function row(check: RunCheck): readonly string[] {
  const { run, whole } = check;
  const url = runUrl(run);
  const took = whole === null || whole.kind === "too-little-history" ? run.duration.ms : whole.value;
  const shown = took === null ? "" : spanText(took);
  const isCompared = whole !== null && whole.kind !== "too-little-history";
  const beyond = isCompared && whole.kind !== "within-noise";
  return [
    nameCell(run.workflowName),
    url === null || shown === "" ? shown : `[${shown}](${url})`,
    isCompared ? usualRange(whole) : "",
    isCompared ? percentText(whole.ratio) : "",
    beyond ? sureText(whole.chance) : "",
    verdictCell(check),
  ];
}

function verdictCell(check: RunCheck): string {
  const { kind, whole, failures } = check;
  if (kind === "within-noise" && failures.length === 0 && check.waitedMs === 0) return "within noise";
  if ((kind === "slower" || kind === "faster") && whole?.kind === kind) {
    const { cause, account } = check;
    const words = account === null ? null : causeWords(cause, account);
    return `**${kind}**${words === null ? "" : `. ${neutralSentence(words)}`}`;
  }
  const words = neutralSentence(verdictWords(check));
  return kind === "failing" || kind === "slower" ? `**${kind}**: ${words}` : words;
}

/** How the verdict comes about, folded; of runs within noise there is nothing to unfold but what they were compared with. */
function detailsBlock(check: RunCheck, place: number): SummaryBlock {
  const { run, kind, jobs, account } = check;
  const notes = checkNotes(check).map((note) => neutralSentence(note, 1200));
  const isBeyond = kind === "slower" || kind === "faster";
  const parts = [
    isBeyond ? jobsTable(jobs) : [],
    isBeyond && account !== null ? accountMarkdown(account) : [],
    isBeyond && account !== null ? accountChart(account) : [],
    notes.length > 0 ? [notes.join(" ")] : [],
  ].filter((lines) => lines.length > 0);
  const body = parts.flatMap((lines) => ["", ...lines]);
  const summary = `${codeHtml(run.workflowName)}: ${isBeyond ? "where the time went" : "how it was compared"}`;
  const lines = body.length === 0 ? [] : [`<details><summary>${summary}</summary>`, ...body, "", "</details>"];
  return { name: "how a workflow was compared", lines, rank: 10 + place };
}

function jobsTable(jobs: readonly JobCheck[]): readonly string[] {
  const beyond = jobs.filter(({ compared }) => compared.kind !== "within-noise").slice(0, JOBS_MAX);
  return markdownTable(
    ["job", "this run:", "usual", "difference:", "how sure:"],
    beyond.map(({ job, compared }) => [
      nameCell(job),
      spanText(compared.value),
      usualRange(compared),
      percentText(compared.ratio),
      sureText(compared.chance),
    ]),
  );
}
