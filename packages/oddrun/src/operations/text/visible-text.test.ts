import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { alive } from "./living-markdown.contract.ts";
import { neutralMarkdown, neutralSentence } from "./neutral-markdown.ts";
import { cut, printable, printableJson, visible } from "./visible-text.ts";

test("what hides, steers or reorders is shown as its code point, and letters of any language and emoji stay", () => {
  assert.equal(visible("a\u001b[31m\u202Eb\u200Bc\u009bd\ud800"), "a⟨U+001B⟩[31m⟨U+202E⟩b⟨U+200B⟩c⟨U+009B⟩d\ufffd");
  assert.equal(visible("one\r\ntwo\u2028three"), "one  two⟨U+2028⟩three");
  for (const text of ["naïve – 日本語 العربية", "👩‍💻 🚀", "feature/x_y-1.2"]) assert.equal(visible(text), text);
});

test("any text becomes one visible line that is no longer than asked for", () => {
  const text = fc.string({ unit: "binary", maxLength: 300 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 100 }), (hostile, charsMax) => {
      const shown = printable(hostile, charsMax);
      assert.ok(shown.length <= charsMax);
      assert.ok(shown.isWellFormed());
      assert.doesNotMatch(shown, /(?!\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
    { seed: 7, numRuns: 300 },
  );
});

test("a cut never goes through a character", () => {
  assert.equal(cut("ab🚀cd", 4), "ab…");
  assert.equal(cut("ab🚀cd", 5), "ab🚀…");
  assert.equal(cut("abcd", 4), "abcd");
});

test("JSON keeps every character, none of them raw that cannot be seen", () => {
  const value = { branch: "a\u001b\u202E\u009b\u2028\u{e0041}b" };
  const json = printableJson(JSON.stringify(value));
  assert.doesNotMatch(json, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  assert.deepEqual(JSON.parse(json), value);
});

test("in Markdown nothing of a name comes alive", () => {
  for (const hostile of [
    "@octo",
    "![x](http://e.example)",
    "<img onerror=1>",
    "a|b",
    "`code`",
    "\\|",
    "https://e.example",
  ]) {
    const shown = neutralMarkdown(hostile);
    assert.match(shown, /^`[^`]*`$/, hostile);
    assert.doesNotMatch(shown, /(?<!\\)\|/, hostile);
    assert.match(neutralSentence(`metric ${hostile} 3, usual 1`), /^`/, hostile);
  }
  assert.equal(neutralSentence("duration 15 min, usual 4 to 6 min"), "duration 15 min, usual 4 to 6 min");
});

test("what comes alive in Markdown is seen to", () => {
  const none = () => false;
  for (const living of [
    "@octocat",
    "see #12",
    "[x](https://e.example)",
    "![x](x.png)",
    "<img src=x>",
    "https://e.example",
    "<details open ontoggle=x>",
    "<!-- x -->",
    "<summary>@octo</summary>",
  ]) {
    assert.notDeepEqual(alive(living, none), [], living);
  }
  assert.deepEqual(
    alive("`@octocat` and **ours** [run](https://github.com/o/r)", (url) => url.endsWith("/o/r")),
    [],
  );
});

test("names in quotation marks are code spans, and no name leads out of them", () => {
  assert.equal(neutralSentence('job "unit (2/2)" takes $0.08'), "job `unit (2/2)` takes $0.08");
  for (const name of ['x" @octo "y', "x`y", '"', '""', "@octo", "a_b_c", '" https://e.example "', ":tada:", "GH-1"]) {
    for (const text of [`job "${name}": 3 min`, `${name} takes longer`]) {
      assert.deepEqual(
        alive(neutralSentence(text), () => false),
        [],
        text,
      );
    }
  }
});
