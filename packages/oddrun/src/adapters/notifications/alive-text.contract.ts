import { stringsIn } from "./bench.contract.ts";

/** Oddrun's own links lead to the repositories of the tests, or to GitHub's page about itself. */
const OWN_LINK = /^https:\/\/(?:github\.com\/octo-org\/shop(?:\/|$)|www\.githubstatus\.com$)/;
/** What some client makes a link, a mention, a format or a value of, though it is plain text. */
const WAKES = /:\/\/|\bwww\.|\bjavascript:|\bmailto:|<|\{\{|[$@#]\{|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** What comes alive in a message to Slack: any markup in plain text, any link in ours that leads elsewhere. */
export function aliveInSlack(body: string): readonly string[] {
  const { text, blocks } = JSON.parse(body) as { readonly text: string; readonly blocks: readonly unknown[] };
  const found: string[] = [];
  if (/[<>&*_~`]|@\S|:\/\/|[\p{L}\p{N}]\.\p{L}{2}/u.test(text)) found.push(text);
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { type, text: own } = value as { readonly type?: unknown; readonly text?: unknown };
    if (type === "plain_text" && typeof own === "string" && WAKES.test(ownLines(own))) found.push(own);
    if (type === "mrkdwn" && typeof own === "string") {
      for (const [, url] of own.matchAll(/<([^|>]*)/g)) if (!OWN_LINK.test(url!)) found.push(url!);
      if (/[@*_~`]|:\/\/(?![^<>]*\|)/.test(own.replace(/<[^>]*>/g, ""))) found.push(own);
    }
    for (const one of Object.values(value)) visit(one);
  };
  visit(blocks);
  return found;
}

/** In a card: elements that know Markdown, templates, mentions, and links elsewhere. */
export function aliveInTeams(body: string): readonly string[] {
  const found: string[] = [];
  for (const [name, text] of stringsIn(JSON.parse(body))) {
    if (name === "url" ? !OWN_LINK.test(text) : name !== "$schema" && WAKES.test(withoutJoiners(text)))
      found.push(`${name}: ${text}`);
    if (name === "type" && /^(?:TextBlock|FactSet|Image|Media|Input|mention|Action\.(?!OpenUrl))/.test(text))
      found.push(text);
    if (name === "entities") found.push(name);
  }
  return found;
}

/** In an event: its texts are for a program; its links are ours, and nothing invisible stands raw in it. */
export function aliveInEvent(body: string): readonly string[] {
  const found = [...(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.exec(body) ?? [])];
  for (const [name, text] of stringsIn(JSON.parse(body))) {
    if (name === "html_url" && !OWN_LINK.test(text)) found.push(text);
    if (name === "source" && text !== "oddrun" && !OWN_LINK.test(text)) found.push(text);
  }
  return found;
}

/** The lines of a list are our own. */
const ownLines = (text: string): string => withoutJoiners(text).replace(/\n(?=• )/g, " ");

/** Emoji of several parts need it, and nothing else does. */
const withoutJoiners = (text: string): string => text.replaceAll("\u200d", "");
