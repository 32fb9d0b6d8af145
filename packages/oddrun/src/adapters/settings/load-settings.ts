import { constants, existsSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { problem } from "../../operations/problems.ts";
import type { Settings } from "../../operations/settings/settings.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { type Overrides, parseSettings, SETTINGS_BYTES_MAX } from "./parse-settings.ts";
import { requireVariables } from "./variables.ts";

/** Where settings are looked for, in this order; the first that is there is read, alone. */
export const SETTINGS_PLACES: readonly string[] = ["oddrun.yaml", ".github/oddrun.yaml"];

export interface SettingsQuestion {
  /** The file; without it, the first of SETTINGS_PLACES, and what is usual where none of them is there. */
  readonly path?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What wins over the file: inputs of the Action, options of a command, in the file's form. */
  readonly overrides?: Overrides;
  /** Where to look; the working directory unless said otherwise. */
  readonly folder?: string;
  /** Nothing will be sent: addresses and keys need not be there. */
  readonly sendsNothing?: true;
}

/**
 * What the team has set, with what is usual for the rest.
 *
 * @throws Problem "settings-unreadable", "settings-refused", "settings-newer", "settings-secret"; "settings-variable" where a channel's
 * address or key is not in the environment, unless nothing will be sent.
 */
export async function loadSettings(question: SettingsQuestion): Promise<Settings> {
  const { env, folder = ".", overrides } = question;
  const path = question.path ?? findSettings(folder);
  const text = path === null ? "{}" : await readSettingsFile(path);
  const settings = parseSettings(text, path ?? "the settings", overrides);
  if (question.sendsNothing !== true) requireVariables(settings, env);
  return settings;
}

/** The file that holds here; null for none. Problem: settings-unreadable, where one lies beside it under a name that is not read. */
export function findSettings(folder: string): string | null {
  const found = SETTINGS_PLACES.map((place) => join(folder, place)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  for (const place of SETTINGS_PLACES) {
    const misnamed = join(folder, place.replace(/\.yaml$/, ".yml"));
    if (existsSync(misnamed))
      throw problem(
        "settings-unreadable",
        printable(misnamed, 200),
        `it is not read under this name: rename it to ${place}`,
      );
  }
  return null;
}

/** Problem: settings-unreadable. */
export async function readSettingsFile(path: string): Promise<Uint8Array> {
  const refuse = (why: string) => problem("settings-unreadable", printable(path, 200), why);
  let file: FileHandle;
  try {
    // a pipe without a writer must not hold the program up
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refuse(code === "ENOENT" ? 'there is no such file; "oddrun init" writes one' : `opening it gave ${code}`);
  }
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw refuse("it is a folder");
    if (!stat.isFile()) throw refuse("it is not a regular file");
    if (stat.size > SETTINGS_BYTES_MAX) throw refuse("it is larger than 128 KB");
    return await file.readFile();
  } finally {
    await file.close();
  }
}
