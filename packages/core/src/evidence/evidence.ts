/**
 * What else changed between an odd run and a comparable run before it. It says what changed at the same time, never what the
 * reason was. Text in it (names, paths, keys, refs) comes from outside and is hostile wherever it is shown.
 */
export const EVIDENCE_KINDS = ["commits", "workflow-file", "actions", "runner", "cache", "approvals"] as const;

export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** Why a piece of evidence is not known. */
export type UnknownEvidence =
  /** No run before it can be compared with it. */
  | "no-comparable-run"
  /** The commit, the file's path or the jobs were never recorded. */
  | "not-recorded"
  /** Only a file told of the repository, under a name that no repository on GitHub has. */
  | "not-a-github-name"
  /** GitHub does not have it any more, or the token may not see it. */
  | "not-at-github"
  /** The workflow has no file in its repository, or ran from another commit than the one that is recorded. */
  | "no-file-at-commit"
  /** What was found cannot be read. */
  | "unreadable"
  /** The list of changed files was cut before the file in question. */
  | "list-cut"
  /** The part of the log that was read does not tell. */
  | "not-in-log";

/** A piece of evidence on one attempt: known, or unknown with the reason. */
interface Finding<Kind extends EvidenceKind, Value> {
  readonly kind: Kind;
  /** The job that it is about; "" is the whole run. */
  readonly subject: string;
  /** The run that it is compared with; null where there is none, or where none is needed. */
  readonly comparedWith: { readonly runId: number; readonly runAttempt: number } | null;
  readonly value: Value | null;
  readonly unknown: UnknownEvidence | null;
}

export type Evidence =
  | Finding<"commits", CommitsFound>
  | Finding<"workflow-file", WorkflowFileFound>
  | Finding<"actions", ActionsFound>
  | Finding<"runner", RunnerFound>
  | Finding<"cache", CacheFound>
  | Finding<"approvals", ApprovalsFound>;

export interface CommitsFound {
  readonly base: string;
  readonly head: string;
  /** Commits that the odd run's commit has and the other one's has not. */
  readonly commitCount: number;
  /** Files that differ; at least so many when `isCut`. */
  readonly fileCount: number;
  readonly isCut: boolean;
  /** The first of them. */
  readonly files: readonly string[];
}

export interface WorkflowFileFound {
  readonly path: string;
  /** Of the workflow's file and the files of its own repository that it calls, those that differ. */
  readonly changed: readonly string[];
}

export interface ActionsFound {
  readonly changes: readonly ActionChange[];
  /** References that are only put together when the run starts cannot be compared; null where the file needed no reading. */
  readonly dynamicCount: number | null;
}

/** An action, reusable workflow or container image under other references than before; none before when it is new. */
export interface ActionChange {
  readonly name: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** What a job's log says about the machine it ran on; null is not told. */
export interface RunnerFacts {
  readonly image: string | null;
  readonly imageVersion: string | null;
  readonly runnerVersion: string | null;
  readonly operatingSystem: string | null;
  readonly region: string | null;
  /** Of a machine of one's own; GitHub's are new for every job, so that their names tell nothing. */
  readonly runnerName: string | null;
  readonly runnerGroup: string | null;
  readonly machineName: string | null;
}

export interface RunnerFound {
  readonly now: RunnerFacts;
  readonly changes: readonly RunnerChange[];
}

export interface RunnerChange {
  readonly what: keyof RunnerFacts;
  readonly from: string;
  readonly to: string;
}

/** How often a job looked for a cache, and what came of it. */
export interface CacheCounts {
  readonly hits: number;
  /** Restored from an older key. */
  readonly partialHits: number;
  readonly misses: number;
  /** Answered with an error by the cache service. */
  readonly failures: number;
  /** Steps of container builds that were taken from the cache. */
  readonly cachedLayers: number;
}

export interface CacheFound {
  readonly now: CacheCounts;
  readonly before: CacheCounts | null;
  /** Keys looked for in vain now, the first few of them. */
  readonly missedKeys: readonly string[];
  /** One of the logs is longer than the part of it that was read. */
  readonly isCut: boolean;
}

export interface ApprovalsFound {
  readonly approvals: readonly { readonly state: string; readonly environments: readonly string[] }[];
}
