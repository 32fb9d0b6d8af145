import { visible } from "./visible-text.ts";

/** Text that is markup already: made by `html` only, so that anything else is escaped. */
export interface Html {
  readonly [markup]: string;
}

const markup: unique symbol = Symbol("markup");

export type HtmlValue = string | number | null | Html | readonly HtmlValue[];

/** Markup from a template; every value that is not markup itself is escaped, null is nothing. Attributes need quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = strings[0]!;
  for (const [index, value] of values.entries()) text += textOf(value) + strings[index + 1]!;
  return { [markup]: text };
}

export function textOf(value: HtmlValue): string {
  if (value === null) return "";
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return String(value);
  if (isList(value)) return value.map(textOf).join("");
  return value[markup];
}

function isList(value: Html | readonly HtmlValue[]): value is readonly HtmlValue[] {
  return Array.isArray(value);
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Safe between tags and in quoted attributes; characters that hide or reorder text are made visible. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, (character) => ESCAPES[character]!);
}
