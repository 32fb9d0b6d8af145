import { printable } from "../../operations/text/visible-text.ts";

/**
 * Text in which nothing can come alive, whatever a client makes of plain text: brackets of mentions and links, the slashes of an address
 * and the braces of templates are shown by letters that look like them. One visible line, cut with "…".
 */
export function deadText(text: string, charsMax: number): string {
  return printable(text, charsMax)
    .replaceAll("->", "→")
    .replaceAll("<", "‹")
    .replaceAll(">", "›")
    .replaceAll("://", ":∕∕")
    .replace(/\bwww\./gi, (www) => `${www.slice(0, 3)}․`)
    .replace(/\b(javascript|data|vbscript|mailto|file):/gi, "$1∶")
    .replaceAll("{{", "❴❴")
    .replaceAll("}}", "❵❵")
    .replace(/([$@#])\{/g, "$1❴");
}

/** The same for places where a client looks for names and addresses by itself, such as a notification. */
export function deaderText(text: string, charsMax: number): string {
  return deadText(text, charsMax)
    .replaceAll("&", "＆")
    .replace(/@(?=\S)/g, "＠")
    .replace(/(?<=[\p{L}\p{N}])\.(?=\p{L}{2})/gu, "․")
    .replace(/[*_~`]/g, (mark) => MARKS[mark]!);
}

const MARKS: Readonly<Record<string, string>> = { "*": "∗", _: "＿", "~": "∼", "`": "'" };
