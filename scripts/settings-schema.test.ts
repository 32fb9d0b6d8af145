import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseSettings } from "../packages/oddrun/src/adapters/settings/index.ts";
import { SETTINGS_SCHEMA, settingsSchemaText } from "./settings-schema.ts";

test("docs/oddrun.schema.json is what the reader goes by", () => {
  assert.equal(
    JSON.stringify(JSON.parse(readFileSync(SETTINGS_SCHEMA, "utf8"))),
    JSON.stringify(JSON.parse(settingsSchemaText())),
    "write it anew: node scripts/settings-schema.ts && npm run fix",
  );
});

test("every settings file on a page is one that is read", () => {
  let count = 0;
  for (const page of ["docs/alerts.md", "docs/settings.md", "docs/action.md", "README.md"]) {
    for (const [, block] of textOf(page).matchAll(/^```yaml\n([\s\S]*?)^```/gm)) {
      if (
        !/^(version|alerts|watch|channels|routes|privacy):/m.test(block!) ||
        /^(on|jobs|permissions|env|steps):/m.test(block!)
      )
        continue;
      // a page may show routes beside the channels of another block
      const names = [...block!.matchAll(/\bto: \[([^\]]*)\]/g)].flatMap(([, list]) =>
        list!.split(/, ?/).filter(Boolean),
      );
      const channels = [...new Set(names)]
        .filter((name) => name !== "issues")
        .map((name) => `  ${name}: { kind: slack, url-from: URL }\n`);
      const text =
        block!.includes("channels:") || channels.length === 0 ? block! : `${block}channels:\n${channels.join("")}`;
      parseSettings(text, page);
      count += 1;
    }
  }
  assert.ok(count >= 3, `only ${count} were found`);
});

function textOf(page: string): string {
  try {
    return readFileSync(new URL(`../${page}`, import.meta.url), "utf8");
  } catch {
    return "";
  }
}
