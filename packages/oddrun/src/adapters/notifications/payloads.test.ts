import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { everywhere } from "../../operations/alerts/alert-fixtures.contract.ts";
import { sampleMessages } from "../../operations/alerts/alert-samples.contract.ts";
import { hostileStrings } from "../../operations/text/hostile-strings.contract.ts";
import { printableJson } from "../../operations/text/visible-text.ts";
import { aliveInEvent, aliveInSlack, aliveInTeams } from "./alive-text.contract.ts";
import { againstLimits } from "./payload-limits.contract.ts";
import { payloadOf } from "./payload-of.ts";

const KINDS = ["slack", "teams", "webhook"] as const;

test("each message looks as it did: what changed in fixtures/alerts is to be looked at", () => {
  for (const [word, message] of Object.entries(sampleMessages())) {
    for (const kind of KINDS) {
      const file = new URL(`../../../../../fixtures/alerts/${kind}-${word}.json`, import.meta.url);
      const text = `${JSON.stringify(payloadOf(kind, message), null, 2)}\n`;
      // run once with this set to write them anew, and read the difference
      if (process.env["ODDRUN_GOLDEN"] === "write") writeFileSync(file, text);
      assert.equal(text, readFileSync(file, "utf8"), `${kind} ${word}`);
    }
  }
});

const ALIVE = { slack: aliveInSlack, teams: aliveInTeams, webhook: aliveInEvent };

test("each message is within what its receiver documents, and nothing in it comes alive, whatever things are called", () => {
  const all = [sampleMessages(), ...[...hostileStrings().values()].map((name) => sampleMessages(everywhere(name)))];
  for (const messages of all) {
    for (const [word, message] of Object.entries(messages)) {
      for (const kind of KINDS) {
        const payload: unknown = JSON.parse(JSON.stringify(payloadOf(kind, message)));
        assert.deepEqual(againstLimits(kind, payload), [], `${kind} ${word} ${message.title}`);
        assert.deepEqual(ALIVE[kind](printableJson(JSON.stringify(payload))), [], `${kind} ${word} ${message.title}`);
      }
    }
  }
});

test("twenty incidents in a repository and on a host with the longest names are within every limit, each with its link", () => {
  const base = `https://${"ghe.".repeat(12)}example.com/${"o".repeat(39)}/${"r".repeat(100)}`;
  const lines = Array.from({ length: 20 }, (_, at) => ({
    incidentNumber: 1000 + at,
    kind: "slower" as const,
    text: "\u5b57".repeat(600),
    link: { label: "First run of it", url: `${base}/actions/runs/${17_204_118_006 + at}/attempts/1` },
  }));
  const message = { ...sampleMessages().storm, lines };
  for (const kind of KINDS) assert.deepEqual(againstLimits(kind, payloadOf(kind, message)), [], kind);
  const opened = JSON.stringify(payloadOf("slack", message)).match(/\|INC-\d+>/g);
  assert.deepEqual(
    opened,
    lines.map(({ incidentNumber }) => `|INC-${incidentNumber}>`),
  );
});

test("what is beyond a limit is seen", () => {
  const slack = payloadOf("slack", sampleMessages().new) as { readonly blocks: readonly object[] };
  assert.notDeepEqual(
    againstLimits("slack", { ...slack, blocks: Array.from({ length: 51 }, () => ({ type: "divider" })) }),
    [],
  );
  assert.notDeepEqual(
    againstLimits("slack", {
      ...slack,
      blocks: [{ type: "header", text: { type: "plain_text", text: "x".repeat(151), emoji: false } }],
    }),
    [],
  );
  assert.notDeepEqual(againstLimits("webhook", { ...payloadOf("webhook", sampleMessages().new), id: "" }), []);
});

test("what comes alive is seen", () => {
  const message = sampleMessages().new;
  const waking = (kind: keyof typeof ALIVE, from: string, to: string): number =>
    ALIVE[kind](JSON.stringify(payloadOf(kind, message)).replaceAll(from, to)).length;
  for (const to of ["<!channel>", "https://evil.example", "www.evil.example", "{{DATE(x)}}"]) {
    assert.ok(waking("slack", "npm test", to) > 0, to);
    assert.ok(waking("teams", "npm test", to) > 0, to);
  }
  for (const kind of ["slack", "teams", "webhook"] as const) {
    assert.ok(waking(kind, "https://github.com/octo-org/shop/actions", "https://evil.example") > 0, kind);
  }
  assert.ok(waking("teams", "RichTextBlock", "TextBlock") > 0);
});
