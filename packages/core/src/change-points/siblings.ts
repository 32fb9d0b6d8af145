import { parseJobName } from "../pipeline/index.ts";
import type { Series } from "./series.ts";

/** What a young series may expect of its scatter: `spread` in ln, worth as much as `weight` runs of its own. */
export interface SpreadPrior {
  readonly spread: number;
  readonly weight: number;
}

/** Whose scatter is alike, from the nearest on: cells of one matrix, the job in other contexts, the workflow's runs. */
export interface Siblings {
  /** Notes the scatter of a series, in ln, learnt from so many of its runs. */
  note(series: Series, id: string, spread: number, runCount: number): void;
  /** What its nearest siblings that know enough say of it; null when none do. */
  priorOf(series: Series, id: string): SpreadPrior | null;
}

/** A sibling's word counts as so many runs at most: one long history must not drown ten others. */
const RUNS_OF_ONE_MAX = 60;
/** So many runs of siblings are enough to ask nobody further away. */
const RUNS_MIN = 40;
/** Runs of one's own that the word of siblings is worth: near ones are more alike. */
const WEIGHTS = [14, 10, 6] as const;

interface Known {
  readonly lnSpread: number;
  readonly weight: number;
}

/**
 * Keeps one number a series. Nobody is asked outside of the workflow: a workflow's series are all known where one of them is
 * looked at, so that what they say depends on the runs alone.
 */
export function siblings(): Siblings {
  const groups = new Map<string, Map<string, Known>>();

  return {
    note(series, id, spread, runCount) {
      const known = { lnSpread: Math.log(spread), weight: Math.min(runCount, RUNS_OF_ONE_MAX) };
      for (const key of groupsOf(series)) {
        const group = groups.get(key);
        if (group === undefined) groups.set(key, new Map([[id, known]]));
        else group.set(id, known);
      }
    },
    priorOf(series, id) {
      for (const [place, key] of groupsOf(series).entries()) {
        const group = groups.get(key);
        if (group === undefined) continue;
        let weight = 0;
        let sum = 0;
        // in the order of their names, so that the last digit doesn't depend on who came first
        for (const name of [...group.keys()].sort()) {
          if (name === id) continue;
          const known = group.get(name)!;
          weight += known.weight;
          sum += known.weight * known.lnSpread;
        }
        if (weight >= RUNS_MIN) return { spread: Math.exp(sum / weight), weight: WEIGHTS[place]! };
      }
      return null;
    },
  };
}

function groupsOf(series: Series): readonly string[] {
  const { workflowId, branches, event, scope, measure, job, part } = series;
  const key = (...parts: readonly (string | number)[]): string => JSON.stringify([measure, part, ...parts]);
  if (scope === "run") return [key("run", workflowId)];
  if (scope !== "job") return [key(scope)];
  const { caller, inner } = parseJobName(job);
  return [
    key("cells", workflowId, branches, event, caller ?? "", inner),
    key("job", workflowId, job),
    key("jobs", workflowId),
  ];
}
