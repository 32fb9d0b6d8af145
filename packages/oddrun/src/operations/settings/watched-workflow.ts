import { matchesName } from "./matches-pattern.ts";
import type { Settings } from "./settings.ts";

/** A workflow as settings can name it. */
export interface NamedWorkflow {
  readonly name: string;
  /** ".github/workflows/ci.yml"; null where GitHub tells none. */
  readonly path: string | null;
}

/** Whether a pattern of the settings is about this workflow: its name, its file, or the file's whole path. */
export function isWorkflow({ name, path }: NamedWorkflow, pattern: string): boolean {
  const file = path === null ? null : path.slice(path.lastIndexOf("/") + 1);
  return [name, file, path].some((text) => text !== null && matchesName(text, pattern));
}

/** Whether the team wants to hear of this workflow. */
export function isWatched(workflow: NamedWorkflow, { watch }: Pick<Settings, "watch">): boolean {
  const isAmong = (patterns: readonly string[]) => patterns.some((pattern) => isWorkflow(workflow, pattern));
  return (watch.workflows.length === 0 || isAmong(watch.workflows)) && !isAmong(watch.ignoreWorkflows);
}
