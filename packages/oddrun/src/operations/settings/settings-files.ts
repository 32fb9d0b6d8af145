import { FIELDS, SETTINGS_FORM, SETTINGS_VERSION } from "./settings-form.ts";
import type { Field, JsonSchema } from "./shape.ts";

/** Where the Action is published: with "@v1" behind it, what a workflow uses. */
export const ACTION_REPOSITORY = "oddrun/oddrun";

const schemaUrl = (tag: string) =>
  `https://raw.githubusercontent.com/${ACTION_REPOSITORY}/${tag}/docs/oddrun.schema.json`;

/** The JSON Schema (draft 2020-12) of `oddrun.yaml`: editors complete and check by it. */
export function settingsSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "oddrun.yaml",
    description: "What Oddrun watches and says in this repository. Everything is optional.",
    ...SETTINGS_FORM.schema,
  };
}

/** What `oddrun init` writes: every setting, commented out, as it is usually. `tag` is the release's, such as "v1". */
export function settingsFileText(tag: string): string {
  const { version: _, ...rest } = FIELDS;
  const parts = Object.entries<Field<unknown>>(rest).map(
    ([key, field]) => `\n# ${field.about}\n${partText(key, field)}`,
  );
  return `# yaml-language-server: $schema=${schemaUrl(tag)}
#
# What Oddrun watches and says here. Everything is optional: what is commented out holds anyway, unless the line says "for example".
# "oddrun config check" tells what this file changes. Nothing secret belongs in here: it names environment variables.
version: ${SETTINGS_VERSION}
${parts.join("")}`;
}

function partText(key: string, { shape, examples }: Field<unknown>): string {
  if (examples !== undefined) return `${key}:\n  # for example:\n${examples.map((line) => `  # ${line}\n`).join("")}`;
  const lines = Object.entries(shape.fields ?? {}).map(
    ([name, { about, usual }]) => `  ${`# ${name}: ${usual}`.padEnd(33)}# ${about}\n`,
  );
  return `${key}:\n${lines.join("")}`;
}

/**
 * The workflow that `oddrun init --workflow` writes. It reads the settings from the default branch (`contents: read`) and checks nothing
 * out; without that permission what is usual holds.
 */
export function watchWorkflowText(tag: string): string {
  return `name: Oddrun
on:
  schedule: [{ cron: "23 * * * *" }]
  workflow_dispatch:
permissions: { actions: read, contents: read, issues: write }
concurrency: { group: oddrun }
jobs:
  watch:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - uses: ${ACTION_REPOSITORY}@${tag}
`;
}
