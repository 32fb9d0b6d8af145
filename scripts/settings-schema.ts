import { writeFileSync } from "node:fs";
import { settingsSchema } from "../packages/oddrun/src/operations/settings/settings-files.ts";

export const SETTINGS_SCHEMA = new URL("../docs/oddrun.schema.json", import.meta.url);

/** docs/oddrun.schema.json, from the form that the reader goes by. */
export function settingsSchemaText(): string {
  return `${JSON.stringify(settingsSchema(), null, 2)}\n`;
}

if (import.meta.main) writeFileSync(SETTINGS_SCHEMA, settingsSchemaText());
