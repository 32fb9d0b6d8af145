import { printable } from "../text/visible-text.ts";
import type { AlertMessage } from "./alert-message.ts";

const LINE_CHARS = 500;
const shown = (text: string): string => printable(text, LINE_CHARS);

/** The message for a terminal. */
export function messageText({ title, facts, lines, links, howToMute }: AlertMessage): string {
  return `${[
    shown(title),
    "",
    ...facts.map(({ label, text }) => `${shown(label)}: ${shown(text)}`),
    ...lines.map(({ text }) => `  ${shown(text)}`),
    ...(links.length === 0 ? [] : ["", ...links.map(({ label, url }) => `${shown(label)}: ${shown(url)}`)]),
    "",
    shown(howToMute),
  ].join("\n")}\n`;
}
