import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const TERRAFORM_FOLDER = resolve(import.meta.dirname, "../terraform");

/** A top-level block of a formatted Terraform file. */
export interface Block {
  /** "resource", "variable", ... */
  readonly kind: string;
  /** ["azurerm_key_vault", "app"], ["ml_key_vault_name"], ... */
  readonly labels: readonly string[];
  readonly file: string;
  /** What stands between the braces. */
  readonly body: string;
}

/**
 * The top-level blocks of the files of a folder. It leans on `terraform fmt`: a block begins at the margin and ends with the first
 * brace there, so it needs no parser.
 */
export function terraformBlocks(folder: string = TERRAFORM_FOLDER): Block[] {
  return globSync("*.tf", { cwd: folder })
    .sort()
    .flatMap((file) => blocksOf(file, readFileSync(join(folder, file), "utf8")));
}

export function blocksOf(file: string, text: string): Block[] {
  return [...text.matchAll(/^(\w+)((?: "[^"]+")*) \{\n([\s\S]*?)^\}/gm)].map(([, kind, labels, body]) => ({
    kind: kind!,
    labels: [...labels!.matchAll(/"([^"]+)"/g)].map(([, label]) => label!),
    file,
    body: body!,
  }));
}

/** What an argument of the block itself is set to, as it is written, on however many lines; null when it isn't. */
export function argument(block: Block, name: string): string | null {
  const found = new RegExp(`^  ${name} += ([^\\n]*(?:\\n(?:    .*|  [\\])}].*)?)*)`, "m").exec(block.body);
  return found === null ? null : found[1]!.trimEnd();
}
