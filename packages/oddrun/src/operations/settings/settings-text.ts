import { nearestWord } from "./nearest-word.ts";
import type { Settings } from "./settings.ts";
import { FIELDS } from "./settings-form.ts";
import type { Field } from "./shape.ts";
import { isWorkflow, type NamedWorkflow } from "./watched-workflow.ts";

/** One line of what a file sets: its place, its value as written in JSON, and what is usual. */
export interface SettingSet {
  readonly key: string;
  readonly value: unknown;
  readonly usual: string;
}

/** One setting as it holds. */
export interface SettingHeld {
  readonly key: string;
  /** As the file has it; as it would be written, where that is usual. */
  readonly value: unknown;
  readonly isUsual: boolean;
}

/** What the file sets, key by key, keys that there are not left out; `written` is the file as plain values, before it is understood. */
export function settingsSet(written: Readonly<Record<string, unknown>>): readonly SettingSet[] {
  return Object.entries(written).flatMap(([key, value]) => {
    if (key === "version" || value === null || !Object.hasOwn(FIELDS, key)) return [];
    const { shape, usual }: Field<unknown> = FIELDS[key as keyof typeof FIELDS];
    const { fields } = shape;
    if (fields === undefined || typeof value !== "object") return [{ key, value, usual: usual ?? "" }];
    return Object.entries(value).flatMap(([name, inner]) =>
      Object.hasOwn(fields, name)
        ? [{ key: `${key}.${name}`, value: inner as unknown, usual: fields[name]!.usual ?? "" }]
        : [],
    );
  });
}

/**
 * Every setting that there is, as it is written: what the file sets, and what is usual for the rest; of `settings`, which were made from
 * it, the channels that are there without being named.
 */
export function settingsHeld(
  settings: Pick<Settings, "channels">,
  written: Readonly<Record<string, unknown>>,
): readonly SettingHeld[] {
  const set = new Map(settingsSet(written).map(({ key, value }) => [key, value]));
  const held = ([key, usual]: readonly [string, string]): readonly SettingHeld[] => {
    const given = set.has(key) ? [{ key, value: set.get(key), isUsual: false }] : [];
    if (key === "channels") return [...given, ...unnamedChannels(settings, set.get(key))];
    return given.length > 0 ? given : [{ key, value: usual, isUsual: true }];
  };
  return Object.entries<Field<unknown>>(FIELDS).flatMap(([key, { shape, usual = "" }]) => {
    if (key === "version") return [];
    const inner = Object.entries(shape.fields ?? {}).map(
      ([name, field]) => [`${key}.${name}`, field.usual ?? ""] as const,
    );
    return (shape.fields === undefined ? [[key, usual] as const] : inner).flatMap(held);
  });
}

function unnamedChannels({ channels }: Pick<Settings, "channels">, named: unknown): readonly SettingHeld[] {
  const names = typeof named === "object" && named !== null ? named : {};
  return Object.entries(channels)
    .filter(([name]) => !Object.hasOwn(names, name))
    .map(([name, { kind }]) => ({ key: `channels.${name}`, value: `{ kind: ${kind} }`, isUsual: true }));
}

/** A name in the settings that no workflow has, and the one that was perhaps meant. */
export interface UnknownWorkflow {
  readonly key: string;
  readonly pattern: string;
  readonly meant: string | null;
}

/** Names of workflows in the settings that none of those known has: they may be misspelt, or not have run yet. */
export function unknownWorkflows(settings: Settings, known: readonly NamedWorkflow[]): readonly UnknownWorkflow[] {
  const named: (readonly [key: string, pattern: string])[] = [
    ...settings.watch.workflows.map((pattern) => ["watch.workflows", pattern] as const),
    ...settings.watch.ignoreWorkflows.map((pattern) => ["watch.ignore-workflows", pattern] as const),
    ...settings.routes.flatMap(({ workflow }, at) =>
      workflow === undefined ? [] : [[`routes[${at}].workflow`, workflow] as const],
    ),
  ];
  const words = known.flatMap(({ name, path }) => [
    name,
    ...(path === null ? [] : [path.slice(path.lastIndexOf("/") + 1)]),
  ]);
  return named
    .filter(([, pattern]) => !known.some((workflow) => isWorkflow(workflow, pattern)))
    .map(([key, pattern]) => ({ key, pattern, meant: nearestWord(pattern, words) }));
}
