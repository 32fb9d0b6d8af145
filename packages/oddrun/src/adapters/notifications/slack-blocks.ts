import type { AlertLine, AlertLink, AlertMessage } from "../../operations/alerts/alert-message.ts";
import { deadText, deaderText } from "./dead-text.ts";
import { isOwnAddress, linksOf, MAY_REPEAT, type MessageContext } from "./message-parts.ts";

/** As Slack documents them: docs.slack.dev/reference/block-kit, "blocks", "header", "section", "context". */
export const SLACK_LIMITS = { blocks: 50, headerChars: 150, sectionChars: 3000, contextElements: 10 } as const;

/** Shorter than Slack allows: nobody reads more of one thing in a channel. */
const FACT_CHARS = 600;
const LINE_CHARS = 500;
const LINES_MAX = 20;
/** With its heading, links and mute there is room for so many facts. */
const FACTS_MAX = 20;
const LINKS_MAX = 8;

interface PlainText {
  readonly type: "plain_text";
  readonly text: string;
  readonly emoji: false;
}
/** Only for what Oddrun made itself. */
interface OwnText {
  readonly type: "mrkdwn";
  readonly text: string;
  readonly verbatim: true;
}

export type SlackBlock =
  | { readonly type: "header"; readonly text: PlainText }
  | { readonly type: "divider" }
  | { readonly type: "section"; readonly text: PlainText | OwnText }
  | { readonly type: "context"; readonly elements: readonly (PlainText | OwnText)[] };

export interface SlackMessage {
  /** What a notification shows. */
  readonly text: string;
  readonly mrkdwn: false;
  readonly unfurl_links: false;
  readonly unfurl_media: false;
  readonly blocks: readonly SlackBlock[];
}

/** The message for an incoming webhook. What may hold names from outside is plain text; links are made from our own addresses. */
export function slackMessage(message: AlertMessage, { mayRepeat }: MessageContext): SlackMessage {
  const { title, facts, lines, howToMute } = message;
  const shown = lines.slice(0, LINES_MAX);
  const notes = [...(mayRepeat ? [MAY_REPEAT] : []), howToMute];
  const blocks: readonly SlackBlock[] = [
    { type: "header", text: plain(title, SLACK_LIMITS.headerChars) },
    ...facts
      .slice(0, FACTS_MAX)
      .map(({ label, text }): SlackBlock => ({ type: "section", text: plain(`${label}: ${text}`, FACT_CHARS) })),
    ...(shown.length === 0 ? [] : [{ type: "divider" } as const]),
    ...linesInSections(shown),
    ...(lines.length > shown.length ? [context([plain(`and ${lines.length - shown.length} more`, LINE_CHARS)])] : []),
    ...openSections(shown),
    ...linkBlock(linksOf(message).slice(0, LINKS_MAX)),
    context(notes.filter((note) => note !== "").map((note) => plain(note, FACT_CHARS))),
  ];
  return {
    text: deaderText(title, SLACK_LIMITS.headerChars),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: blocks.filter((block) => block.type !== "context" || block.elements.length > 0),
  };
}

/** Few lines a section, so that all of them are below its limit. */
function linesInSections(lines: readonly AlertLine[]): readonly SlackBlock[] {
  const perSection = Math.floor(SLACK_LIMITS.sectionChars / (LINE_CHARS + 3));
  const texts = lines.map(({ text }) => `• ${deadText(text, LINE_CHARS)}`);
  return Array.from({ length: Math.ceil(texts.length / perSection) }, (_, at) => {
    const text = texts.slice(at * perSection, (at + 1) * perSection).join("\n");
    return section({ type: "plain_text", text, emoji: false });
  });
}

/** The links of the lines, as many in a section as fit: names and hosts of an enterprise may be long. */
function openSections(lines: readonly AlertLine[]): readonly SlackBlock[] {
  const texts: string[] = [];
  for (const { incidentNumber, link } of lines) {
    if (link === null || !isOwnAddress(link.url)) continue;
    const open = `<${link.url}|INC-${incidentNumber}>`;
    const joined = texts.length === 0 ? `Open: ${open}` : `${texts.at(-1)} · ${open}`;
    if (texts.length > 0 && joined.length > SLACK_LIMITS.sectionChars) texts.push(open);
    else texts.splice(-1, 1, joined);
  }
  return texts.map((text) => section(own(text)));
}

function linkBlock(links: readonly AlertLink[]): readonly SlackBlock[] {
  return links.length === 0 ? [] : [section(own(links.map(({ label, url }) => `<${url}|${label}>`).join("  ·  ")))];
}

const plain = (text: string, charsMax: number): PlainText => {
  const dead = deadText(text, charsMax);
  // a text without a letter is refused
  return { type: "plain_text", text: dead.trim() === "" ? "(no name)" : dead, emoji: false };
};
const own = (text: string): OwnText => ({ type: "mrkdwn", text, verbatim: true });
const section = (text: PlainText | OwnText): SlackBlock => ({ type: "section", text });
const context = (elements: readonly PlainText[]): SlackBlock => ({ type: "context", elements });
