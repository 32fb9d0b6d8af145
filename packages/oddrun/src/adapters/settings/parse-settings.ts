import { Problem, problem } from "../../operations/problems.ts";
import type { Settings } from "../../operations/settings/settings.ts";
import { SETTINGS_FORM, SETTINGS_VERSION, type SettingsFile } from "../../operations/settings/settings-form.ts";
import { settingsFrom } from "../../operations/settings/settings-from.ts";
import type { Mistake, Path } from "../../operations/settings/shape.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { secretPlace } from "../logging/redact.ts";
import { YamlRefusal, type YamlValues, yamlValues } from "./yaml-values.ts";

/** Two hundred routes with long names have a third of it; what is larger is made to keep the reader busy. */
export const SETTINGS_BYTES_MAX = 128 * 1024;
/** Nobody reads more. */
const PROBLEMS_MAX = 100;

/** Settings from elsewhere than the file that win over it, in the same form: inputs of the Action, options of a command. */
export interface Overrides {
  /** What a message calls them: "the Action's inputs". */
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What a text sets, with every mistake in it. */
export interface SettingsLook {
  readonly settings: Settings;
  /** What the text itself sets, as it is written there; understood or not. */
  readonly written: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

/**
 * The settings that `text` makes, an `oddrun.yaml`; `name` is what messages call it. Everything that it leaves out is as usual.
 * @throws Problem "settings-refused", "settings-newer", "settings-secret": the first mistake, with line and column.
 */
export function parseSettings(text: string | Uint8Array, name: string, overrides?: Overrides): Settings {
  const { settings, problems } = lookAtSettings(text, name, overrides);
  const [first] = problems;
  if (first === undefined) return settings;
  const rest = problems.length - 1;
  if (rest === 0) throw first;
  throw new Problem(first.code, `${first.message} (${rest} more: "oddrun config check" lists them.)`);
}

/** The same, with all that is wrong at once. @throws Problem where the text is no settings at all. */
export function lookAtSettings(text: string | Uint8Array, name: string, overrides?: Overrides): SettingsLook {
  const shown = printable(name, 200);
  const yaml = readYaml(text, shown);
  refuseNewer(yaml.value, shown);
  const problems: Problem[] = [];
  const mistakeIn = (place: (mistake: Mistake) => string, where: string) => (mistake: Mistake) => {
    if (problems.length < PROBLEMS_MAX)
      problems.push(problem("settings-refused", where, place(mistake), `${pathText(mistake.path)} ${mistake.what}`));
  };
  const ofFile = mistakeIn(({ path, isOfKey }) => yaml.place(path, isOfKey), shown);
  const file = SETTINGS_FORM.read(yaml.value, [], ofFile) ?? {};
  const ofOverrides = mistakeIn(() => "", overrides?.name ?? "");
  const over = overrides === undefined ? {} : (SETTINGS_FORM.read(overrides.values, [], ofOverrides) ?? {});
  const written = typeof yaml.value === "object" && yaml.value !== null ? { ...yaml.value } : {};
  return { settings: settingsFrom(merged(file, over), ofFile), written, problems };
}

/** What stands in both is taken from `over`: keys of sections one by one, lists and channels as a whole. */
function merged(file: SettingsFile, over: SettingsFile): SettingsFile {
  return {
    ...file,
    ...over,
    alerts: { ...file.alerts, ...over.alerts },
    watch: { ...file.watch, ...over.watch },
    channels: { ...file.channels, ...over.channels },
    privacy: { ...file.privacy, ...over.privacy },
  };
}

function readYaml(given: string | Uint8Array, shown: string): YamlValues {
  const text = typeof given === "string" ? given.replace(/^\ufeff/, "") : decoded(given, shown);
  if (text.length > SETTINGS_BYTES_MAX) throw problem("settings-refused", shown, "", "it is larger than 128 KB");
  if (text.trim() === "")
    throw problem("settings-refused", shown, "", 'it is empty; "oddrun init --force" writes one with every setting');
  const secretAt = secretPlace(text);
  if (secretAt !== null) throw problem("settings-secret", shown, text.slice(0, secretAt).split("\n").length);
  try {
    return yamlValues(text);
  } catch (error) {
    if (error instanceof YamlRefusal)
      throw problem("settings-refused", shown, error.place, printable(error.message, 200));
    throw error;
  }
}

function decoded(bytes: Uint8Array, shown: string): string {
  if (bytes.byteLength > SETTINGS_BYTES_MAX) throw problem("settings-refused", shown, "", "it is larger than 128 KB");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw problem("settings-refused", shown, "", "it is not text in UTF-8; save it as that");
  }
}

function refuseNewer(value: unknown, shown: string): void {
  const version = typeof value === "object" && value !== null ? (value as { version?: unknown }).version : undefined;
  if (typeof version === "number" && version > SETTINGS_VERSION)
    throw problem("settings-newer", shown, version, SETTINGS_VERSION);
}

/** "routes[0].to", counted from 0 as in JSON */
function pathText(path: Path): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${printable(part, 60)}`)).join("");
  return text === "" ? "the file" : text.slice(1);
}
