import type { AlertLine, AlertMessage } from "../../operations/alerts/alert-message.ts";
import { deadText } from "./dead-text.ts";
import { isOwnAddress, linksOf, MAY_REPEAT, type MessageContext } from "./message-parts.ts";

/**
 * What a message to Teams may be at most: 28 KB (learn.microsoft.com, "Format cards in Microsoft Teams" and "Create incoming webhooks").
 * A card shows six actions (same place, "Adaptive Card actions").
 */
export const TEAMS_LIMITS = { bytes: 28 * 1024, actions: 6 } as const;

const TITLE_CHARS = 160;
const FACT_CHARS = 600;
const LINE_CHARS = 400;
const LINES_MAX = 20;
const FACTS_MAX = 20;
/** Some room for what is put around it on the way. */
const BYTES_MAX = TEAMS_LIMITS.bytes - 2048;

interface OpenUrl {
  readonly type: "Action.OpenUrl";
  readonly title?: string;
  readonly url: string;
}
/** Text runs know no Markdown: a name is a name there. */
interface TextRun {
  readonly type: "TextRun";
  readonly text: string;
  readonly weight?: "Bolder";
  readonly size?: "Large" | "Small";
  readonly isSubtle?: true;
  readonly selectAction?: OpenUrl;
}
interface RichTextBlock {
  readonly type: "RichTextBlock";
  readonly inlines: readonly TextRun[];
  readonly spacing?: "Small" | "Medium";
  readonly separator?: true;
}
interface ColumnSet {
  readonly type: "ColumnSet";
  readonly spacing: "Small";
  readonly columns: readonly {
    readonly type: "Column";
    readonly width: string;
    readonly items: readonly RichTextBlock[];
  }[];
}

export interface AdaptiveCard {
  readonly type: "AdaptiveCard";
  readonly $schema: "http://adaptivecards.io/schemas/adaptive-card.json";
  readonly version: "1.4";
  readonly fallbackText: string;
  readonly body: readonly (RichTextBlock | ColumnSet)[];
  readonly actions: readonly OpenUrl[];
  readonly msteams: { readonly width: "Full" };
}

export interface TeamsMessage {
  readonly type: "message";
  readonly attachments: readonly {
    readonly contentType: "application/vnd.microsoft.card.adaptive";
    readonly content: AdaptiveCard;
  }[];
}

/** The message for a workflow that begins with "When a Teams webhook request is received". */
export function teamsMessage(message: AlertMessage, context: MessageContext): TeamsMessage {
  for (let lineCount = Math.min(LINES_MAX, message.lines.length); ; lineCount = Math.floor(lineCount / 2)) {
    const made = withLines(message, context, lineCount);
    if (lineCount === 0 || Buffer.byteLength(JSON.stringify(made)) <= BYTES_MAX) return made;
  }
}

function withLines(message: AlertMessage, { mayRepeat }: MessageContext, lineCount: number): TeamsMessage {
  const { title, facts, lines, howToMute } = message;
  const left = lines.length - lineCount;
  const notes = [...(mayRepeat ? [MAY_REPEAT] : []), howToMute].filter((note) => note !== "");
  const content: AdaptiveCard = {
    type: "AdaptiveCard",
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    version: "1.4",
    fallbackText: run(title, TITLE_CHARS).text,
    body: [
      block([{ ...run(title, TITLE_CHARS), weight: "Bolder", size: "Large" }]),
      ...facts.slice(0, FACTS_MAX).map(({ label, text }) => factRow(label, text)),
      ...lines.slice(0, lineCount).map((line, at) => lineBlock(line, at === 0)),
      ...(left > 0 ? [block([{ ...run(`and ${left} more`, LINE_CHARS), isSubtle: true }])] : []),
      ...notes.map((note, at) => ({
        ...block([{ ...run(note, FACT_CHARS), size: "Small" as const, isSubtle: true as const }]),
        spacing: "Medium" as const,
        ...(at === 0 ? { separator: true as const } : {}),
      })),
    ],
    actions: linksOf(message)
      .slice(0, TEAMS_LIMITS.actions)
      .map(({ label, url }) => ({ type: "Action.OpenUrl", title: label, url })),
    msteams: { width: "Full" },
  };
  return { type: "message", attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content }] };
}

function factRow(label: string, text: string): ColumnSet {
  return {
    type: "ColumnSet",
    spacing: "Small",
    columns: [
      { type: "Column", width: "120px", items: [block([{ ...run(label, 40), weight: "Bolder" }])] },
      { type: "Column", width: "stretch", items: [block([run(text, FACT_CHARS)])] },
    ],
  };
}

function lineBlock({ text, link }: AlertLine, isFirst: boolean): RichTextBlock {
  const shown = run(text, LINE_CHARS);
  const open =
    link === null || !isOwnAddress(link.url)
      ? {}
      : { selectAction: { type: "Action.OpenUrl", url: link.url } as const };
  return { ...block([{ ...shown, ...open }]), spacing: "Small", ...(isFirst ? { separator: true } : {}) };
}

const run = (text: string, charsMax: number): TextRun => {
  const dead = deadText(text, charsMax);
  return { type: "TextRun", text: dead.trim() === "" ? "(no name)" : dead };
};
const block = (inlines: readonly TextRun[]): RichTextBlock => ({ type: "RichTextBlock", inlines });
