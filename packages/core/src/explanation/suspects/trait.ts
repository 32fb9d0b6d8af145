import type { CacheCounts, Evidence } from "../../evidence/index.ts";
import type { Job, Step } from "../../pipeline/index.ts";
import { fellowsName } from "../account/index.ts";

/** What may have changed between the runs before an onset and those since. */
export type TraitKind =
  /** Labels of the runner that a job asks for, the group or machine that it got. */
  | "runner-labels"
  | "runner-group"
  | "runner"
  /** Whether a job is there and runs, how many of a matrix do, and the same of a step. */
  | "job"
  | "matrix-size"
  | "step"
  /** The version under which an action is used. */
  | "action"
  /** From logs: the image of the runner and its like, and what came of the caches. */
  | "runner-image"
  | "runner-version"
  | "operating-system"
  | "region"
  | "cache"
  /** The workflow's own file, or what it calls. */
  | "workflow-file";

/** One thing that is known of one run. Names come from outside and are hostile wherever they are shown. */
export interface Trait {
  readonly kind: TraitKind;
  /** The job without matrix values; "" is the whole run. */
  readonly job: string;
  /** The step, or the name of the action; "" where it is neither. */
  readonly step: string;
  readonly value: string;
}

export const traitKey = ({ kind, job, step }: Omit<Trait, "value">): string => `${kind}\n${job}\n${step}`;

/** What the stored jobs and steps of one run tell; nothing where no jobs were collected. */
export function jobTraits(jobs: readonly Job[], steps: ReadonlyMap<number, readonly Step[]>): readonly Trait[] {
  const traits: Trait[] = [];
  const own = jobs.filter((job) => job.duration.unknown !== "inherited-from-earlier-attempt");
  for (const [job, fellows] of Map.groupBy(own, ({ name }) => fellowsName(name))) {
    const of = (kind: TraitKind, value: string | null, step = ""): void => {
      if (value !== null && value !== "") traits.push({ kind, job, step, value });
    };
    const ran = fellows.filter(({ duration }) => duration.ms !== null);
    const isSkipped = fellows.every(({ conclusion }) => conclusion === "skipped");
    if (ran.length === 0) {
      if (isSkipped) of("job", "skipped");
      continue;
    }
    of("job", "runs");
    of("matrix-size", String(ran.length));
    of("runner-labels", together(ran.map(({ runnerLabels }) => withoutRunId(runnerLabels))));
    of("runner-group", together(ran.map(({ runnerGroup }) => runnerGroup)));
    of("runner", together(ran.map(({ runnerName }) => (isMadeForOneJob(runnerName) ? null : runnerName))));
    const known = ran.flatMap(({ jobId }) => steps.get(jobId) ?? []);
    traits.push(...stepTraits(job, known));
  }
  return traits;
}

/** Some providers of runners want the run's id in the label ("runs-on=35527182388/..."): it is another one in every run. */
const withoutRunId = (labels: string | null): string | null => labels?.replace(/\d{8,}/g, "#") ?? null;

/** GitHub's own machines are new for every job, and named by a number. */
const isMadeForOneJob = (name: string | null): boolean =>
  name === null || /^(?:GitHub Actions|Hosted Agent)\b/.test(name);

/** The different ones in alphabetical order, as one text; null when none is known. */
function together(texts: readonly (string | null)[]): string | null {
  const known = [...new Set(texts.filter((text) => text !== null))].sort();
  return known.length === 0 ? null : known.join(" | ");
}

function stepTraits(job: string, steps: readonly Step[]): readonly Trait[] {
  const traits: Trait[] = [];
  const versions = new Map<string, Set<string>>();
  for (const [name, ofName] of Map.groupBy(steps, (step) => step.name)) {
    if (name.startsWith("Post ")) continue;
    const [, action, version] = /^Run ([\w.-]+\/[\w./-]+)@(\S+)$/.exec(name) ?? [];
    if (action !== undefined && version !== undefined) {
      versions.set(action, (versions.get(action) ?? new Set()).add(version));
      continue;
    }
    const value = ofName.every((step) => step.conclusion === "skipped") ? "skipped" : "runs";
    traits.push({ kind: "step", job, step: name, value });
  }
  for (const [action, used] of versions) {
    traits.push({ kind: "action", job, step: action, value: [...used].sort().join(" | ") });
  }
  return traits;
}

/** What evidence tells of a run, and of the run that it was compared with. */
export interface EvidenceTraits {
  readonly now: readonly Trait[];
  readonly before: readonly Trait[];
  readonly comparedWith: { readonly runId: number; readonly runAttempt: number } | null;
}

const RUNNER_KINDS = {
  imageVersion: "runner-image",
  image: "runner-image",
  runnerVersion: "runner-version",
  operatingSystem: "operating-system",
  region: "region",
  runnerGroup: "runner-group",
  runnerName: "runner",
} as const satisfies Readonly<Record<string, TraitKind>>;

export function evidenceTraits(evidence: Evidence): EvidenceTraits {
  const now: Trait[] = [];
  const before: Trait[] = [];
  const { comparedWith } = evidence;
  const both = (kind: TraitKind, job: string, valueNow: string, valueBefore: string, step = ""): void => {
    now.push({ kind, job, step, value: valueNow });
    before.push({ kind, job, step, value: valueBefore });
  };
  if (evidence.kind === "workflow-file" && evidence.value !== null) {
    both("workflow-file", "", evidence.value.changed.length > 0 ? "changed" : "as before", "as before");
  } else if (evidence.kind === "actions" && evidence.value !== null) {
    for (const { name, from, to } of evidence.value.changes) both("action", "", to.join(" | "), from.join(" | "), name);
  } else if (evidence.kind === "runner" && evidence.value !== null) {
    const job = fellowsName(evidence.subject);
    const { changes, now: facts } = evidence.value;
    for (const [what, kind] of Object.entries(RUNNER_KINDS) as [keyof typeof RUNNER_KINDS, TraitKind][]) {
      const value = facts[what];
      // the version says more than the image's name, and names it as well where both changed
      if (value === null || (what === "image" && facts.imageVersion !== null)) continue;
      const named = what === "imageVersion" && facts.image !== null ? `${facts.image} ${value}` : value;
      const changed = changes.find((change) => change.what === what)?.from;
      const image = changes.find((change) => change.what === "image")?.from ?? facts.image;
      const was = what === "imageVersion" && image !== null ? `${image} ${changed ?? value}` : (changed ?? value);
      both(kind, job, named, was);
    }
  } else if (evidence.kind === "cache" && evidence.value !== null) {
    const { now: counts, before: earlier } = evidence.value;
    const job = fellowsName(evidence.subject);
    now.push({ kind: "cache", job, step: "", value: cacheWord(counts) });
    if (earlier !== null) before.push({ kind: "cache", job, step: "", value: cacheWord(earlier) });
  }
  return { now, before, comparedWith };
}

function cacheWord({ hits, partialHits, misses, failures }: CacheCounts): string {
  if (failures > 0) return "errors";
  if (misses > 0) return hits + partialHits > 0 ? "partly missed" : "missed";
  if (partialHits > 0) return "restored from an older key";
  return hits > 0 ? "restored" : "none";
}
