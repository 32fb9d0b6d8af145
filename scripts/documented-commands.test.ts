import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { callableCommands } from "./callable-commands.ts";
import { commandFindings, ROOT } from "./workflow-policy.ts";

const callable = await callableCommands();
const pages = globSync(["README.md", "CONTRIBUTING.md", "docs/*.md", "terraform/**/README.md"], { cwd: ROOT });

/** The commands of a page, one a line: its blocks without their prompts, and what stands in its text as code. */
function commandsOf(page: string): string[] {
  const blocks = [...page.matchAll(/^```(?:sh|bash|console|yaml|yml)?\n([\s\S]*?)^```/gm)].map(([, block]) => block!);
  const inline = [...page.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
  const lines = blocks.flatMap((block) => block.replaceAll(/\\\r?\n\s*/g, " ").split("\n"));
  return [...lines, ...inline]
    .map((line) => line.replace(/^\s*(?:- )?(?:run: )?(?:\$ )?(?:[A-Z_]+=\S* )*/, "").replace(/\s#.*$/, ""))
    .filter((line) => /^(npx |npm |node |oddrun )/.test(line) && !/\bNAME\.test\.ts\b/.test(line));
}

const findingsIn = (page: string): string[] => commandsOf(page).flatMap((line) => commandFindings(line, callable));

test("every command on a page is one that there is, with options that it takes", () => {
  let count = 0;
  for (const file of pages) {
    const page = readFileSync(join(ROOT, file), "utf8");
    count += commandsOf(page).length;
    assert.deepEqual(findingsIn(page), [], file);
  }
  assert.ok(pages.length > 10 && count > 60, `${count} commands on ${pages.length} pages`);
});

const FAULTS: readonly (readonly [what: string, page: string, finding: RegExp])[] = [
  ["a command in a block", "```sh\noddrun teach\n```\n", /oddrun teach is no command/],
  ["an option behind a prompt", "```console\n$ npx oddrun train --form a/b\n```\n", /train knows no --form/],
  ["an option after a broken line", "```sh\nTOKEN=x npx oddrun train \\\n  --model m\n```\n", /knows no --model/],
  ["an option in the text", "Say `oddrun score --endpont x`.\n", /score knows no --endpont/],
  ["an npm script", "```sh\nnpm run becnh\n```\n", /npm run becnh is not in package\.json/],
  ["a script's option", "Run `node scripts/packed.ts --node 22`.\n", /packed\.ts knows no --node/],
];

for (const [what, page, finding] of FAULTS) {
  test(`planted and found on a page: ${what}`, () => {
    const findings = findingsIn(page);
    assert.equal(findings.length, 1, findings.join("\n"));
    assert.match(findings[0]!, finding);
  });
}
