import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { html, textOf } from "./html.ts";

test("values are escaped between tags and in attributes, markup and lists of it are not", () => {
  const inner = html`<b>${"<i>"}</b>`;
  const list = [inner, "&", 3, null];
  assert.equal(textOf(html`<p title="${`"'>`}">${list}</p>`), '<p title="&quot;&#39;&gt;"><b>&lt;i&gt;</b>&amp;3</p>');
});

test("no text can hold a tag, an entity or a quote", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const escaped = textOf(html`${text}`);
      assert.doesNotMatch(escaped, /[<>"'`]/);
      assert.doesNotMatch(escaped.replace(/&(amp|lt|gt|quot|#39|#96);/g, ""), /&/);
      assert.ok(escaped.isWellFormed());
    }),
    { seed: 7, numRuns: 100 },
  );
});

test("characters that hide or turn text are shown as their code point; emoji stay whole", () => {
  assert.equal(textOf(html`${"a\u202Eb\u0000c\u200Bd\uFEFF"}`), "a⟨U+202E⟩b⟨U+0000⟩c⟨U+200B⟩d⟨U+FEFF⟩");
  assert.equal(textOf(html`${"two\nlines\tand 👩‍🚀"}`), "two lines and 👩‍🚀");
});
