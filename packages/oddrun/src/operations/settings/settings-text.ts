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

/** What the file sets, key by key; `written` is the file as plain values, before it is understood. */
export function settingsSet(written: Readonly<Record<string, unknown>>): readonly SettingSet[] {
  return Object.entries(written).flatMap(([key, value]) => {
    if (key === "version" || value === null || !Object.hasOwn(FIELDS, key)) return [];
    const { shape, usual }: Field<unknown> = FIELDS[key as keyof typeof FIELDS];
    const { fields } = shape;
    if (fields === undefined || typeof value !== "object") return [{ key, value, usual: usual ?? "" }];
    return Object.entries(value).map(([name, inner]) => ({
      key: `${key}.${name}`,
      value: inner as unknown,
      usual: fields[name]?.usual ?? "",
    }));
  });
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
