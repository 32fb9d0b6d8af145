import type { AlertMessage } from "../../operations/alerts/alert-message.ts";
import { cut, printable } from "../../operations/text/visible-text.ts";

/** Quoted, in words, or the space between. */
const PARTS = /"[^"]*"|\S+|\s+/g;
/** Letters, digits and what means nothing to Markdown or GitHub. */
const PLAIN = /^[\p{L}\p{N} .,;:%…()+\-–→×±='’"/?!·]*$/u;
/**
 * What GitHub makes a link or a picture of by itself, in letters that PLAIN lets through: addresses, names of hosts, commits, references
 * such as GH-1 or those of another tracker, emoji by their names:
 * https://docs.github.com/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls.
 */
const ALIVE =
  /:\/\/|\bwww\.|[\p{L}\p{N}]\.\p{L}{2}|(?<![\p{L}\p{N}])[0-9a-f]{7,64}(?![\p{L}\p{N}])|[\p{L}]-\d|:[\p{L}\p{N}_+-]+:/iu;
/** At the beginning of a line these make a list. */
const BULLET = /^(?:[-+]|\d{1,9}[.)])$/;

/**
 * A text from outside for the body of an issue or comment: names with anything in them that GitHub or Markdown might wake are code spans,
 * in which nothing is a link, a mention, a reference or markup; the words between stay plain. One line, cut with "…".
 */
export function issueText(text: string, charsMax = 600): string {
  const shown: Piece[] = [];
  const add = (piece: Piece): void => {
    const before = shown.at(-1);
    if (before?.isCode === true && (piece.isCode || piece.text.trim() === ""))
      shown[shown.length - 1] = { isCode: true, text: before.text + piece.text };
    else if (piece.text !== "") shown.push(piece);
  };
  for (const [part] of printable(text, charsMax).trim().matchAll(PARTS)) {
    const isFirst = shown.length === 0;
    const isCode = part.trim() !== "" && (!PLAIN.test(part) || ALIVE.test(part) || (isFirst && BULLET.test(part)));
    if (part === "->") add({ isCode: false, text: "→" });
    else if (!isCode) add({ isCode, text: part });
    else {
      // What only stands beside a name is no part of it.
      const [, before = "", name = "", after = ""] = /^(\(*)(.*?)([.,;:)]*)$/su.exec(part) ?? [];
      add({ isCode: false, text: before });
      add({ isCode: true, text: name });
      add({ isCode: false, text: after });
    }
  }
  return shown.map(({ isCode, text: part }) => (isCode ? codeSpan(part) : part)).join("");
}

interface Piece {
  readonly isCode: boolean;
  readonly text: string;
}

const CODE_CHARS_MAX = 600;

/** One visible line. Backticks would end the span, a bar the cell of a table, and the beginning of an HTML comment might be taken for one of ours. */
export function codeSpan(text: string): string {
  const [, core = "", after = ""] = /^(.*?)(\s*)$/su.exec(printable(text, CODE_CHARS_MAX)) ?? [];
  // quotes around a name are not needed when the name is set apart
  const bare = /^"[^"]+"$/.test(core) ? core.slice(1, -1) : core;
  const dead = bare.replaceAll("`", "'").replaceAll("\\", "⧵").replaceAll("|", "∣").replaceAll("<!--", "‹!--").trim();
  return dead === "" ? after : `\`${dead}\`${after}`;
}

const TITLE_CHARS_MAX = 200;

/** The title of an issue in its own repository, which needs no naming there. */
export function titleOf({ title, repository }: Pick<AlertMessage, "title" | "repository">): string {
  const prefix = `${repository?.fullName ?? ""} `;
  const own = prefix !== " " && title.startsWith(prefix) ? title.slice(prefix.length).trim() : title;
  return issueTitle(own === "" ? title : own);
}

/** For a title, where code spans are shown as such but are no help in mails and lists: what might wake is shown by letters like it. */
export function issueTitle(text: string): string {
  const dead = printable(text, TITLE_CHARS_MAX)
    .replaceAll("`", "'")
    .replaceAll("\\", "⧵")
    .replaceAll("<", "‹")
    .replaceAll(">", "›")
    .replaceAll("://", "∶∕∕")
    .replace(/\bwww\./gi, "www․")
    .replace(/@(?=\S)/g, "＠")
    .replace(/#(?=\d)/g, "＃")
    .replace(/\b(GH|gh|[A-Z]{2,})-(?=\d)/g, "$1\u2011")
    .replace(/([*_~[\]!$&])/g, (mark) => MARKS[mark]!)
    .replace(/:(?=[\p{L}\p{N}_+-]+:)/gu, "∶");
  return cut(dead.trim() === "" ? "Oddrun has something to say" : dead, TITLE_CHARS_MAX);
}

const MARKS: Readonly<Record<string, string>> = {
  "*": "∗",
  _: "＿",
  "~": "∼",
  "[": "［",
  "]": "］",
  "!": "！",
  $: "＄",
  "&": "＆",
};
