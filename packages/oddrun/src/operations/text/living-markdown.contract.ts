import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/** Elements that our own Markdown makes. */
const OWN_TAGS = new Set(
  "p h1 h2 h3 h4 ul ol li table thead tbody tr th td strong em b code pre details summary a hr".split(" "),
);

/**
 * What of a text has come alive, judged by the HTML that GitHub's Markdown makes of it before any cleaning: elements and links that are
 * none of ours, mentions and references outside of code. Empty where nothing has.
 */
export function alive(markdown: string, isOwnLink: (url: string) => boolean): readonly string[] {
  const found: string[] = [];
  const markup = micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
  });
  for (const [tag, name = "", attributes = ""] of markup.matchAll(/<\/?([a-zA-Z][^\s/>]*)([^>]*)>/g)) {
    const href = /^ href="([^"]*)"$/.exec(attributes)?.[1];
    const isOwn =
      href === undefined
        ? /^(?: align="(?:left|right)"| open(?:="")?| class="language-mermaid"| start="\d+")?$/.test(attributes)
        : isOwnLink(href);
    if (!OWN_TAGS.has(name) || !isOwn) found.push(tag);
  }
  if (/<!--|<\?|<!\[/.test(markup)) found.push("a comment or instruction");
  const text = markup.replace(/<(pre|code)\b[^>]*>[^]*?<\/\1>/g, " ").replace(/<[^>]*>/g, " ");
  for (const [reference] of text.matchAll(/@\w|#\d|GH-\d|https?:|www\.|:[a-z_]+:/gi)) found.push(reference);
  return found;
}
