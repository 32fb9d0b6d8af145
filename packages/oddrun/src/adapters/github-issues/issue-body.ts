import { incidentName } from "@oddrun/core";
import type { AlertLink, AlertMessage } from "../../operations/alerts/alert-message.ts";
import { instantWords } from "../../operations/incidents/incidents-words.ts";
import { cut } from "../../operations/text/visible-text.ts";
import { commentMark, type IssueMemory, readMarker, STATUS_CHARS_MAX, writeMarker } from "./issue-marker.ts";
import { codeSpan, issueText } from "./issue-text.ts";
import { LABEL_NAMES } from "./order-labels.ts";

/** GitHub's bound is 65,536: https://docs.github.com/rest/issues/issues does not say so, its answer to more does. */
const BODY_CHARS_MAX = 65_536;
const BEGIN = "<!-- oddrun:begin -->";
const STATUS_END = "<!-- oddrun:status -->";
const LINES_MAX = 50;
const FACTS_MAX = 20;
/** What people wrote above and below is kept, as far as there is room. */
const OTHERS_CHARS_MAX = 20_000;

const SIGNS: Readonly<Record<AlertMessage["word"], string>> = {
  new: "🔴",
  grown: "🔺",
  reminder: "🔴",
  recovered: "✅",
  storm: "⛈️",
  digest: "📋",
  test: "👋",
};

/** The body of the issue that says `message`, with what it remembers. `before` is the body as it is: what people wrote around ours stays. */
export function issueBody(message: AlertMessage, memory: IssueMemory, before = ""): string {
  const parts = [
    `${SIGNS[message.word]} **${strong(message.title)}**`,
    factTable(message),
    ...(message.lines.length === 0 ? [] : [lineList(message)]),
    ...(message.links.length === 0 ? [] : [linkLine(message.links)]),
    ...(memory.about === "incident" ? [HOW_TO_ANSWER] : [issueText(message.howToMute)]),
    `<sub>${aboutLine(message)}</sub>`,
  ];
  return framed(parts.join("\n\n"), memory, split(before));
}

/** The same body with another memory: what it says stays, but for the status above it. */
export function withMemory(body: string, memory: IssueMemory): string {
  const { own, ...around } = split(body);
  const text = own.includes(STATUS_END) ? own.slice(own.indexOf(STATUS_END) + STATUS_END.length) : own;
  return framed(text.trim(), memory, around);
}

/** The same body, which keeps what was told while it lasted, with the end of it above. */
export function endedBody(message: AlertMessage, memory: IssueMemory, before: string): string {
  const said = `${SIGNS[message.word]} **${strong(message.title)}**`;
  const more = ` ${issueText(message.facts[0]?.text ?? "", 300)}`;
  const status = said.length + more.length <= STATUS_CHARS_MAX ? said + more : said;
  return withMemory(before, { ...memory, status });
}

/** What a comment says of the same incident later. */
export function commentBody(message: AlertMessage): string {
  const mark = commentMark("said", message.id);
  const parts = [`${SIGNS[message.word]} **${strong(message.title)}**`, factTable({ facts: newsIn(message) })];
  if (message.lines.length > 0) parts.push(lineList(message));
  if (message.links.length > 0) parts.push(linkLine(message.links));
  return `${fitted(parts.join("\n\n"), BODY_CHARS_MAX - mark.length - 2)}\n\n${mark}`;
}

function framed(text: string, memory: IssueMemory, { above, below }: Around): string {
  const marker = writeMarker(memory);
  const status = memory.status === null ? "" : `> ${memory.status}\n\n`;
  const room = BODY_CHARS_MAX - marker.length - above.length - below.length - 200;
  return `${above}${BEGIN}\n${fitted(`${status}${STATUS_END}\n${text}`, room)}\n\n${marker}${below}`;
}

/** What people wrote above and below. */
interface Around {
  readonly above: string;
  readonly below: string;
}

/** The part between our own marks, and what stands around it. Without a marker all before the other mark is somebody else's. */
function split(body: string): Around & { readonly own: string } {
  const begin = body.indexOf(BEGIN);
  const marker = readMarker(body);
  const half = OTHERS_CHARS_MAX / 2;
  const from = begin < 0 ? (marker?.from ?? body.length) : begin;
  const to = marker === null || marker.from < from ? body.length : marker.to;
  const ownTo = marker === null || marker.from < from ? body.length : marker.from;
  const above = cut(body.slice(0, from), half);
  return {
    above: above === "" || above.endsWith("\n") ? above : `${above}\n\n`,
    own: begin < 0 ? "" : body.slice(begin + BEGIN.length, ownTo).trim(),
    below: cut(body.slice(to), half),
  };
}

/** Cut at the end of a line, so that no table or code span is left open. */
function fitted(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const kept = text.slice(0, charsMax - 40);
  return `${kept.slice(0, kept.lastIndexOf("\n"))}\n\n… (cut)`;
}

/** Emphasis would be broken by a code span at its edge only in looks; nothing else is in it. */
const strong = (title: string): string => issueText(title, 200);

/** The issue itself, just above, has all of it by then. */
function newsIn({ word, facts }: AlertMessage): AlertMessage["facts"] {
  const news = word === "grown" || word === "reminder" ? facts.filter(({ label }) => NEWS_LABELS.has(label)) : facts;
  return news.length === 0 ? facts : news;
}

const NEWS_LABELS = new Set(["What", "Before", "Costs"]);

/** The first fact, which says what it is about, is the head of the table. */
function factTable({ facts }: Pick<AlertMessage, "facts">): string {
  const [head, ...rows] = facts
    .slice(0, FACTS_MAX)
    .map(({ label, text }, at) => [at === 0 ? issueText(label, 40) : `**${issueText(label, 40)}**`, issueText(text)])
    .map(([label, text]) => `| ${label} | ${text} |`);
  return head === undefined ? "" : [head, "| :-- | :-- |", ...rows].join("\n");
}

function lineList({ lines }: AlertMessage): string {
  const shown = lines.slice(0, LINES_MAX).map(({ text, link }) => {
    const to = link === null || !isOwnUrl(link.url) ? "" : ` ([${plainLabel(link.label)}](${link.url}))`;
    return `- ${issueText(text)}${to}`;
  });
  const rest = lines.length - shown.length;
  return [...shown, ...(rest > 0 ? [`- … and ${rest} more`] : [])].join("\n");
}

const linkLine = (links: readonly AlertLink[]): string =>
  links
    .filter(({ url }) => isOwnUrl(url))
    .map(({ label, url }) => `[${plainLabel(label)}](${url})`)
    .join(" · ");

/** Characters that end no link: what our own addresses are made of. */
const isOwnUrl = (url: string): boolean =>
  /^https?:\/\/[a-zA-Z0-9.:[\]-]{1,300}(?:\/[a-zA-Z0-9._~%/-]{0,1500})?$/.test(url);
const plainLabel = (label: string): string => label.replace(/[^\p{L}\p{N} .,'-]/gu, "");

function aboutLine({ incident, atMs }: AlertMessage): string {
  const about = incident === null ? "" : `${codeSpan(incidentName(incident.number))} · `;
  return `${about}Oddrun, ${instantWords(atMs)}`;
}

const HOW_TO_ANSWER = `<details>
<summary>Answer Oddrun: comment, or put a label on (write access needed)</summary>

| comment, on a line of its own | or label | what it does |
| :-- | :-- | :-- |
| \`/oddrun ack\` | \`${LABEL_NAMES.acknowledged}\` | you know: no more reminders |
| \`/oddrun mute 14d\` | \`${LABEL_NAMES.muted}\` (30 days) | silence until then |
| \`/oddrun accept\` | \`${LABEL_NAMES.accepted}\` | this is the usual level from now on; the issue is closed |
| \`/oddrun reject\` | \`${LABEL_NAMES.rejected}\` | this is no anomaly: the bar is raised, the issue is closed |
| \`/oddrun reopen\` | take the label off | takes that back |

A reason may follow: \`/oddrun accept twice the tests\`. Closing the issue says that you know.

</details>`;
