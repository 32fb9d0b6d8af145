import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { everywhere } from "../../operations/alerts/alert-fixtures.contract.ts";
import { sampleMessages } from "../../operations/alerts/alert-samples.contract.ts";
import { hostileStrings } from "../../operations/text/hostile-strings.contract.ts";
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

test("each message is within what its receiver documents, whatever things are called", () => {
  const all = [sampleMessages(), ...[...hostileStrings().values()].map((name) => sampleMessages(everywhere(name)))];
  for (const messages of all) {
    for (const [word, message] of Object.entries(messages)) {
      for (const kind of KINDS) {
        const payload: unknown = JSON.parse(JSON.stringify(payloadOf(kind, message)));
        assert.deepEqual(againstLimits(kind, payload), [], `${kind} ${word} ${message.title}`);
      }
    }
  }
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
