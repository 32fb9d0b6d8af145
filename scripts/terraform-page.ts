import { readFileSync, writeFileSync } from "node:fs";
import { argument, type Block, terraformBlocks } from "./terraform-files.ts";

export const TERRAFORM_PAGE = new URL("../docs/terraform.md", import.meta.url);

/** docs/terraform.md with its two tables made anew from variables.tf and outputs.tf. */
export function terraformPage(page: string): string {
  const blocks = terraformBlocks();
  const variables = blocks.filter(({ kind }) => kind === "variable");
  const outputs = blocks.filter(({ kind }) => kind === "output");
  return withTable(
    withTable(page, "variables", [
      "| variable | type | default | what it is |",
      "|---|---|---|---|",
      ...variables.map(
        (block) =>
          `| \`${block.labels[0]}\` | ${code(argument(block, "type"))} | ${code(argument(block, "default"), "**required**")} | ${described(block)} |`,
      ),
    ]),
    "outputs",
    [
      "| output | what it is |",
      "|---|---|",
      ...outputs.map((block) => `| \`${block.labels[0]}\` | ${described(block)} |`),
    ],
  );
}

function withTable(page: string, name: string, rows: readonly string[]): string {
  const [begin, end] = [`<!-- ${name}: written by \`npm run docs\` -->\n`, `\n<!-- end of ${name} -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from)
    throw new Error(`docs/terraform.md has no place for its ${name}: ${begin.trim()} ... ${end.trim()}`);
  return page.slice(0, from + begin.length) + rows.join("\n") + page.slice(to);
}

function described(block: Block): string {
  const quoted = argument(block, "description");
  if (quoted === null) throw new Error(`${block.kind} ${block.labels[0]} has no description.`);
  return (JSON.parse(quoted) as string).replaceAll("|", "\\|");
}

function code(value: string | null, absent = ""): string {
  return value === null ? absent : `\`${value.replaceAll(/\s+/g, " ")}\``;
}

if (import.meta.main) writeFileSync(TERRAFORM_PAGE, terraformPage(readFileSync(TERRAFORM_PAGE, "utf8")));
