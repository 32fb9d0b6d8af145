import type { SourceRun } from "../../operations/collect/run-source.ts";

/**
 * Gives a run the name of its workflow that was seen last, if GitHub names it by its file: it does so for single runs, such as those whose
 * file could not be read, and a pipeline would change its name to and fro.
 */
export function workflowNames(): (run: SourceRun) => SourceRun {
  const seen = new Map<string, string>();
  return (run) => {
    const { repositoryId, id, name, path } = run.workflow;
    const key = `${repositoryId}/${id}`;
    if (name !== path) {
      // newest runs come first, and their name is the present one
      if (!seen.has(key)) seen.set(key, name);
      return run;
    }
    return { ...run, workflow: { ...run.workflow, name: seen.get(key) ?? name } };
  };
}
